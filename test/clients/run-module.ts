import { run } from "./run.js";

await run((name) => import(name));
