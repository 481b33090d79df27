import { expect, test } from "vitest";
import { redactAnyCase } from "../../src/text/redact-any-case.ts";
import { redact } from "../../src/text/redact.ts";

const value = "Plum-471-CAKE-0815";
const forms: [string, string][] = [
  ["as it is", value],
  ["base64", Buffer.from(value).toString("base64").replaceAll("=", "")],
  ["hexadecimal", Buffer.from(value).toString("hex")],
  ["reversed", Array.from(value).toReversed().join("")],
];

test.each(forms)("a value that lost its case is found %s, and what stands around it stays", (_title, form) => {
  for (const shown of [form, form.toLowerCase(), form.toUpperCase()])
    expect(redactAnyCase(`é ${shown}.evil.example:80`, [value])).toBe("é [redacted].evil.example:80");
});

test("the twin: where case counts, the lower case is a text like any other", () => {
  expect(redact(value.toLowerCase(), [value])).toBe(value.toLowerCase());
  expect(redactAnyCase("nothing of it, é", [value])).toBe("nothing of it, é");
  expect(redactAnyCase("nothing is known", [])).toBe("nothing is known");
});
