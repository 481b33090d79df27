import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { canaryFrom, canaryOf } from "../../src/text/canary.ts";

test("a canary has the form of a token and is another in every run", () => {
  const one = canaryFrom(randomBytes(30));
  expect(one.value).toMatch(/^ghp_[A-Za-z0-9]{36}$/);
  expect(one.value).not.toBe(canaryFrom(randomBytes(30)).value);
  expect(canaryFrom(new Uint8Array(30)).value).toBe(`ghp_${"A".repeat(36)}`);
});

describe("its value is seen", () => {
  const { value, sees } = canaryFrom(randomBytes(30));
  const base64 = (text: string) => Buffer.from(text).toString("base64");

  test.each<[string, string]>([
    ["as it is", `DEPLOY_TOKEN=${value}\n`],
    ["in base64", base64(`GITHUB_TOKEN=${value}\n`)],
    [
      "in base64 that is wrapped, in a JSON text in a JSON text",
      JSON.stringify(JSON.stringify(base64(value).replaceAll(/(.{20})/g, "$1\n"))),
    ],
    ["in hexadecimal in a host's name", `${Buffer.from(value).toString("hex")}.evil.example`],
    ["as a host's name is written", `${value.toLowerCase()}.evil.example`],
    ["backwards", Array.from(value).toReversed().join("")],
    ["over two lines", `${value.slice(0, 20)}\n${value.slice(20)}`],
  ])("%s", (_title, text) => expect(sees(text)).toBe(true));

  test("the twins: another token, and half of it", () => {
    expect(sees(`ghp_${"b".repeat(36)}`)).toBe(false);
    expect(sees(value.slice(0, 30))).toBe(false);
    expect(canaryOf(value).sees(value)).toBe(true);
  });
});
