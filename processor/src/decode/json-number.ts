const integerPattern = /^-?\d{1,20}$/;
const decimalPattern = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A whole number as protobuf's JSON mapping has it: also `1e3` and `1.0`. */
export function parseInteger(text: string): bigint | undefined {
  if (integerPattern.test(text)) return BigInt(text);
  if (text.length > 400 || !decimalPattern.test(text)) return undefined;
  const value = Number(text);
  return Number.isInteger(value) ? BigInt(value) : undefined;
}

/** A double as protobuf's JSON mapping has it, with its three words for what is no number. */
export function parseDouble(text: string): number | undefined {
  if (text === "NaN" || text === "Infinity" || text === "-Infinity") return Number(text);
  return text.length <= 400 && decimalPattern.test(text) ? Number(text) : undefined;
}
