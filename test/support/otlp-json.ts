/**
 * A generated request as OTLP/JSON: identifiers in hexadecimal, other bytes in base64, numbers that
 * JSON does not have as text. `variant` picks among the forms that the specification allows.
 */
export function toOtlpJson(request: unknown, variant: number): string {
  let turn = variant;
  const pick = (): boolean => (turn = (turn * 1103515245 + 12345) % 2 ** 31) % 2 === 0;

  const write = (value: unknown, name: string): string => {
    if (value instanceof Uint8Array) {
      const bytes = Buffer.from(value);
      if (name === "bytesValue") return JSON.stringify(bytes.toString("base64"));
      const digits = bytes.toString("hex");
      return JSON.stringify(pick() ? digits.toUpperCase() : digits);
    }
    if (Array.isArray(value)) return `[${value.map((item) => write(item, name)).join(",")}]`;
    if (typeof value === "object" && value !== null) return writeObject(value);
    if (typeof value === "number" && !Number.isFinite(value)) return `"${value}"`;
    if (Object.is(value, -0)) return "-0.0";
    const is64Bit = name === "intValue" || name.endsWith("UnixNano");
    if (is64Bit && typeof value === "string") return pick() ? value : JSON.stringify(value);
    return JSON.stringify(value);
  };

  const writeObject = (object: object): string => {
    const members = Object.entries(object).map(
      ([name, value]) => `${JSON.stringify(name)}:${write(value, name)}`,
    );
    if (pick()) members.push('"notYetKnown":{"a":[1,{"b":null}]}');
    if (pick()) members.unshift('"traceState2":null');
    // The order of members means nothing.
    return `{${(pick() ? members : members.toReversed()).join(pick() ? " , " : ",")}}`;
  };

  return write(request, "");
}
