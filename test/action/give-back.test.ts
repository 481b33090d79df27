import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { leaveAccount } from "../../src/action/give-back.ts";
import { writeFiles } from "../workspace/repository.ts";
import { recordingShell } from "./recording-shell.ts";

/** As root another account, else our own: then nothing changes, and it must not fail either. */
const root = process.getuid?.() === 0;
const account = { name: "runner", uid: root ? 61_002 : process.getuid!(), gid: root ? 61_002 : process.getgid!() };

function behind() {
  const on = recordingShell();
  const jobs = join(on.path, "jobs-of-root");
  writeFiles(on.path, {
    "jobs-of-root/airlock/prepared.json": "{}",
    "airlock-paper/deep/report.json": "{}",
    "airlock-paper/link": { link: "/etc/hostname" },
  });
  return { ...on, jobs, shell: { ...on.shell, account, jobs } };
}
const ownerOf = (path: string) => lstatSync(path).uid;

describe("a phase behind sudo", () => {
  test.each([
    ["prepare leaves its directory for the next phase", "prepare", false, true],
    ["a prepare that fails leaves nothing", "prepare", true, false],
    ["solve leaves nothing", "solve", false, false],
    ["a verify that fails leaves nothing", "verify", true, false],
  ] as const)("%s", async (_title, phase, fails, stays) => {
    using on = behind();
    const work = () => (fails ? Promise.reject(new Error("no")) : Promise.resolve());
    const ended = await leaveAccount(phase, on.shell, work).then(
      () => "well",
      (thrown: unknown) => String(thrown),
    );
    expect({ ended, there: existsSync(on.jobs) }).toEqual({ ended: fails ? "Error: no" : "well", there: stays });
  });

  test("its papers belong to the runner's account afterwards; what a link leads to does not", async () => {
    using on = behind();
    const host = ownerOf("/etc/hostname");
    await leaveAccount("verify", on.shell, () => Promise.resolve());
    const paper = join(on.path, "airlock-paper");
    const all = ["", "deep", "deep/report.json", "link"].map((path) => ownerOf(join(paper, path)));
    expect(all).toEqual(Array(4).fill(account.uid));
    expect(ownerOf("/etc/hostname")).toBe(host);
  });

  test("the runner's own directory is never removed, and a phase without papers is no error", async () => {
    using on = recordingShell();
    await leaveAccount("solve", { ...on.shell, account }, () => Promise.resolve());
    expect(existsSync(on.path)).toBe(true);
  });
});
