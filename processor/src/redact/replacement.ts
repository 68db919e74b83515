import { personalDataKinds, type PersonalDataKind } from "../model/personal-data.js";
import type { Match } from "./presets/match.js";
import { type PresetScanner } from "./presets/preset-scanner.js";

/** A part of a text and what takes its place. */
export interface Replacement extends Match {
  readonly rule: string;
  readonly text: Buffer;
}

const labels = Object.fromEntries(
  personalDataKinds.map((name) => [name, Buffer.from(`[${name}]`)]),
) as Readonly<Record<PersonalDataKind, Buffer>>;

/** All that the presets find in a text, in order. */
export function* presetMatches(presets: PresetScanner, text: Buffer): Generator<Replacement> {
  presets.reset();
  let from = 0;
  while (presets.next(text, from, text.length)) {
    const { preset, found } = presets;
    from = found.stop;
    yield { rule: preset, start: found.start, stop: found.stop, text: labels[preset] };
  }
}

/** The text with the replacements, which are in order; counts them by rule. */
export function splice(
  source: Buffer,
  replacements: readonly Replacement[],
  counted: (rule: string, replacements: number) => void,
): Buffer {
  if (replacements.length === 0) return source;
  const parts: Buffer[] = [];
  const counts = new Map<string, number>();
  let copied = 0;
  for (const { rule, start, stop, text } of replacements) {
    parts.push(source.subarray(copied, start), text);
    copied = stop;
    counts.set(rule, (counts.get(rule) ?? 0) + 1);
  }
  parts.push(source.subarray(copied));
  for (const [rule, count] of counts) counted(rule, count);
  return Buffer.concat(parts);
}
