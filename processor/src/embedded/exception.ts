/** A refusal or failure with ClickHouse's code, as it goes out over HTTP. */
export class StoreException extends Error {
  readonly code: number;
  readonly type: string;

  constructor(code: number, type: string, message: string) {
    super(message);
    this.name = "StoreException";
    this.code = code;
    this.type = type;
  }

  /** The one line that ClickHouse's clients read code and type from. */
  text(engineVersion: string): string {
    return `Code: ${this.code}. DB::Exception: ${this.message} (${this.type}) (version ${engineVersion})\n`;
  }
}

const prefix = /^(?:Query failed: )?(?:Code: \d+\. DB::Exception: )*/;
const suffix = /(?:\s*\(version [^)]*\)\.?|\s*\([A-Z][A-Z0-9_]{2,}\)\.?)+\s*$/;

/** Reads what the engine threw. Its messages repeat the code and the type for every layer. */
export function toStoreException(error: unknown): StoreException {
  if (error instanceof StoreException) return error;
  const raw = error instanceof Error ? error.message : String(error);
  const code = Number(/Code: (\d+)\./.exec(raw)?.[1] ?? 1002);
  const types = [...raw.matchAll(/\(([A-Z][A-Z0-9_]{2,})\)/g)];
  const type = types.at(-1)?.[1] ?? "UNKNOWN_EXCEPTION";
  const message = raw
    .replace(prefix, "")
    .replace(suffix, "")
    .replace(/\s*\(in file\/uri [^)]*\)(?:: While executing \w+)*/, "")
    .replace(/: In scope SELECT formatQuerySingleLine\([\s\S]*$/, "");
  return new StoreException(code, type, message);
}

const statuses: readonly (readonly [number, readonly number[]])[] = [
  [401, [194]],
  [403, [192, 193, 291, 497, 516]],
  [
    400,
    [
      6, 7, 8, 15, 26, 27, 33, 36, 38, 41, 43, 44, 53, 62, 69, 70, 72, 117, 130, 131, 168, 190, 321,
      354, 427, 456, 457, 467,
    ],
  ],
  [404, [16, 46, 47, 50, 56, 60, 63, 73, 81, 83, 115, 135]],
  [408, [159]],
  [411, [381]],
  [413, [260, 307]],
  [501, [48]],
  [503, [76, 202, 209, 439]],
];

/** ClickHouse's own table of HTTP statuses; everything else is 500. */
export function statusOf(exception: StoreException): number {
  return statuses.find(([, codes]) => codes.includes(exception.code))?.[0] ?? 500;
}
