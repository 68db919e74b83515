import { z } from "zod";

const durationUnits = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const byteUnits = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

function withUnit(
  units: Readonly<Record<string, number>>,
  example: string,
): z.ZodType<number, string | number> {
  const pattern = new RegExp(`^(\\d+(?:\\.\\d+)?)\\s*(${Object.keys(units).join("|")})$`);
  const text = z.string().transform((value, context) => {
    const match = pattern.exec(value.trim());
    const unit = units[match?.[2] ?? ""];
    if (match === null || unit === undefined) {
      context.addIssue({
        code: "custom",
        message: `expected a number with a unit (${Object.keys(units).join(", ")}), such as ${example}`,
      });
      return z.NEVER;
    }
    return Number(match[1]) * unit;
  });
  return z.union([text, z.number().nonnegative()]);
}

/** A time span such as `5s`; the value is in milliseconds. A bare number is milliseconds. */
export const duration = withUnit(durationUnits, "5s");

/** A size such as `20MiB`; the value is in bytes. A bare number is bytes. */
export const byteSize = withUnit(byteUnits, "20MiB");

/** PEM files of a server that speaks TLS 1.2 or newer. */
export const tlsFiles = z.strictObject({
  cert_file: z.string().min(1).describe("Certificate of the server and its chain (PEM)"),
  key_file: z.string().min(1).describe("Private key of the certificate (PEM)"),
  client_ca_file: z
    .string()
    .min(1)
    .optional()
    .describe("Authority (PEM): only clients with a certificate signed by it are let in"),
});

export type TlsFiles = z.output<typeof tlsFiles>;

export const insecureAllowRemote = z
  .boolean()
  .default(false)
  .describe(
    "Listen on an address that is not loopback without API keys and TLS: only behind a proxy that authenticates and encrypts",
  );

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, with IPv6 hosts in brackets. Port 0 asks the system for a free one. */
export const endpoint: z.ZodType<Endpoint, string> = z.string().transform((value, context) => {
  const match = /^(\[[0-9a-fA-F:]+\]|[^:\s]+):(\d{1,5})$/.exec(value.trim());
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || !(port <= 65_535)) {
    context.addIssue({ code: "custom", message: "expected host:port, such as 127.0.0.1:4318" });
    return z.NEVER;
  }
  return { host: match[1].replace(/^\[|\]$/g, ""), port };
});
