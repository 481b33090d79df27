import { expect, test } from "vitest";
import { z } from "zod";
import { specOf } from "../../src/agent/tool-spec.ts";
import { createTools } from "../../src/tools/create.ts";
import { bench, limits } from "../tools/inside.ts";
import { echo } from "./bench.ts";

test("the tools are described to the model as strict JSON schemas", async () => {
  await using at = await bench();
  const specs = createTools({ sandbox: at.sandbox, profile: at.profile, limits }).map(specOf);
  await expect(`${JSON.stringify(specs, null, 2)}\n`).toMatchFileSnapshot("./snapshots/tools.txt");
});

test("a property whose name is a keyword stays", () => {
  const input = z.strictObject({ default: z.string().default("x"), minLength: z.string().min(1) });
  expect(specOf({ ...echo, input }).parameters).toEqual({
    type: "object",
    properties: { default: { type: "string" }, minLength: { type: "string" } },
    required: ["default", "minLength"],
    additionalProperties: false,
  });
});

test("an input that is no object is refused", () => {
  expect(() => specOf({ ...echo, input: z.string() })).toThrow("is not an object");
});
