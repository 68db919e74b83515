/** One fault of a dashboard or an alerting file. */
export interface Finding {
  /** Where, such as `quality-overview.json: panel 20 Mean score`. */
  readonly place: string;
  readonly message: string;
}

/** Collects the faults of one place. */
export interface Report {
  /** Notes the fault when the condition does not hold. */
  expect(condition: boolean, message: string): void;
  at(place: string): Report;
}

export function reportTo(findings: Finding[], place: string): Report {
  return {
    expect: (condition, message) => {
      if (!condition) findings.push({ place, message });
    },
    at: (inner) => reportTo(findings, `${place}: ${inner}`),
  };
}

/** Values that occur more than once. */
export function repeated<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
