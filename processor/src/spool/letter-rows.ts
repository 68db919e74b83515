import type { DeadLetter } from "./dead-letters.js";
import { nativeRows, readNativeBlocks } from "./native-block.js";

/** The rows of a dead letter for a person to read. What cannot be read as rows is shown as base64. */
export function letterRows(kind: DeadLetter["kind"], bytes: Buffer): readonly unknown[] {
  if (kind === "bytes") return [base64(bytes)];
  if (kind === "native") return nativeOrBytes(bytes);
  const lines = bytes.toString().split("\n");
  return lines.filter((line) => line !== "").map(parsed);
}

function base64(bytes: Buffer): { readonly base64: string } {
  return { base64: bytes.toString("base64") };
}

function nativeOrBytes(bytes: Buffer): readonly unknown[] {
  try {
    return readNativeBlocks(bytes).flatMap(nativeRows);
  } catch (error) {
    if (error instanceof RangeError) return [base64(bytes)];
    throw error;
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}
