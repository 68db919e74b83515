import type { PersonalDataKind } from "../../model/personal-data.js";
import { apiKeyTriggers, matchApiKey, matchBearer } from "./api-key.js";
import { matchCardNumber } from "./card-number.js";
import { digitsEnd } from "./characters.js";
import { matchEmail } from "./email.js";
import { matchIban } from "./iban.js";
import { matchIpv4 } from "./ipv4.js";
import { JwtMatcher } from "./jwt.js";
import type { Match, Matcher } from "./match.js";
import { matchNational, matchParenthesis, matchPlus } from "./phone.js";

interface Trial {
  readonly preset: PersonalDataKind;
  readonly match: Matcher;
  /** For digits: a bit for each length of a run with which a match can begin. */
  readonly runs: number;
}

const backslash = 0x5c;
const digits = Buffer.from("0123456789");
const noTrials: readonly Trial[] = [];
const longestRun = 31;
const anyRun = -1;

function lengthsOf(...lengths: readonly number[]): number {
  return lengths.reduce((bits, length) => bits | (1 << length), 0);
}

function lengthsFrom(shortest: number): number {
  return anyRun << shortest;
}

/**
 * Finds matches of several presets in one walk over a text. Each preset is tried where a character
 * stands that it cannot do without and that is rare in other texts; digits are tried once a run.
 */
export class PresetScanner {
  /** What `next` found. */
  readonly found: Match = { start: 0, stop: 0 };
  preset: PersonalDataKind = "email";
  /** Whether the text has escapes: it may mean more than it shows. */
  escapes = false;
  /** Whether it has no preset to find. */
  readonly idle: boolean;
  readonly #trials: (readonly Trial[] | undefined)[] = Array.from({ length: 256 });
  readonly #jwt = new JwtMatcher();
  /** 1: a trial or a backslash; 2: a digit that begins a trial. */
  readonly #triggers = new Uint8Array(256);

  constructor(presets: ReadonlySet<PersonalDataKind>) {
    this.idle = presets.size === 0;
    this.#triggers[backslash] = 1;
    const add = (
      preset: PersonalDataKind,
      triggers: Iterable<number>,
      match: Matcher,
      runs = anyRun,
    ): void => {
      if (!presets.has(preset)) return;
      for (const byte of triggers) {
        this.#trials[byte] = [...(this.#trials[byte] ?? []), { preset, match, runs }];
        this.#triggers[byte] = digits.includes(byte) ? 2 : 1;
      }
    };
    add("email", Buffer.from("@%"), matchEmail);
    add("iban", digits, matchIban, lengthsFrom(2));
    add("card_number", digits, matchCardNumber, lengthsOf(4) | lengthsFrom(13));
    add("phone", digits, matchNational, lengthsOf(1, 3, 4, 5, 6));
    add("phone", Buffer.from("+"), matchPlus);
    add("phone", Buffer.from("("), matchParenthesis);
    add("ipv4", digits, matchIpv4, lengthsOf(1, 2, 3));
    add("jwt", Buffer.from("J"), (bytes, start, at, end, match) =>
      this.#jwt.match(bytes, start, at, end, match),
    );
    add("api_key", apiKeyTriggers, matchApiKey);
    add("api_key", Buffer.from("bB"), matchBearer);
  }

  /** Begins a text. */
  reset(): void {
    this.#jwt.reset();
    this.escapes = false;
  }

  /**
   * Bounds the next match in `found`, or answers false. What lies before `from` does not exist,
   * so that a match next to the one before is found as if it stood alone.
   */
  next(bytes: Uint8Array, from: number, end: number): boolean {
    const triggers = this.#triggers;
    for (let at = from; at < end; at++) {
      const byte = bytes[at] as number;
      const trigger = triggers[byte];
      if (trigger === 0) continue;
      if (byte === backslash) {
        this.escapes = true;
      } else if (trigger === 1) {
        if (this.#try(anyRun, bytes, from, at, end)) return true;
      } else {
        const stop = digitsEnd(bytes, at, end);
        if (this.#try(1 << Math.min(stop - at, longestRun), bytes, from, at, end)) return true;
        at = stop - 1;
      }
    }
    return false;
  }

  #try(run: number, bytes: Uint8Array, from: number, at: number, end: number): boolean {
    const trials = this.#trials[bytes[at] as number] ?? noTrials;
    for (let index = 0; index < trials.length; index++) {
      const { preset, match, runs } = trials[index] as Trial;
      if ((runs & run) === 0 || !match(bytes, from, at, end, this.found)) continue;
      this.preset = preset;
      return true;
    }
    return false;
  }
}
