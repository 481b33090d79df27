import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, it } from "vitest";
import { allowedAt, configSchema } from "../../src/config/schema.ts";

const published = new URL("../../docs/airlock.schema.json", import.meta.url);

const howToWrite =
  `node --input-type=module -e 'import { configSchema } from "./src/config/schema.ts"; console.log(JSON.stringify(configSchema()))' ` +
  `> docs/airlock.schema.json && npx oxfmt docs/airlock.schema.json`;

it("docs/airlock.schema.json is the schema of this version", async () => {
  const file: unknown = JSON.parse(await readFile(published, "utf8"));
  expect(file, `Write it anew: ${howToWrite}`).toEqual(configSchema());
});

it("an editor that uses it takes what we take and refuses what we refuse", async () => {
  const validate = new Ajv2020({ strict: false }).compile(JSON.parse(await readFile(published, "utf8")));
  const good = { limits: { turns: 10 }, checks: [{ name: "unit", run: ["npm", "test"] }] };
  expect([validate({}), validate(good)]).toEqual([true, true]);
  expect(
    [
      { limits: { turns: 0 } },
      { limit: {} },
      { agent: { sandbox_mode: "danger-full-access" } },
      { checks: [{ name: "unit" }] },
    ].map((file) => validate(file)),
  ).toEqual([false, false, false, false]);
});

it("what is allowed at a place is known for tables and choices only", () => {
  expect([
    allowedAt(["checks", 0, "kind"]),
    allowedAt(["pull_request"]),
    allowedAt(["limits", "turns"]),
    allowedAt(["nothing", "here"]),
  ]).toEqual([["types", "lint", "tests", "build", "custom"], ["ci", "branch_prefix", "closes_issue"], null, null]);
});
