const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand in HTML, between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

const names: Readonly<Record<string, string>> = {
  green: "#73bf69",
  red: "#f2495c",
  orange: "#ff9830",
  yellow: "#fade2a",
  blue: "#5794f2",
  purple: "#b877d9",
  text: "#ccccdc",
};

/** A color of Grafana's dark theme as CSS. What is no known name or hex color is gray. */
export function cssColor(name: string | undefined): string {
  if (name !== undefined && /^#[0-9a-f]{6}$/i.test(name)) return name;
  return names[name ?? "text"] ?? "#8e8e8e";
}

/** A number in an SVG attribute. */
export const at = (value: number): string => String(Math.round(value * 100) / 100);
