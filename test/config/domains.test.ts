import { describe, expect, test } from "vitest";
import { readAccess } from "../../sandbox/allow-list.ts";
import { domainProblem } from "../../src/config/domains.ts";
import { configPath } from "../../src/config.ts";
import { loadConfig, renderProblems } from "../../src/config/load.ts";

const good = ["a.example", "A.Example.", "bücher.example", "a.example:8443", "*.a.example", "**.a.example:22"];
const goodLiterals = ["localhost:3000", "127.0.0.1", "10.0.0.5:5432", "[::1]:3000"];
const bad = ["*", "**", "[*]", "*:443", "*.", "a.*.example", "*a.example", "***.a.example", "*.*.example", "", ":443"];
const badSpellings = [
  "0x7f.1",
  "2130706433",
  "127.1",
  "[0:0::1]",
  "::1",
  "*.127.0.0.1",
  "*.localhost",
  "[::1",
  "1.2.3.256",
];
const badNames = [
  "https://a.example",
  "a.example/path",
  "u@a.example",
  " a.example",
  "a.example\n",
  "a\0.example",
  "a..example",
];
const badMore = [
  "a.example:0",
  "a.example:65536",
  "a.example:x",
  "/run/docker.sock",
  `${"a".repeat(64)}.example`,
  "a,b.example",
];
const onlyDenied = ["*.com", "**.com", "com"];

describe("the configuration and the sandbox agree on every entry", () => {
  test.each([...good, ...goodLiterals, ...bad, ...badSpellings, ...badNames, ...badMore, ...onlyDenied])(
    "%j",
    (entry) => {
      for (const list of ["allow", "deny"] as const) {
        const read = readAccess({ allow: [], deny: [], [list]: [entry] });
        expect(domainProblem(entry, list)).toBe(read.kind === "ok" ? null : read.problems[0]?.why);
      }
    },
  );

  test("and on what there is to agree about", () => {
    const refused = (entries: string[]) => entries.filter((entry) => domainProblem(entry, "allow") !== null);
    expect(refused([...good, ...goodLiterals])).toEqual([]);
    expect(refused([...bad, ...badSpellings, ...badNames, ...badMore])).toEqual([
      ...bad,
      ...badSpellings,
      ...badNames,
      ...badMore,
    ]);
    expect(onlyDenied.filter((entry) => domainProblem(entry, "deny") !== null)).toEqual([]);
  });
});

test("a bad entry is named with its line and its key", () => {
  const text =
    '[network.solve]\nallow = ["a.example", "*"]\ndeny = ["a.example"]\n[network.verify]\nallow = "a.example"\n';
  const problems = (toml: string) => {
    const loaded = loadConfig(toml, configPath);
    return loaded.kind === "ok" ? "none" : renderProblems(loaded.problems);
  };
  expect(problems(text.slice(0, text.indexOf("[network.verify]")))).toBe(
    [
      '.github/airlock.toml:2:1: network.solve.allow.0: "a.example": it is on the deny list as well, which goes first',
      '.github/airlock.toml:2:1: network.solve.allow.1: "*": a bare star would mean every host',
    ].join("\n"),
  );
  expect(problems(text.slice(text.indexOf("[network.verify]")))).toMatch(
    /^\.github\/airlock\.toml:2:1: network\.verify\.allow: /,
  );
  expect(problems("[network]\nsolves = {}\n")).toMatch(
    /network\.solves: unknown key \(allowed: prepare, solve, verify\)/,
  );
});
