import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openAudit } from "../../src/audit/log.ts";
import { leaveAccount } from "../../src/action/give-back.ts";
import { writePapers } from "../../src/action/papers.ts";
import { artifactDirectory, paperDirectory, type Shell } from "../../src/action/shell.ts";
import { writeFiles } from "../workspace/repository.ts";
import { recordingShell } from "./recording-shell.ts";

/** As root another account, else our own: then nothing changes, and it must not fail either. */
const root = process.getuid?.() === 0;
const account = { name: "runner", uid: root ? 61_002 : process.getuid!(), gid: root ? 61_002 : process.getgid!() };

const audit = openAudit("solve", () => 0);
const sealed = { bytes: Buffer.from("{}"), digest: "d" };

/** A phase behind sudo: `temp` is the account's, `jobs-of-root` is not, and neither is `victim`. */
function behind() {
  const on = recordingShell();
  const [temp, jobs, victim] = [join(on.path, "temp"), join(on.path, "jobs-of-root"), join(on.path, "victim")];
  writeFiles(on.path, {
    "jobs-of-root/airlock/prepared.json": "{}",
    "temp/files/output": "before=1\n",
    "temp/files/summary": "",
    "victim/solution.json": "root's",
  });
  chmodSync(on.path, 0o755);
  for (const name of ["", "files", "files/output", "files/summary"])
    chownSync(join(temp, name), account.uid, account.gid);
  const shell = { ...on.shell, runner: { ...on.shell.runner, temp }, account, jobs };
  const files = { output: join(temp, "files/output"), summary: join(temp, "files/summary") };
  return { ...on, temp, jobs, victim, shell, files };
}
const ownerOf = (path: string) => lstatSync(path).uid;

/** What every phase does at its end. */
async function leavePapers(shell: Shell): Promise<void> {
  await writePapers(paperDirectory(shell), { name: "solution", sealed, audit, files: { "session.jsonl": "" } });
  shell.output("paper", artifactDirectory(shell));
  shell.output("digest", "one\ntwo");
  await shell.summary("### done");
}

describe("a phase behind sudo", () => {
  test.each([
    ["prepare leaves its directory for the next phase", "prepare", false, true],
    ["a prepare that fails leaves nothing", "prepare", true, false],
    ["solve leaves nothing", "solve", false, false],
    ["a verify that fails leaves nothing", "verify", true, false],
  ] as const)("%s", async (_title, phase, fails, stays) => {
    using on = behind();
    const work = () => (fails ? Promise.reject(new Error("no")) : Promise.resolve());
    const ended = await leaveAccount(phase, on, work).then(
      () => "well",
      (thrown: unknown) => String(thrown),
    );
    expect({ ended, there: existsSync(on.jobs) }).toEqual({ ended: fails ? "Error: no" : "well", there: stays });
  });

  test("its papers, outputs and summary are the account's own files afterwards", async () => {
    using on = behind();
    await leaveAccount("solve", on, leavePapers);
    const paper = join(on.temp, "airlock-paper");
    expect(readdirSync(paper).toSorted()).toEqual(["audit.jsonl", "session.jsonl", "solution.json"]);
    expect(readFileSync(join(paper, "solution.json"), "utf8")).toBe("{}");
    expect(["", "audit.jsonl", "session.jsonl", "solution.json"].map((name) => ownerOf(join(paper, name)))).toEqual(
      Array(4).fill(account.uid),
    );
    const [end] = /airlock_\S+/.exec(readFileSync(on.files.output, "utf8")) ?? [""];
    const [, second] = [...readFileSync(on.files.output, "utf8").matchAll(/<<(airlock_\S+)/g)].map(([, word]) => word);
    expect(readFileSync(on.files.output, "utf8")).toBe(
      `before=1\npaper<<${end}\n${paper}\n${end}\ndigest<<${second}\none\ntwo\n${second}\n`,
    );
    expect(readFileSync(on.files.summary, "utf8")).toBe("### done\n");
  });

  test("also where the phase fails: what it left comes out, and its error stays the one that is told", async () => {
    using on = behind();
    const work = async (shell: Shell) => {
      await leavePapers(shell);
      throw new Error("no");
    };
    await expect(leaveAccount("solve", on, work)).rejects.toThrow("no");
    expect(existsSync(join(on.temp, "airlock-paper/solution.json"))).toBe(true);
    expect(readFileSync(on.files.output, "utf8")).toContain("airlock-paper");
  });

  test("papers that cannot be carried out fail the phase, hide no error of its own, and root's place is removed", async () => {
    for (const fails of [false, true]) {
      using on = behind();
      writeFiles(on.temp, { "airlock-paper": "a file stands here" });
      const work = async (shell: Shell) => {
        await leavePapers(shell);
        if (fails) throw new Error("no");
      };
      await expect(leaveAccount("prepare", on, work)).rejects.toThrow(fails ? "no" : "cannot write");
      expect(on.told.log.filter((line) => line.includes("cannot write"))).toHaveLength(fails ? 1 : 0);
      expect(existsSync(on.jobs)).toBe(false);
    }
  });

  test("the runner's own directory is never removed, and a phase without papers is no error", async () => {
    using on = behind();
    await leaveAccount("solve", { ...on, shell: { ...on.shell, jobs: on.temp } }, () => Promise.resolve());
    expect(existsSync(on.temp)).toBe(true);
  });
});

