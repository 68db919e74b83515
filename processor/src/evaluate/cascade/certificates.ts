import { readFileSync } from "node:fs";
import { messageOf } from "../../kernel/errors.js";
import type { Fault } from "../../kernel/faults.js";
import { certificateForm, type Certificate } from "./cascade-config.js";

/**
 * The certificate in a file.
 * @param path of the setting that names the file, for faults
 * @returns undefined when the file has faults, which have then been added
 */
export function loadCertificate(
  file: string,
  path: string,
  faults: Fault[],
): Certificate | undefined {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const message = `${file} cannot be read (${messageOf(error)}): make it with "calibrant judge certify"`;
    faults.push({ path, message });
    return undefined;
  }
  const parsed = certificateForm.safeParse(content);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    faults.push({
      path,
      message: `${file}: ${issue.path.map(String).join(".")}: ${issue.message}`,
    });
  }
  return undefined;
}
