import { describe, expect, test } from "vitest";
import { airlock } from "./airlock.ts";

const verbs = ["fix", "exec", "verify", "risk", "sandbox", "doctor", "parse", "sanitize", "audit", "app"];

describe("help", () => {
  test.each([[[]], [["help"]], [["--help"]], [["-h"]]])("%j shows every verb with its arguments", async (args) => {
    const { code, out, err } = await airlock(args);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out.flatMap((line) => /^ {2}airlock (\S+)/.exec(line)?.[1] ?? [])).toEqual(verbs);
    expect(out.at(-1)).toBe("Exit codes: 0 done, 1 the answer is no, 2 wrong use, 3 broken environment.");
  });

  test.each(verbs)("%s --help shows its own, and does nothing", async (verb) => {
    const { code, out, err } = await airlock([verb, "--help"]);
    expect({ code, err, lines: out.length }).toEqual({ code: 0, err: [], lines: 2 });
    expect(out[0]).toMatch(new RegExp(`^airlock ${verb}( |$)`));
  });
});

describe("wrong use is exit code 2, with the usage, on standard error", () => {
  test.each(["deploy", "toString", "__proto__", "--version"])("the verb %s, which is none", async (verb) => {
    const { code, out, err } = await airlock([verb]);
    expect({ code, out, first: err[0] }).toEqual({ code: 2, out: [], first: `airlock: there is no verb "${verb}"` });
    expect(err.join("\n")).toContain("airlock fix ");
  });

  test.each<[string[], string]>([
    [["parse", "--verbose"], "parse"],
    [["sanitize", "body.md"], "sanitize"],
    [["risk", "--base"], "risk"],
    [["verify", "--jsn"], "verify"],
    [["doctor", "now"], "doctor"],
    [["sandbox", "--network", "--", "true"], "sandbox"],
    [["audit", "verify", "--expect"], "audit"],
    [["exec", "--danger", "x"], "exec"],
    [["fix", "--danger", "x"], "fix"],
    [["app", "create", "--force"], "app"],
  ])("%j", async (args, verb) => {
    const { code, out, err } = await airlock(args);
    expect({ code, out, lines: err.length >= 2 }).toEqual({ code: 2, out: [], lines: true });
    expect(err.at(-1)).toMatch(new RegExp(`^usage: airlock ${verb} `));
    expect(err.join("\n")).not.toMatch(/^\s+at /m);
  });
});
