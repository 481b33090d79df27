import { appendFileSync, chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findProgram } from "../../sandbox/bubblewrap.ts";
import { prepare, readPrepared } from "../../src/phases/prepare.ts";
import { temporaryDirectory } from "../workspace/repository.ts";
import { noSecrets } from "../../src/phases/setup-secrets.ts";
import { task } from "../record/papers.ts";
import { noRegistry } from "./local-scene.ts";

const plainTask = task();
const hostPath = process.env["PATH"] ?? "";

test("a bwrap of the repository is neither used nor watched; the machine's own is", async () => {
  using temporary = temporaryDirectory();
  const checkout = join(temporary.path, "checkout");
  const planted = join(checkout, "bin/bwrap");
  mkdirSync(join(checkout, "bin"), { recursive: true });
  copyFileSync(findProgram("bwrap", { path: hostPath, notFrom: [] }) ?? "", planted);
  chmodSync(planted, 0o755);
  const path = `${join(checkout, "bin")}:${hostPath}`;
  const order = {
    checkout,
    registry: noRegistry,
    task: plainTask,
    secrets: noSecrets,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  };
  const place = { dir: join(temporary.path, "a"), path, notFrom: [checkout] };
  const { prepared, sandbox } = await prepare(place, order);
  expect(sandbox.certificate.bwrap).not.toContain(planted);
  appendFileSync(planted, "\0");
  expect(await readPrepared(place)).toEqual(prepared);
  // The twin: without the rule the repository's program is the sandbox.
  const open = { dir: join(temporary.path, "b"), path };
  expect((await prepare(open, order)).sandbox.certificate.bwrap).toContain(planted);
  appendFileSync(planted, "\0");
  await expect(readPrepared(open)).rejects.toMatchObject({ message: "bwrap changed while the job was running." });
});
