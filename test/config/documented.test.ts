import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";

const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/^```toml\n([^]*?)^```/gm)].map(([, block = ""]) => block);

test("docs/configuration.md shows files", () => {
  expect(blocks.length).toBeGreaterThanOrEqual(2);
});

test.each(blocks.map((block) => [block.split("\n", 1)[0] ?? "", block]))(
  "%s … can be copied as it stands",
  (_first, block) => {
    expect(loadConfig(block, ".github/airlock.toml")).toMatchObject({ kind: "ok" });
  },
);
