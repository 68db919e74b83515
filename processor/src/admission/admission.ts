import { timingSafeEqual } from "node:crypto";
import type { Meter } from "@opentelemetry/api";
import { CalibrantError } from "../kernel/errors.js";
import type { Admission, Scope } from "../model/ports.js";
import type { AdmissionConfig } from "./admission-config.js";
import { digestOf } from "./key-hash.js";
import { presentedKey } from "./presented-key.js";

export interface AdmissionOptions {
  readonly keys: AdmissionConfig;
  readonly meter: Meter;
}

interface Key {
  readonly name: string;
  readonly digest: Buffer;
  readonly scopes: ReadonlySet<Scope>;
}

/** Asks for API keys when some are configured; every decision is counted. */
export function createAdmission({ keys, meter }: AdmissionOptions): Admission {
  const known = keys.map(({ name, hash, scopes }): Key => {
    const digest = Buffer.from(hash.slice("sha256:".length), "hex");
    return { name, digest, scopes: new Set(scopes) };
  });
  const decisions = meter.createCounter("calibrant.admission.decisions", {
    description: "Requests by door, scope and outcome; key is the name of the key, if it is known",
    unit: "{request}",
  });
  return {
    required: known.length > 0,
    admit: (credentials, scope, door) => {
      if (known.length === 0) return;
      const presented = presentedKey(credentials);
      const key = presented === undefined ? undefined : find(known, presented);
      if (key === undefined) {
        decisions.add(1, { door, scope, outcome: "unauthenticated" });
        throw new CalibrantError(
          "UNAUTHENTICATED",
          presented === undefined
            ? "an API key is needed: Authorization: Bearer KEY, x-api-key: KEY, or KEY as the password of Basic authentication"
            : "this API key is not known; its hash must stand in extensions.keys",
        );
      }
      if (!key.scopes.has(scope) && !key.scopes.has("admin")) {
        decisions.add(1, { door, scope, outcome: "forbidden", key: key.name });
        const has = [...key.scopes].join(", ");
        throw new CalibrantError(
          "PERMISSION_DENIED",
          `the key ${key.name} has not the scope ${scope} (it has: ${has}); see extensions.keys`,
        );
      }
      decisions.add(1, { door, scope, outcome: "admitted", key: key.name });
    },
  };
}

/** Takes the same time wherever the key stands and however much of it is right. */
function find(keys: readonly Key[], presented: string): Key | undefined {
  const digest = digestOf(presented);
  let found: Key | undefined;
  for (const key of keys) if (timingSafeEqual(key.digest, digest)) found = key;
  return found;
}
