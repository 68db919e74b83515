/** Pieces of a protobuf message. A message is its fields one behind the other. */
type Field = Uint8Array;

const wireTypes = { varint: 0, fixed64: 1, bytes: 2 } as const;

function tag(field: number, wireType: keyof typeof wireTypes): Uint8Array {
  return varint(field * 8 + wireTypes[wireType]);
}

/** @param value a whole number from 0 to 2^53 */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

export function bytesField(field: number, bytes: Uint8Array): Field {
  return Buffer.concat([tag(field, "bytes"), varint(bytes.length), bytes]);
}

export function messageField(field: number, fields: readonly Field[]): Field {
  return bytesField(field, Buffer.concat(fields));
}

/** Lone surrogates become U+FFFD, as UTF-8 asks for. */
export function textField(field: number, text: string): Field {
  return bytesField(field, Buffer.from(text));
}

/** @param value a whole number from 0 to 2^53, or a truth */
export function varintField(field: number, value: number | boolean): Field {
  return Buffer.concat([tag(field, "varint"), varint(Number(value))]);
}

export function doubleField(field: number, value: number): Field {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(field, "fixed64"), bytes]);
}

export function fixed64Field(field: number, value: bigint): Field {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([tag(field, "fixed64"), bytes]);
}
