import { expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { resourceLimits } from "../../src/environment/limits.ts";

test("what the configuration says reaches the sandbox in its units; what it does not say is the sandbox's own default", () => {
  expect(resourceLimits(Config.parse({}).limits)).toEqual({});
  expect(resourceLimits(Config.parse({ limits: { memory_mb: 512, processes: 100 } }).limits)).toEqual({
    memoryBytes: 536_870_912,
    processes: 100,
  });
});
