import { byteAt, isAlphanumeric, isDigit, isLetter } from "./characters.js";
import type { Match } from "./match.js";

/** Countries with the length of their account numbers (SWIFT IBAN registry, release 99). */
const registry =
  "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24" +
  "FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32" +
  "LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24" +
  "RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA24VG24XK20YE30";

const lengths = new Uint8Array(26 * 26);
for (const [, country = "", length] of registry.matchAll(/([A-Z]{2})(\d\d)/g)) {
  lengths[countryIndex(country.charCodeAt(0), country.charCodeAt(1))] = Number(length);
}

function countryIndex(first: number, second: number): number {
  return ((first & 31) - 1) * 26 + (second & 31) - 1;
}

const values = new Uint8Array(34);

/**
 * At the first of a run of digits: an account number of the country whose code stands before it,
 * with the length of that country and right check digits (ISO 7064, modulo 97). After every fourth
 * character there may be a blank or a hyphen, after all of them or none: a UUID has hyphens elsewhere.
 */
export function matchIban(
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  match: Match,
): boolean {
  const begin = at - 2;
  const first = byteAt(bytes, start, begin, end);
  const second = byteAt(bytes, start, begin + 1, end);
  if (!isLetter(first) || !isLetter(second)) return false;
  if (!isDigit(byteAt(bytes, start, at + 1, end))) return false;
  if (isAlphanumeric(byteAt(bytes, start, begin - 1, end))) return false;
  const length = lengths[countryIndex(first, second)] as number;
  if (length === 0) return false;
  const separator = byteAt(bytes, start, begin + 4, end);
  const isGrouped = isSeparator(separator);
  let place = begin;
  for (let count = 0; count < length; count++) {
    if (isGrouped && count > 0 && count % 4 === 0) {
      if (byteAt(bytes, start, place, end) !== separator) return false;
      place++;
    }
    const byte = byteAt(bytes, start, place++, end);
    if (!isAlphanumeric(byte)) return false;
    values[count] = isDigit(byte) ? byte - 0x30 : (byte & 31) + 9;
  }
  if (isAlphanumeric(byteAt(bytes, start, place, end)) || remainder(length) !== 1) return false;
  match.start = begin;
  match.stop = place;
  return true;
}

function isSeparator(byte: number): boolean {
  return byte === 0x20 || byte === 0x2d;
}

/** Modulo 97, the country and the check digits moved to the end; a letter counts as two digits. */
function remainder(length: number): number {
  let rest = 0;
  for (let index = 0; index < length; index++) {
    const value = values[(index + 4) % length] as number;
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}
