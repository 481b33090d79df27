import { expect, test } from "vitest";
import { fileTypes } from "../../src/policy/types.ts";
import { entry, madeFacts, said } from "./made-facts.ts";

test("Source and plain text may stay low, a kind that no check judges is medium", () => {
  const entries = [entry("a.ts"), entry("a.md", { type: "text" })];
  expect(fileTypes(madeFacts({ entries }))).toEqual([]);
  const more = [...entries, entry("run.sh", { type: "other" })];
  expect(said(fileTypes(madeFacts({ entries: more })))).toEqual(["medium file-type: run.sh"]);
});
