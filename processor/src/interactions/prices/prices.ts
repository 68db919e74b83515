import { readFileSync } from "node:fs";
import { CalibrantError, messageOf } from "../../kernel/errors.js";
import { field, isRecord } from "../dialects/attribute-values.js";

/** US dollars per million tokens. */
export interface Price {
  readonly input: number;
  readonly cachedInput: number;
  readonly cacheWrite: number;
  readonly output: number;
  /** Of tokens that the model reasoned with. */
  readonly reasoning: number;
  /** Factors on all of these by service tier, such as 0.5 for `batch`. */
  readonly tiers: ReadonlyMap<string, number>;
}

/** One line of a price list: for which models of which providers it holds. */
export interface PriceRule extends Price {
  /** As the conventions name them; empty for any. */
  readonly providers: readonly string[];
  /** Names of models; `*` stands for any characters. */
  readonly models: readonly string[];
}

export interface PriceList {
  /** Undefined when the price is not known. */
  find(provider: string, model: string): Price | undefined;
}

const shippedList = new URL("../../../prices/prices.json", import.meta.url);

/** The list that comes with Calibrant, with the configured rules before it. */
export function loadPrices(
  configured: readonly PriceRule[] = [],
  file: URL = shippedList,
): PriceList {
  return priceList([...configured, ...readRules(file)]);
}

/** The first rule that matches is used. Answers are remembered, since models are few. */
function priceList(rules: readonly PriceRule[]): PriceList {
  const compiled = rules.map((rule) => ({ rule, patterns: rule.models.map(toPattern) }));
  const known = new Map<string, Price | undefined>();
  return {
    find: (provider, model) => {
      const key = `${provider}\0${model}`;
      if (known.has(key)) return known.get(key);
      const name = plainName(model);
      const price = compiled.find(
        ({ rule, patterns }) =>
          (provider === "" || rule.providers.length === 0 || rule.providers.includes(provider)) &&
          patterns.some((pattern) => pattern.test(name)),
      )?.rule;
      if (known.size < mostRemembered) known.set(key, price);
      return price;
    },
  };
}

/** Names of models come from outside: their number has no bound of its own. */
const mostRemembered = 10_000;

/** Gateways and clouds put paths before the name, such as `models/gemini-2.5-pro`. */
function plainName(model: string): string {
  return model.slice(model.lastIndexOf("/") + 1).toLowerCase();
}

function toPattern(model: string): RegExp {
  const pieces = model
    .toLowerCase()
    .split("*")
    .map((piece) => piece.replace(/[^\w-]/g, "\\$&"));
  return new RegExp(`^${pieces.join(".*")}$`);
}

function readRules(file: URL): PriceRule[] {
  let list: unknown;
  try {
    list = field(JSON.parse(readFileSync(file, "utf8")), "prices");
  } catch (cause) {
    throw new CalibrantError("CONFIG_INVALID", `price list ${file.pathname}: ${messageOf(cause)}`, {
      cause,
    });
  }
  if (!Array.isArray(list)) {
    throw new CalibrantError("CONFIG_INVALID", `price list ${file.pathname}: no field "prices"`);
  }
  return list.map((entry: unknown, index) => toRule(entry, `${file.pathname}: prices[${index}]`));
}

function toRule(entry: unknown, place: string): PriceRule {
  const texts = (name: string): string[] => {
    const value = field(entry, name);
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    throw new CalibrantError("CONFIG_INVALID", `${place}: ${name} is not a list of texts`);
  };
  const dollars = (name: string, fallback?: number): number => {
    const value = isRecord(entry) ? (field(entry, name) ?? fallback) : undefined;
    if (typeof value === "number" && value >= 0) return value;
    throw new CalibrantError("CONFIG_INVALID", `${place}: ${name} is not a price`);
  };
  const input = dollars("input");
  const output = dollars("output");
  return {
    providers: texts("providers"),
    models: texts("models"),
    input,
    cachedInput: dollars("cached_input", input),
    cacheWrite: dollars("cache_write", input),
    output,
    reasoning: dollars("reasoning", output),
    tiers: tiersOf(field(entry, "tiers") ?? {}, place),
  };
}

function tiersOf(value: unknown, place: string): ReadonlyMap<string, number> {
  const factors = isRecord(value) ? Object.entries(value) : [];
  if (isRecord(value) && factors.every(([, factor]) => typeof factor === "number" && factor >= 0)) {
    return new Map(factors as [string, number][]);
  }
  throw new CalibrantError("CONFIG_INVALID", `${place}: tiers is not a factor for each tier`);
}
