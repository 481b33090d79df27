import { describe, expect, test } from "vitest";
import { fixedAdvisories, newAdvisories, parseAudit } from "../../src/checks/advisories.ts";

const lodash = {
  package: "lodash",
  url: "https://example.com/GHSA-1",
  title: "Prototype pollution",
  severity: "high",
  range: "<4.17.21",
};
const via = {
  source: 1,
  name: "lodash",
  dependency: "lodash",
  title: lodash.title,
  url: lodash.url,
  severity: "high",
  range: "<4.17.21",
};

function report(vulnerabilities: object): string {
  return JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities,
    metadata: { vulnerabilities: { total: 1 }, dependencies: {} },
  });
}

describe("parseAudit", () => {
  test("reads each advisory once, however many packages it reaches", () => {
    const text = report({ lodash: { name: "lodash", via: [via] }, tool: { name: "tool", via: ["lodash", via] } });
    expect(parseAudit(text)).toEqual({ kind: "audited", advisories: [lodash] });
  });

  test("reads a clean answer", () => {
    expect(parseAudit(report({}))).toEqual({ kind: "audited", advisories: [] });
  });

  test.each([
    ["nothing", "", "npm audit gave no readable answer"],
    ["no JSON", "npm error", "npm audit gave no readable answer"],
    ["an object without metadata", "{}", "npm audit gave no readable answer"],
    [
      "an error with a summary",
      '{"error":{"code":"ENOAUDIT","summary":"no audit\\nmore","detail":""}}',
      "npm audit: no audit",
    ],
    ["an error with a code alone", '{"error":{"code":"ENOLOCK"}}', "npm audit: ENOLOCK"],
    [
      "a registry's refusal",
      '{"message":"request failed, reason: 405","error":{"summary":"","detail":""}}',
      "npm audit: request failed, reason: 405",
    ],
    ["metadata of another shape", '{"metadata":{},"vulnerabilities":{}}', "npm audit gave no readable answer"],
    [
      "a vulnerability of another shape",
      report({ lodash: { via: [{ name: "lodash" }] } }),
      "npm audit gave no readable answer",
    ],
  ])("calls %s not audited", (_, text, reason) => {
    expect(parseAudit(text)).toEqual({ kind: "not_audited", cause: "unreachable", reason });
  });
});

test("only an advisory that base does not have is new", () => {
  const other = { ...lodash, url: "https://example.com/GHSA-2" };
  expect(newAdvisories([lodash], [lodash])).toEqual([]);
  expect(newAdvisories([lodash], [other, lodash])).toEqual([other]);
  expect(newAdvisories([], [lodash])).toEqual([lodash]);
  expect(newAdvisories([lodash], [])).toEqual([]);
  const range = { ...lodash, range: ">=5.0.0 <5.1.0" };
  expect(newAdvisories([lodash], [range])).toEqual([range]);
  expect(fixedAdvisories([lodash, other], [lodash])).toEqual([other]);
});
