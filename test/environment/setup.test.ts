import { chownSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runSetup } from "../../src/environment/setup.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { fixtureRepository, runAs, writeFiles } from "../workspace/repository.ts";

const real = realSandbox();

/** Runs commands on a repository with an installation of one package, which brings one program. */
async function setup(...scripts: string[]) {
  return setupWith({}, scripts);
}

async function setupWith(resources: { processes?: number }, scripts: string[]) {
  using fixture = fixtureRepository({ "package.json": "{}", ".gitignore": "node_modules/\n" });
  const installed = join(fixture.dir, "installed");
  const program = { executable: "#!/bin/sh\necho generated > node_modules/tool/client.js\n" };
  writeFiles(installed, { "node_modules/tool/index.js": "", "node_modules/.bin/generate": program });
  mkdirSync(join(installed, "node_modules/.cache"));
  if (runAs !== null)
    for (const path of ["", "node_modules", "node_modules/tool", "node_modules/.bin", "node_modules/.cache"])
      chownSync(join(installed, path), runAs.uid, runAs.gid);
  const said: string[] = [];
  const ran = await runSetup({
    sandbox: real.sandbox,
    source: fixture.root,
    tree: fixture.tree,
    dir: fixture.dir,
    installed,
    commands: scripts.map((script) => script.split(" ")),
    secrets: [],
    timeoutMs: 60_000,
    resources,
    onProgress: (text) => void said.push(text),
    signal: new AbortController().signal,
  });
  const read = (path: string) =>
    existsSync(join(installed, path)) ? readFileSync(join(installed, path), "utf8") : null;
  return {
    ran,
    said,
    client: read("node_modules/tool/client.js"),
    hasCache: existsSync(join(installed, "node_modules/.cache")),
  };
}

test("a program of the dependencies is found, and what it writes into node_modules stays there", async () => {
  const { ran, client } = await setup("generate");
  expect(ran).toMatchObject({ kind: "done", files: 0 });
  expect(client).toBe("generated\n");
});

test("a cache that a command removes is there again, because it is mounted over later", async () => {
  const { ran, hasCache } = await setup("rm -r node_modules/.cache");
  expect(ran).toMatchObject({ kind: "done" });
  expect(hasCache).toBe(true);
});

test("a file in the place of a cache is the command's fault, and said so", async () => {
  const { ran } = await setup("rm -r node_modules/.cache", "touch node_modules/.cache");
  expect(ran).toMatchObject({ kind: "failed", reason: expect.stringContaining("setup left node_modules unusable") });
});

test("nothing can be reached when nothing was allowed", async () => {
  const { ran } = await setup("node -e fetch('http://127.0.0.1:1').then(console.log)");
  expect(ran).toMatchObject({ kind: "failed", evidence: expect.stringContaining("fetch failed") });
});

test("limits of memory and processes hold for setup commands; the twin without them ends well", async () => {
  const many = [
    "node -e for(let\u00a0i=0;i<40;i++)require('child_process').spawn('sleep',['1']).on('error',()=>process.exit(3))",
  ];
  expect(await setupWith({ processes: 20 }, many)).toMatchObject({
    ran: { kind: "failed", reason: expect.stringMatching(/processes/) },
  });
  expect(await setupWith({}, many)).toMatchObject({ ran: { kind: "done" } });
});
