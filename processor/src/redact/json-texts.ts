const quote = '"';

/** @param start where the text begins in the JSON, behind a quote; `stop` is where it ends */
export type TextMap = (text: string, start: number, stop: number) => string;

/**
 * A JSON text with each of its strings (names of members too) and numbers as `map` answers for
 * them; a number that changes becomes a string. What does not change keeps its spelling.
 * Undefined when the text is no JSON array or object.
 */
export function mapJsonTexts(json: string, map: TextMap): string | undefined {
  if (!isJson(json)) return undefined;
  const parts: string[] = [];
  let copied = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json.charAt(at);
    const isText = character === quote;
    if (!isText && !isNumberPart(character)) continue;
    const end = isText ? stringEnd(json, at) : numberEnd(json, at);
    const token = json.slice(at, end);
    const text = isText ? (JSON.parse(token) as string) : token;
    const mapped = isText ? map(text, at + 1, end - 1) : map(text, at, end);
    if (mapped !== text) {
      parts.push(json.slice(copied, at), JSON.stringify(mapped));
      copied = end;
    }
    at = end - 1;
  }
  parts.push(json.slice(copied));
  return parts.join("");
}

function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function stringEnd(json: string, from: number): number {
  for (let at = from + 1; ; at++) {
    const character = json.charAt(at);
    if (character === quote) return at + 1;
    if (character === "\\") at++;
  }
}

function numberEnd(json: string, from: number): number {
  let at = from + 1;
  while (isNumberPart(json.charAt(at)) || /[.eE+]/.test(json.charAt(at))) at++;
  return at;
}

function isNumberPart(character: string): boolean {
  return character === "-" || (character >= "0" && character <= "9" && character !== "");
}
