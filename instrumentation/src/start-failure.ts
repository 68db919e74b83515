const prefix = "@calibrant/instrumentation/register";
const suffix = "The application runs without telemetry.";

/** One line for whoever started the application: what is missing, and how to get it. */
export function startFailure(error: unknown): string {
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  const missing = /^Cannot find module '([^']+)'/.exec(message ?? "")?.[1];
  if (code === "MODULE_NOT_FOUND" && missing !== undefined) {
    return `${prefix} needs the package ${missing}, which is not installed: run \`npm install @opentelemetry/api @opentelemetry/sdk-node\`. ${suffix}`;
  }
  const [reason] = (message ?? String(error)).split("\n");
  return `${prefix} could not start OpenTelemetry: ${reason}. ${suffix}`;
}
