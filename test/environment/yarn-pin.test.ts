import { expect, test } from "vitest";
import { renamePinned } from "../../src/environment/yarn-pin.ts";

const manifest = (range: string) => ({
  path: "package.json",
  content: Buffer.from(JSON.stringify({ dependencies: { "@s/a": range } })),
});
const renamed = (lock: string, ranges: string[], lockfile = "yarn.lock") =>
  renamePinned(Buffer.from(lock), { name: "@s/a", version: "1.2.0", lockfile, final: ranges.map(manifest) }).toString();

test.each([
  ["yarn 1", `"@s/a@1.2.0":\n  version "1.2.0"\n`, ["^1.2.0"], `"@s/a@^1.2.0":\n  version "1.2.0"\n`],
  ["yarn 1, one key of two", `"@s/a@1.2.0", "@s/a@~1.2":\n`, ["^1.2.0"], `"@s/a@^1.2.0", "@s/a@~1.2":\n`],
  ["yarn 1, exact too", `"@s/a@1.2.0":\n`, ["^1.2.0", "1.2.0"], `"@s/a@1.2.0", "@s/a@^1.2.0":\n`],
  ["newer yarn", `"@s/a@npm:1.2.0":\n`, ["^1.2.0"], `"@s/a@npm:^1.2.0":\n`],
  ["newer yarn, one key of two", `"@s/a@npm:1.2.0, @s/a@npm:^1":\n`, ["~1.2.0"], `"@s/a@npm:^1, @s/a@npm:~1.2.0":\n`],
  ["another package", `"@s/ab@1.2.0":\n`, ["^1.2.0"], `"@s/ab@1.2.0":\n`],
  [
    "what another package asks for",
    `b@1:\n  dependencies:\n    "@s/a" "1.2.0":\n`,
    ["^1"],
    `b@1:\n  dependencies:\n    "@s/a" "1.2.0":\n`,
  ],
])("%s", (_, lock, ranges, wanted) => {
  expect(renamed(lock, ranges)).toBe(wanted);
});

test("no other lockfile is touched", () => {
  expect(renamed(`"@s/a@1.2.0":\n`, ["^1.2.0"], "package-lock.json")).toBe(`"@s/a@1.2.0":\n`);
});
