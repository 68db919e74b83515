/** SQL that reads a text column and cuts it to so many characters, with an ellipsis as the sign of it. */
export function shortened(column: string, characters: number): string {
  return `if(lengthUTF8(${column}) > ${characters}, concat(substringUTF8(${column}, 1, ${characters}), '…'), ${column})`;
}
