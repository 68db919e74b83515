/** Only what the dashboard's choices leave; "All" leaves everything, unnamed releases among it. */
const chosen = ["service_name", "environment", "release", "feature"]
  .map((column) => {
    const variable = column === "service_name" ? "service" : column;
    return `AND $__conditionalAll(${column} IN (\${${variable}:singlequote}), $${variable})`;
  })
  .join("\n  ");

/** Interactions that began within the dashboard's range. Reads `started_at`. */
export const startedWithin = `$__timeFilter(started_at)
  ${chosen}`;

/** Feedback that was given within the dashboard's range. Reads `occurred_at`. */
export const occurredWithin = `$__timeFilter(occurred_at)
  ${chosen}`;
