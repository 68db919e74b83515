import { type PersonalDataKind } from "../model/personal-data.js";
import type { Meter } from "@opentelemetry/api";
import type { Redactor } from "../model/ports.js";
import { AttributeRules } from "./attribute-rules.js";
import { OwnPattern } from "./own-pattern.js";
import { PresetScanner } from "./presets/preset-scanner.js";
import type { RedactConfig } from "./redact-config.js";
import { TextRedactor } from "./redactor.js";

export interface RedactorOptions {
  readonly config: RedactConfig;
  readonly meter: Meter;
}

/**
 * What takes the texts and attributes of the configuration out, or undefined when it names none:
 * then nobody has to ask.
 */
export function createRedactor({ config, meter }: RedactorOptions): Redactor | undefined {
  const { attributes, patterns } = config;
  const byName = attributes.allow !== undefined || attributes.deny.length > 0;
  if (!byName && patterns.length === 0) return undefined;

  const replacements = meter.createCounter("calibrant.redact.replacements", {
    description: "Parts of texts that were replaced before they were stored, by rule",
  });
  const dropped = meter.createCounter("calibrant.redact.dropped_attributes", {
    description: "Attributes that were left out because of their names",
  });
  const presets = new Set<PersonalDataKind>();
  const own: OwnPattern[] = [];
  for (const rule of patterns) {
    if (typeof rule === "string") presets.add(rule);
    else own.push(new OwnPattern(rule.name, rule.pattern, rule.replacement ?? `[${rule.name}]`));
  }
  return new TextRedactor({
    attributes: byName ? new AttributeRules(attributes.allow, attributes.deny) : undefined,
    own,
    presets: new PresetScanner(presets),
    counted: (rule, count) => replacements.add(count, { rule }),
    dropped: () => dropped.add(1),
  });
}
