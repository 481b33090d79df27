import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryDirectory } from "../workspace/repository.ts";
import { airlock } from "./airlock.ts";

const url = ["--webhook-url", "https://hooks.test/airlock"];

describe("airlock app create begins only with options that make sense", () => {
  test.each<[string, string[], string]>([
    ["no action", [], "the only action is `create`"],
    ["another action", ["delete"], "the only action is `create`"],
    ["more than the action", ["create", "now", ...url], "the only action is `create`"],
    ["no webhook address", ["create"], "--webhook-url is missing"],
    [
      "a webhook address that is none",
      ["create", "--webhook-url", "hooks.test"],
      "--webhook-url takes an http or https address",
    ],
    [
      "another protocol",
      ["create", "--webhook-url", "ftp://hooks.test"],
      "--webhook-url takes an http or https address",
    ],
    [
      "a server that is none",
      ["create", ...url, "--server-url", "github"],
      "--server-url takes an http or https address",
    ],
    [
      "an API that is none",
      ["create", ...url, "--api-url", "javascript:alert(1)"],
      "--api-url takes an http or https address",
    ],
  ])("%s is wrong use", async (_title, args, says) => {
    const { code, out, err } = await airlock(["app", ...args]);
    expect({ code, out, first: err[0] }).toEqual({ code: 2, out: [], first: `airlock: ${says}` });
    expect(err[1]).toMatch(/^usage: airlock app create --webhook-url URL/);
  });

  test("a file of secrets that is there already is not written over", async () => {
    using temporary = temporaryDirectory();
    writeFileSync(join(temporary.path, ".env"), "APP_ID=1\n");
    const { code, out, err } = await airlock(["app", "create", ...url], { cwd: temporary.path });
    expect({ code, out, named: err[0]?.includes(join(temporary.path, ".env")) }).toEqual({
      code: 2,
      out: [],
      named: true,
    });
    expect(readFileSync(join(temporary.path, ".env"), "utf8")).toBe("APP_ID=1\n");
  });
});
