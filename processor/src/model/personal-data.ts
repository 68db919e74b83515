/**
 * Kinds of personal data and secrets that are known by their form: presets of redaction, and what an
 * answer can leak.
 */
export const personalDataKinds = [
  "email",
  "phone",
  "card_number",
  "iban",
  "api_key",
  "jwt",
  "ipv4",
] as const;

export type PersonalDataKind = (typeof personalDataKinds)[number];
