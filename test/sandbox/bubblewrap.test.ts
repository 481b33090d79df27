import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findProgram } from "../../sandbox/bubblewrap.ts";
import { openDirectory } from "./room.ts";

let dir: string;
beforeAll(async () => {
  dir = await openDirectory();
  for (const name of ["repo/bin", "x/node_modules/.bin", "host"]) mkdirSync(join(dir, name), { recursive: true });
  writeFileSync(join(dir, "host/tool"), "#!/bin/sh\n", { mode: 0o755 });
  for (const name of ["repo/bin", "x/node_modules/.bin"]) symlinkSync(join(dir, "host/tool"), join(dir, name, "tool"));
  symlinkSync(join(dir, "repo/bin"), join(dir, "alias"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const find = (place: string, notFrom: string[]) =>
  findProgram("tool", { path: `${join(dir, place)}:${join(dir, "host")}`, notFrom });

test("a link of the repository to a good program is not used: it could lead elsewhere when it is started", () => {
  const repo = [join(dir, "repo")];
  expect(find("repo/bin", repo)).toBe(join(dir, "host/tool"));
  expect(find("alias", repo)).toBe(join(dir, "host/tool"));
  expect(find("x/node_modules/.bin", [])).toBe(join(dir, "host/tool"));
  // The twin: nobody said that it is a repository.
  expect(find("repo/bin", [])).toBe(join(dir, "repo/bin/tool"));
});
