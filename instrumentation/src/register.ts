import { createRequire } from "node:module";

/** `node --import @calibrant/instrumentation/register app.mjs`: the same as `--require` does. */
createRequire(import.meta.url)("../cjs/dist/register.cjs");
