import { pino, type Logger as PinoLogger } from "pino";

export type Logger = PinoLogger;
export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

/** Fields that can hold a secret are removed before a line is written. */
const secrets = [
  "password",
  "apiKey",
  "api_key",
  "authorization",
  "token",
  "*.password",
  "*.apiKey",
  "*.api_key",
  "*.authorization",
  "*.token",
  "headers.authorization",
  'headers["x-api-key"]',
];

/** JSON lines on standard error, so that standard output belongs to the commands. */
export function createLogger(level: LogLevel, destination: number = 2): Logger {
  return pino(
    { level, base: { service: "calibrant" }, redact: { paths: secrets, censor: "[redacted]" } },
    pino.destination({ dest: destination, sync: true }),
  );
}
