/**
 * Tests addresses against patterns of hosts: `api.openai.com`, `*.example.com`, and with a port
 * `localhost:8080`. A `*` stands for any characters; upper and lower case are the same.
 */
export function hostMatcher(patterns: readonly string[]): (url: URL) => boolean {
  const tests = patterns.map((pattern) => {
    const text = pattern.trim().toLowerCase();
    const source = text.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
    return { expression: new RegExp(`^${source}$`), withPort: /[^:]:\d+$/.test(text) };
  });
  return (url) => {
    const { hostname } = url;
    return tests.some(({ expression, withPort }) =>
      expression.test(withPort ? `${hostname}:${portOf(url)}` : hostname),
    );
  };
}

/** The port that a connection goes to; `URL` leaves out the usual one. */
export function portOf(url: URL): number {
  return Number(url.port || (url.protocol === "https:" ? 443 : 80));
}

/** Patterns in an environment variable, separated by commas. */
export function hostsFromEnvironment(name: string): readonly string[] | undefined {
  const patterns = (process.env[name] ?? "").split(",").filter((text) => text.trim() !== "");
  return patterns.length === 0 ? undefined : patterns;
}