describe.skipIf(!root)("where the account put links in the place of what root hands out", () => {
  const untouched = (on: ReturnType<typeof behind>) => ({
    owners: ["", "solution.json"].map((name) => ownerOf(join(on.victim, name))),
    names: readdirSync(on.victim),
    text: readFileSync(join(on.victim, "solution.json"), "utf8"),
  });
  const asItWas = { owners: [0, 0], names: ["solution.json"], text: "root's" };

  test("a directory: nothing of root's is written, and nothing is given away", async () => {
    using on = behind();
    symlinkSync(on.victim, join(on.temp, "airlock-paper"));
    await expect(leaveAccount("solve", on, leavePapers)).rejects.toMatchObject({ code: "bad-paper" });
    expect(untouched(on)).toEqual(asItWas);
    // The twin: root that writes there itself follows.
    await writePapers(join(on.temp, "airlock-paper"), { name: "solution", sealed, audit });
    expect(untouched(on)).toEqual({ owners: [0, 0], names: ["audit.jsonl", "solution.json"], text: "{}" });
  });

  test("a paper", async () => {
    using on = behind();
    mkdirSync(join(on.temp, "airlock-paper"));
    chownSync(join(on.temp, "airlock-paper"), account.uid, account.gid);
    symlinkSync(join(on.victim, "solution.json"), join(on.temp, "airlock-paper/solution.json"));
    await expect(leaveAccount("solve", on, leavePapers)).rejects.toMatchObject({ code: "bad-paper" });
    expect(untouched(on)).toEqual(asItWas);
  });

  test("the file of outputs, or of the summary: only a summary may be lost", async () => {
    using on = behind();
    const link = join(on.temp, "link");
    symlinkSync(join(on.victim, "solution.json"), link);
    await expect(
      leaveAccount("prepare", { ...on, files: { ...on.files, output: link } }, leavePapers),
    ).rejects.toMatchObject({ code: "bad-paper" });
    await leaveAccount("solve", { ...on, files: { ...on.files, summary: link } }, leavePapers);
    expect(untouched(on)).toEqual(asItWas);
  });

  test("the twin: a link to what is the account's own is the account's affair", async () => {
    using on = behind();
    chownSync(on.victim, account.uid, account.gid);
    chownSync(join(on.victim, "solution.json"), account.uid, account.gid);
    symlinkSync(on.victim, join(on.temp, "airlock-paper"));
    await leaveAccount("solve", on, leavePapers);
    expect(untouched(on)).toMatchObject({ text: "{}" });
  });
});
