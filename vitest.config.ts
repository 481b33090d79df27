import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/fixtures/**"],
    globalSetup: ["test/build.ts"],
    // The workflow parser imports JSON without an attribute; see the preload for the one line that cures it.
    execArgv: ["--import", new URL("./test/emulators/runner/json-imports.mjs", import.meta.url).href],
    // Most tests wait for processes of their own, so one more than the cores is the fastest.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
