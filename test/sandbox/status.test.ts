import { expect, test } from "vitest";
import { readStatus } from "../../sandbox/status.ts";

test.each([
  ["both records", '{ "child-pid": 12, "cgroup-namespace": 4 }\n{ "exit-code": 3 }\n', { childPid: 12, exitCode: 3 }],
  ["only the start", '{ "child-pid": 12 }\n', { childPid: 12, exitCode: null }],
  ["a line that is cut off", '{ "child-pid": 12 }\n{ "exit-co', { childPid: 12, exitCode: null }],
  ["nothing", "", { childPid: null, exitCode: null }],
  ["values that are no numbers", '{"child-pid":"1","exit-code":null}\n[1]\n7\n', { childPid: null, exitCode: null }],
  ["two on one number", '{"child-pid":1,"exit-code":0}', { childPid: 1, exitCode: 0 }],
])("%s", (_title, text, expected) => {
  expect(readStatus(text)).toEqual(expected);
});
