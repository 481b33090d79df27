import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startHub } from "../github/hub.ts";
import { createRunner } from "./runner.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "airlock-hub-runner-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const workflow = `
name: small
run-name: "small #\${{ inputs.issue }}"
on:
  workflow_dispatch:
    inputs:
      issue:
        type: string
        required: true
permissions: {}
jobs:
  make:
    runs-on: ubuntu-24.04
    permissions: { contents: read }
    outputs: { artifact: "\${{ steps.upload.outputs.artifact-id }}" }
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
        with: { ref: "\${{ github.sha }}", path: repository, persist-credentials: false }
      - run: 'cat repository/hello.txt; echo "key $KEY"'
        env: { KEY: "\${{ secrets.KEY }}" }
      - id: upload
        uses: actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02
        with: { name: "paper-\${{ github.run_attempt }}", path: repository/hello.txt, if-no-files-found: error }
  take:
    needs: make
    runs-on: ubuntu-24.04
    permissions: {}
    steps:
      - uses: actions/download-artifact@634f93cb2916e3fdff6788551b99b062d0335ce0
        with: { artifact-ids: "\${{ needs.make.outputs.artifact }}", path: "\${{ runner.temp }}/in" }
      - run: 'test "$(cat "$IN/hello.txt")" = hello'
        env: { IN: "\${{ runner.temp }}/in" }
`;

it("a run that somebody dispatches on the embedded GitHub is driven to its end", async () => {
  const from = path.join(dir, "from");
  await mkdir(path.join(from, ".github", "workflows"), { recursive: true });
  await writeFile(path.join(from, "hello.txt"), "hello\n");
  await writeFile(path.join(from, ".github", "workflows", "small.yml"), workflow);
  const runner = createRunner({ dir: path.join(dir, "jobs"), actionDirectory: dir });
  await using hub = await startHub({ dir: path.join(dir, "hub"), onDispatch: runner.onDispatch });
  hub.addUser("olivia");
  const repository = hub.createRepository({ owner: "octo", name: "garden", from, secrets: { KEY: "sk-very-secret" } });
  repository.setRole("olivia", "write");
  const id = repository.dispatch("olivia", "small.yml", { issue: "7" });
  await runner.idle();
  await hub.idle();
  const run = repository.runs().find((one) => one.id === id);
  expect(run?.log.filter(({ text }) => text.startsWith("##[error]"))).toEqual([]);
  expect(run).toMatchObject({ status: "completed", conclusion: "success", title: "small #7" });
  expect(run?.log.map(({ text }) => text)).toEqual(expect.arrayContaining(["hello", "key ***"]));
  expect(repository.artifacts(id).map(({ name }) => name)).toEqual(["paper-1"]);
  expect(hub.violations).toEqual([]);
});
