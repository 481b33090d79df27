import { execFileSync } from "node:child_process";
import { existsSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openReportPlace } from "../../src/checks/report-file.ts";
import { temporaryDirectory } from "../workspace/repository.ts";

test.each<[string, (path: string) => void, object]>([
  ["a file", (path) => writeFileSync(path, "green"), { kind: "read", text: "green" }],
  ["nothing", () => undefined, { kind: "missing", reason: "no test report was written" }],
  ["a link", (path) => symlinkSync("/etc/passwd", path), { kind: "missing", reason: "no test report was written" }],
  ["a pipe", (path) => execFileSync("mkfifo", [path]), { kind: "missing", reason: "its test report is no plain file" }],
  [
    "a file that is too large",
    (path) => {
      writeFileSync(path, "");
      truncateSync(path, 33 * 1024 * 1024);
    },
    { kind: "missing", reason: "its test report is larger than 33554432 bytes" },
  ],
])("a report place reads %s only as far as it may", async (_, leave, expected) => {
  using directory = temporaryDirectory();
  const place = await openReportPlace({ directory: directory.path, runAs: null });
  leave(join(place.mount.host, "report"));
  expect(await place.read()).toEqual(expected);
  await place[Symbol.asyncDispose]();
  expect(existsSync(place.mount.host)).toBe(false);
});

test("two places have names that have nothing in common but their beginning", async () => {
  using directory = temporaryDirectory();
  await using one = await openReportPlace({ directory: directory.path, runAs: null });
  await using other = await openReportPlace({ directory: directory.path, runAs: null });
  expect(one.inside).toMatch(/^\/report-[0-9a-f]{32}\/report$/);
  expect(one.inside).not.toBe(other.inside);
});
