const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `9 May 07:30:05`, UTC. */
export function formatTime(milliseconds: number): string {
  const time = new Date(milliseconds);
  return `${time.getUTCDate()} ${months[time.getUTCMonth()]} ${time.toISOString().slice(11, 19)}`;
}

/** Machine-readable form for the `datetime` attribute. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** `840 ms`, `1.24 s`, `3 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return "0 ms";
  if (milliseconds < 1) return `${milliseconds.toFixed(2)} ms`;
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1_000).toFixed(2)} s`;
  const seconds = Math.round(milliseconds / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** US dollars, with so many digits that small amounts do not become nothing. */
export function formatCost(dollars: number | null): string {
  if (dollars === null) return "price unknown";
  if (dollars === 0) return "$0";
  if (dollars < 0.000_001) return "< $0.000001";
  const digits = Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(dollars))));
  return `$${dollars.toFixed(digits)}`;
}

/** `1,204`. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `1 call`, `2 calls`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Up to three digits without trailing zeros: `4`, `4.5`, `0.125`. */
export function formatNumber(value: number): string {
  return String(Math.round(value * 1_000) / 1_000);
}

/** The beginning of a text in one line. */
export function excerpt(text: string, characters: number): string {
  const line = text
    .slice(0, characters * 4)
    .replaceAll(/\s+/g, " ")
    .trim();
  const symbols = Array.from(line);
  return symbols.length > characters ? `${symbols.slice(0, characters).join("").trimEnd()}…` : line;
}
