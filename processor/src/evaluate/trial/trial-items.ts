import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { CalibrantError, messageOf } from "../../kernel/errors.js";
import { formatFaults, type Fault } from "../../kernel/faults.js";
import { canaryInteraction } from "../canaries/canary-lines.js";
import { trialItem } from "../canaries/canary-config.js";
import type { TrialItem } from "./try-judge.js";

/** Faults that one reader looks at. */
const mostFaults = 20;

/**
 * The items of a JSONL file: the form of a gold set, in which `id` and `label` may be missing.
 * @throws CalibrantError CONFIG_INVALID with every fault and its line
 */
export async function readTrialItems(file: string): Promise<TrialItem[]> {
  const faults: Fault[] = [];
  const items: TrialItem[] = [];
  let line = 0;
  const input = createReadStream(file, "utf8");
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++;
      if (text.trim() === "" || faults.length >= mostFaults) continue;
      const parsed = trialItem.safeParse(objectIn(text));
      if (parsed.success) {
        const { label, id = `line ${line}` } = parsed.data;
        items.push({ label, line, interaction: canaryInteraction({ ...parsed.data, id }) });
        continue;
      }
      for (const { path, message } of parsed.error.issues) {
        faults.push({ path: [file, ...path.map(String)].join(": "), message, line });
      }
    }
  } catch (error) {
    throw new CalibrantError("CONFIG_INVALID", messageOf(error), { cause: error });
  }
  if (items.length === 0 && faults.length === 0) faults.push({ path: file, message: "no items" });
  if (faults.length > 0) throw new CalibrantError("CONFIG_INVALID", formatFaults(faults));
  return items;
}

function objectIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
