import { createDecoder } from "#processor/decode/decode.js";
import { decodeConfig } from "#processor/decode/decode-config.js";
import { systemClock } from "#processor/kernel/clock.js";
import { spanRequest } from "./requests.js";
import { usualLines } from "./usual-rows.js";

export interface DecodeSpeed {
  readonly spanBytes: number;
  readonly spansPerRequest: number;
  readonly calibrant: Rate;
  readonly usual: Rate;
  /** How many times more spans a CPU-second decodes. */
  readonly ratio: number;
}

interface Rate {
  readonly spansPerCpuSecond: number;
  readonly megabytesPerCpuSecond: number;
}

const spansPerRequest = 200;
const rounds = 7;
const roundSeconds = 0.7;

/**
 * Wire bytes to Native blocks against protobufjs and JSON rows, in turns in one process on the same
 * requests. Each figure is the median of the rounds; CPU time includes garbage collection.
 */
export function measureDecode(spanSize: number): DecodeSpeed {
  const requests = Array.from({ length: 16 }, (_, seed) =>
    spanRequest(spansPerRequest, spanSize, seed),
  );
  const wireBytes = requests.reduce((sum, { body }) => sum + body.length, 0);
  const spanBytes = wireBytes / (requests.length * spansPerRequest);
  const decoder = createDecoder({ config: decodeConfig.parse({}), clock: systemClock });

  const decode = (body: Buffer): number => {
    const decoded = decoder.traces(body, "protobuf");
    decoded.release();
    return decoded.accepted;
  };
  const rates = { calibrant: [] as number[], usual: [] as number[] };
  for (let round = -1; round < rounds; round++) {
    const ours = spansPerCpuSecond(requests, decode);
    const theirs = spansPerCpuSecond(requests, charactersOfUsualLines);
    if (round < 0) continue;
    rates.calibrant.push(ours);
    rates.usual.push(theirs);
  }
  const rate = (values: readonly number[]): Rate => ({
    spansPerCpuSecond: median(values),
    megabytesPerCpuSecond: (median(values) * spanBytes) / 1e6,
  });
  const ratios = rates.calibrant.map((ours, round) => ours / (rates.usual[round] as number));
  return {
    spanBytes,
    spansPerRequest,
    calibrant: rate(rates.calibrant),
    usual: rate(rates.usual),
    ratio: median(ratios),
  };
}

function charactersOfUsualLines(body: Buffer): number {
  return usualLines(body).length;
}

function spansPerCpuSecond(
  requests: readonly { readonly body: Buffer; readonly spans: number }[],
  work: (body: Buffer) => number,
): number {
  const before = process.cpuUsage();
  const end = performance.now() + roundSeconds * 1_000;
  let spans = 0;
  let results = 0;
  while (performance.now() < end) {
    for (const request of requests) {
      results += work(request.body);
      spans += request.spans;
    }
  }
  if (results === 0) throw new Error("nothing was decoded");
  const { user, system } = process.cpuUsage(before);
  return spans / ((user + system) / 1e6);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
