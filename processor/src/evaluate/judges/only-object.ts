import { CalibrantError } from "../../kernel/errors.js";

/**
 * The one JSON object of an answer. Servers without structured output wrap it in prose, code
 * fences or a thinking block. Two objects are no answer: a judge that quotes the material could
 * otherwise be made to say anything. A name that is there twice is none either.
 * @throws CalibrantError JUDGE_INVALID_OUTPUT
 */
export function onlyObjectIn(answer: string): Record<string, unknown> {
  const text = withoutThinking(answer).trim();
  if (text === "") throw invalid("the answer is empty");
  const found = objectsIn(text);
  const [only] = found;
  if (found.length > 1) throw invalid(`there are ${found.length} JSON objects: ${quoted(text)}`);
  if (only === undefined) throw invalid(`there is no JSON object: ${quoted(text)}`);
  const repeated = repeatedName(only.text);
  if (repeated !== undefined) throw invalid(`${quoted(repeated)} is there twice: ${quoted(text)}`);
  return only.value;
}

function withoutThinking(answer: string): string {
  const end = answer.lastIndexOf("</think>");
  return answer.trimStart().startsWith("<think>") && end >= 0
    ? answer.slice(end + "</think>".length)
    : answer;
}

interface Found {
  readonly text: string;
  readonly value: Record<string, unknown>;
}

/** The outermost JSON objects of a text, in time linear in its length. */
function objectsIn(text: string): Found[] {
  const found: Found[] = [];
  let depth = 0;
  let begin = 0;
  let quoting = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoting) {
      if (character === "\\") at++;
      else if (character === '"') quoting = false;
    } else if (character === '"' && depth > 0) quoting = true;
    else if (character === "{") {
      if (depth++ === 0) begin = at;
    } else if (character === "}" && depth > 0 && --depth === 0) {
      const piece = text.slice(begin, at + 1);
      const value = parsed(piece);
      if (value !== undefined) found.push({ text: piece, value });
    }
  }
  return found;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** A name that one object of a JSON text has twice: a parser would silently take the last. */
function repeatedName(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (token.endsWith(":")) {
      const name = JSON.parse(token.slice(0, -1)) as string;
      if (open.at(-1)?.has(name) === true) return name;
      open.at(-1)?.add(name);
    }
  }
  return undefined;
}

export function invalid(message: string): CalibrantError {
  return new CalibrantError("JUDGE_INVALID_OUTPUT", message);
}

export function quoted(value: unknown): string {
  return (JSON.stringify(value) ?? "undefined").slice(0, 120);
}
