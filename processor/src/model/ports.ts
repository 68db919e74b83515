/** What a room needs of another one, which `house.ts` hands to it. */
export * from "./ports/ingest.js";
export * from "./ports/interactions.js";
export * from "./ports/evaluation.js";
export * from "./ports/forward.js";
export * from "./ports/queries.js";
export * from "./ports/doors.js";
