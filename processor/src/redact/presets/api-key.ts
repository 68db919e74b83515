import { byteAt, characterSet, isAlphanumeric, isDigit } from "./characters.js";
import type { Match } from "./match.js";

const word = characterSet("_-");
const bearerToken = characterSet("._~+/=-");

interface KeyForm {
  readonly prefix: Buffer;
  /** Least characters behind the prefix. */
  readonly shortest: number;
  /** For prefixes that words have, too: a digit has to be among the first characters. */
  readonly digit: boolean;
}

function form(prefix: string, shortest: number, digit = false): KeyForm {
  return { prefix: Buffer.from(prefix), shortest, digit };
}

const forms: readonly KeyForm[] = [
  form("sk-", 16, true), // OpenAI, Anthropic, OpenRouter and others
  form("gsk_", 20), // Groq
  form("xai-", 20, true), // xAI
  form("pplx-", 20, true), // Perplexity
  form("hf_", 20, true), // Hugging Face
  form("r8_", 20, true), // Replicate
  form("sk_live_", 16), // Stripe
  form("sk_test_", 16),
  form("rk_live_", 16),
  form("rk_test_", 16),
  form("whsec_", 16),
  form("ghp_", 30), // GitHub
  form("gho_", 30),
  form("ghu_", 30),
  form("ghs_", 30),
  form("ghr_", 30),
  form("github_pat_", 22),
  form("glpat-", 16), // GitLab
  form("xoxa-", 10, true), // Slack
  form("xoxb-", 10, true),
  form("xoxe-", 10, true),
  form("xoxp-", 10, true),
  form("xoxr-", 10, true),
  form("xoxs-", 10, true),
  form("xapp-", 10, true),
  form("npm_", 30), // npm
  form("pypi-", 30), // PyPI
  form("dop_v1_", 30), // DigitalOcean
  form("AKIA", 16), // AWS
  form("ASIA", 16),
  form("AIz", 36), // Google
];

/** A token is told from words within this many characters. */
const digitWithin = 32;
const shortestBearer = 16;
const mostBlanks = 4;

/** The forms by the last two characters of their prefix; 0 stands for none. */
const groups: KeyForm[][] = [[]];
const groupOf = new Uint8Array(256 * 256);
for (const known of forms) {
  const pair = pairOf(known.prefix, known.prefix.length - 1);
  if (groupOf[pair] === 0) groupOf[pair] = groups.push([]) - 1;
  groups[groupOf[pair] as number]?.push(known);
}

function pairOf(bytes: Uint8Array, at: number): number {
  return (bytes[at - 1] as number) * 256 + (bytes[at] as number);
}

/** Characters at which `matchApiKey` is to be called. */
export const apiKeyTriggers: readonly number[] = [
  ...new Set(forms.map(({ prefix }) => prefix.at(-1) as number)),
];

/** At the last character of a known prefix: the prefix and the key behind it. */
export function matchApiKey(
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  match: Match,
): boolean {
  if (at === start) return false;
  const group = groupOf[pairOf(bytes, at)] as number;
  if (group === 0) return false;
  for (const { prefix, shortest, digit } of groups[group] ?? []) {
    const begin = at + 1 - prefix.length;
    if (begin < start || !startsWith(bytes, begin, prefix)) continue;
    if (isAlphanumeric(byteAt(bytes, start, begin - 1, end))) continue;
    if (!isToken(bytes, at + 1, end, shortest, digit, word)) continue;
    match.start = begin;
    match.stop = tokenEnd(bytes, at + 1, end, word);
    return true;
  }
  return false;
}

function startsWith(bytes: Uint8Array, at: number, prefix: Uint8Array): boolean {
  for (let index = 0; index < prefix.length; index++) {
    if (bytes[at + index] !== prefix[index]) return false;
  }
  return true;
}

/** At a `b` of either case: the token behind `Bearer`, without that word. */
export function matchBearer(
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  match: Match,
): boolean {
  if (at + 6 >= end) return false;
  for (let index = 1; index < 6; index++) {
    if (((bytes[at + index] as number) | 0x20) !== bearer[index]) return false;
  }
  if (isAlphanumeric(byteAt(bytes, start, at - 1, end))) return false;
  let begin = at + 6;
  while (begin < at + 6 + mostBlanks && byteAt(bytes, at, begin, end) === 0x20) begin++;
  if (begin === at + 6 || !isToken(bytes, begin, end, shortestBearer, true, bearerToken)) {
    return false;
  }
  match.start = begin;
  match.stop = tokenEnd(bytes, begin, end, bearerToken);
  return true;
}

const bearer = Buffer.from("bearer");

function isToken(
  bytes: Uint8Array,
  from: number,
  end: number,
  shortest: number,
  digit: boolean,
  characters: Uint8Array,
): boolean {
  const last = Math.min(end, from + Math.max(shortest, digitWithin));
  let digits = 0;
  let at = from;
  for (; at < last && characters[bytes[at] as number] === 1; at++) {
    if (isDigit(bytes[at] as number)) digits++;
  }
  return at - from >= shortest && (!digit || digits > 0);
}

function tokenEnd(bytes: Uint8Array, from: number, end: number, characters: Uint8Array): number {
  let at = from;
  while (at < end && characters[bytes[at] as number] === 1) at++;
  return at;
}
