import { defineConfig } from "vitest/config";

/** The tests run against `dist`, which `npm test` builds first: what is tested is what ships. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/store-template.ts"],
    exclude: ["test/**/*.soak.test.ts", "**/node_modules/**"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: ["default"],
  },
});
