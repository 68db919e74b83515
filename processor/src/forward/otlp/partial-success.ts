/** What an endpoint says of items that it has not taken although it took the request. */
export interface PartialSuccess {
  /** How many of them; which ones is not said. */
  readonly rejected: number;
  readonly message: string;
}

const none: PartialSuccess = { rejected: 0, message: "" };

/**
 * The partial success in the body of an answer, protobuf or JSON; nothing rejected where there is
 * none or the body is something else: the request was taken either way.
 */
export function partialSuccess(body: Uint8Array, contentType: string): PartialSuccess {
  try {
    return /json/i.test(contentType) ? fromJson(body) : fromProtobuf(body);
  } catch {
    return none;
  }
}

function fromJson(body: Uint8Array): PartialSuccess {
  const answer = JSON.parse(Buffer.from(body).toString()) as {
    readonly partialSuccess?: Readonly<Record<string, unknown>>;
  };
  const { rejectedLogRecords, rejectedSpans, errorMessage } = answer.partialSuccess ?? {};
  const rejected = Number(rejectedLogRecords ?? rejectedSpans ?? 0);
  return {
    rejected: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0,
    message: typeof errorMessage === "string" ? errorMessage : "",
  };
}

/** Field 1 of the answer is the partial success; in it 1 is the number and 2 the message. */
function fromProtobuf(body: Uint8Array): PartialSuccess {
  let found = none;
  for (const [field, value] of fieldsOf(body)) {
    if (field !== 1 || typeof value === "number") continue;
    for (const [part, content] of fieldsOf(value)) {
      if (part === 1 && typeof content === "number") found = { ...found, rejected: content };
      if (part === 2 && typeof content !== "number") {
        found = { ...found, message: Buffer.from(content).toString() };
      }
    }
  }
  return found;
}

/** Fields that are varints or have a length; @throws RangeError at anything else */
function* fieldsOf(bytes: Uint8Array): Generator<readonly [number, number | Uint8Array]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = bytes[at++];
      if (byte === undefined || factor > 2 ** 49) throw new RangeError("no number");
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const wireType = tag % 8;
    if (wireType !== 0 && wireType !== 2) throw new RangeError("not a type that is used here");
    const number = varint();
    if (wireType === 2 && at + number > bytes.length) throw new RangeError("cut off");
    yield [Math.floor(tag / 8), wireType === 0 ? number : bytes.subarray(at, at + number)];
    if (wireType === 2) at += number;
  }
}
