import { expect, test } from "vitest";
import { gitFailure } from "../../src/workspace/git-failure.ts";

type Case = [string, "time" | "output" | null, number | NodeJS.Signals | Error, string, RegExp, RegExp];
const cases: Case[] = [
  ["an answer of git's own", null, 128, "fatal: bad object", /ended with 128: fatal: bad object$/, /git fsck/],
  ["a full disk", null, 128, "error: No space left on device", /ended with 128/, /^Free space on the disk/],
  ["our clock", "time", "SIGKILL", "", /did not end within the time/, /limits\.wall_clock_s/],
  ["a flood of output", "output", "SIGKILL", "", /answered more than Airlock reads/, /generated or vendored trees/],
  ["a signal from outside", null, "SIGKILL", "", /ended by SIGKILL from outside/, /out of memory/],
  ["a git that is not there", null, new Error("spawn git ENOENT"), "", /could not be started/, /Install git/],
];

test.each(cases)("%s is named with its own mending", (...[, stopped, status, stderr, message, fix]) => {
  const error = gitFailure({ argv: ["add", "--all"], stopped }, status, stderr);
  expect(error).toMatchObject({ code: "git-failed" });
  expect(error.message).toMatch(message);
  expect(error.message).toMatch(/^git add /);
  expect(error.fix).toMatch(fix);
});
