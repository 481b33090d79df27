import { appendFileSync, chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findProgram } from "../../sandbox/bubblewrap.ts";
import { openGround, prepare, readPrepared } from "../../src/phases/prepare.ts";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";
import { noSecrets } from "../../src/phases/setup-secrets.ts";
import { task } from "../record/papers.ts";
import { noRegistry } from "./local-scene.ts";

const hash = /^[0-9a-f]{64}$/;
const plainTask = task();
const hostPath = process.env["PATH"] ?? "";

/** A machine whose bwrap is a copy of ours, so that the test may replace it. */
function machine() {
  const temporary = temporaryDirectory();
  const programs = join(temporary.path, "programs");
  mkdirSync(programs);
  const bwrap = join(programs, "bwrap");
  copyFileSync(findProgram("bwrap", { path: hostPath, notFrom: [] }) ?? "", bwrap);
  chmodSync(bwrap, 0o755);
  const checkout = join(temporary.path, "checkout");
  mkdirSync(checkout);
  const place = { dir: join(temporary.path, "job"), path: `${programs}:${hostPath}` };
  const said: string[] = [];
  const order = {
    checkout,
    registry: noRegistry,
    task: plainTask,
    secrets: noSecrets,
    onProgress: (text: string) => void said.push(text),
    signal: new AbortController().signal,
  };
  return { ...temporary, place, order, said, bwrap };
}

test("prepare proves the sandbox, installs, and leaves both on record for the phase after it", async () => {
  using on = machine();
  const { prepared, sandbox } = await prepare(on.place, on.order);
  await using _open = sandbox;
  expect(prepared).toEqual({
    installed: { kind: "none", key: "none" },
    programs: {
      bwrap: expect.stringMatching(hash),
      node: expect.stringMatching(hash),
      prlimit: expect.stringMatching(hash),
      mkfifo: expect.stringMatching(hash),
      unshare: expect.stringMatching(hash),
      mount: expect.stringMatching(hash),
      env: expect.stringMatching(hash),
    },
    registry: noRegistry.href,
    network: [],
  });
  expect(sandbox.certificate.probes.every(({ held }) => held)).toBe(true);
  expect(on.said).toEqual([expect.stringMatching(/^sandbox proved: \d+ probes held, bubblewrap /)]);
  expect(await readPrepared(on.place)).toEqual(prepared);
});

test("an installation that fails is on record and said, and the job goes on", async () => {
  using on = machine();
  writeFiles(on.order.checkout, { "package.json": '{"dependencies":{"a":"1"}}', "yarn.lock": "" });
  const { prepared } = await prepare(on.place, on.order);
  expect(prepared.installed).toMatchObject({
    kind: "failed",
    reason: expect.stringContaining("yarn.lock is neither"),
  });
  expect(on.said.at(-1)).toMatch(/^dependencies are not installed: yarn\.lock is neither/);
  expect(await readPrepared(on.place)).toEqual(prepared);
});

describe("the phase after it", () => {
  test("refuses to begin without it", async () => {
    using on = machine();
    await expect(readPrepared(on.place)).rejects.toMatchObject({
      code: "bad-input",
      message: "The prepare step has not run in this job.",
      fix: expect.stringContaining("phase: prepare"),
    });
  });

  test("refuses a bwrap that was replaced meanwhile", async () => {
    using on = machine();
    await prepare(on.place, on.order);
    appendFileSync(on.bwrap, "\0");
    await expect(readPrepared(on.place)).rejects.toMatchObject({
      code: "sandbox-failed",
      message: "bwrap changed while the job was running.",
    });
  });

  test("refuses a bundle of ours in which a file changed, came or went", async () => {
    using on = machine();
    const bundle = join(on.path, "dist");
    writeFiles(bundle, { "action.mjs": "1", "prompt/fix.md": "2" });
    const place = { ...on.place, bundle };
    await prepare(place, on.order);
    await expect(readPrepared(place)).resolves.toMatchObject({ programs: { airlock: expect.stringMatching(hash) } });
    const changed = { code: "sandbox-failed", message: "airlock changed while the job was running." };
    for (const [name, undo] of [
      ["prompt/fix.md", "2"],
      ["action.mjs", "1"],
    ] as const) {
      writeFiles(bundle, { [name]: "3" });
      await expect(readPrepared(place)).rejects.toMatchObject(changed);
      writeFiles(bundle, { [name]: undo });
      await expect(readPrepared(place)).resolves.toBeDefined();
    }
    writeFiles(bundle, { "more.mjs": "" });
    await expect(readPrepared(place)).rejects.toMatchObject(changed);
  });

  test("refuses a node that is another than before", async () => {
    using on = machine();
    await prepare(on.place, on.order);
    const file = join(on.place.dir, "prepared.json");
    const node = /"node":"([0-9a-f]{64})"/.exec(readFileSync(file, "utf8"))?.[1] ?? "";
    writeFileSync(file, readFileSync(file, "utf8").replace(node, "0".repeat(64)));
    await expect(readPrepared(on.place)).rejects.toMatchObject({ message: "node changed while the job was running." });
  });

  test("looks at the bwrap that is used, not at what a package put first on PATH", async () => {
    using on = machine();
    const decoys = join(on.path, "node_modules/.bin");
    writeFiles(decoys, { bwrap: { executable: "#!/bin/sh\n" } });
    const place = { ...on.place, path: `${decoys}:${on.place.path}` };
    await prepare(place, on.order);
    appendFileSync(on.bwrap, "\0");
    await expect(readPrepared(place)).rejects.toMatchObject({ message: "bwrap changed while the job was running." });
  });

  test("refuses a record that prepare did not write", async () => {
    using on = machine();
    await prepare(on.place, on.order);
    writeFileSync(join(on.place.dir, "prepared.json"), '{"installed":{"kind":"installed","key":"k","directory":1}}');
    await expect(readPrepared(on.place)).rejects.toThrow(/programs|directory/);
  });

  test("takes the registry from the record, and refuses one without", async () => {
    using on = machine();
    await prepare(on.place, on.order);
    expect((await readPrepared(on.place)).registry).toBe(noRegistry.href);
    const file = join(on.place.dir, "prepared.json");
    const { registry: _registry, ...rest } = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify(rest));
    await expect(readPrepared(on.place)).rejects.toThrow(/registry/);
  });
});

test("a machine without bwrap is refused with the command that installs it", async () => {
  using temporary = temporaryDirectory();
  const node = join(temporary.path, "bin");
  mkdirSync(node);
  // Only node is on this PATH, as a link into the place where it is installed.
  writeFiles(node, { node: { link: process.execPath } });
  await expect(openGround({ dir: join(temporary.path, "job"), path: node })).rejects.toMatchObject({
    name: "SandboxError",
    message: "bubblewrap (bwrap) is not on PATH.",
    fix: expect.stringContaining("apt-get install bubblewrap"),
  });
});
