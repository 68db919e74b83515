import { defineConfig } from "vitest/config";

/** The long forms of the fault tests: minutes, not seconds. */
export default defineConfig({
  test: {
    include: ["test/**/*.soak.test.ts"],
    testTimeout: 30 * 60_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
    reporters: ["default"],
  },
});
