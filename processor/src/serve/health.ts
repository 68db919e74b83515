import type { Readiness } from "../model/ports.js";

export interface ReadinessReport {
  readonly ready: boolean;
  readonly parts: readonly {
    readonly name: string;
    readonly ready: boolean;
    /** What is wrong and what to do. */
    readonly problem?: string;
  }[];
}

/** Asks every part; a part that cannot even answer is not ready. */
export function readinessReport(parts: readonly Readiness[]): ReadinessReport {
  const answers = parts.map((part) => {
    const { name } = part;
    const sentence = part.problem();
    return sentence === undefined
      ? { name, ready: true }
      : { name, ready: false, problem: sentence };
  });
  return { ready: answers.every((answer) => answer.ready), parts: answers };
}
