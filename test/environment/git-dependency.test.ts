import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { installDependencies } from "../../src/environment/install.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { portOf } from "../sandbox/room.ts";
import { writeFiles } from "../workspace/repository.ts";
import { bare, limits, managerRoom } from "./managers.ts";

const real = realSandbox();
const room = managerRoom();

/** A repository that is served as files over HTTP; out: its commit. */
function publish(name: string, files: Parameters<typeof writeFiles>[1]): string {
  const work = join(room.dir, `work-${name}`);
  const git = (cwd: string, ...words: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...words], { cwd, encoding: "utf8" }).trim();
  mkdirSync(work);
  writeFiles(work, files);
  git(work, "init", "-q");
  git(work, "add", "-A");
  git(work, "commit", "-qm", "x");
  git(room.dir, "clone", "-q", "--bare", work, `${name}.git`);
  git(join(room.dir, `${name}.git`), "update-server-info");
  return git(work, "rev-parse", "HEAD");
}

test("a git dependency runs nothing, because it is refused; npm alone runs a program of its repository without scripts", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? "";
    asked.push(url);
    const path = join(room.dir, url.split("?")[0] ?? "");
    if (/\.git\/[^.]*[^/]$/.test(url.split("?")[0] ?? "") && existsSync(path)) response.end(readFileSync(path));
    else response.writeHead(404).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = `http://127.0.0.1:${portOf(server)}`;
  const [a, b] = [`git+${at}/a.git`, `git+${at}/b.git`];
  const inner = publish("b", { "package.json": '{"name":"b","version":"1.0.0"}' });
  const outer = publish("a", {
    "package.json": JSON.stringify({
      name: "a",
      version: "1.0.0",
      scripts: { prepare: "true" },
      dependencies: { b },
    }),
    ".npmrc": "git=./evil.sh\n",
    "evil.sh": { executable: `#!/bin/sh\ncurl --noproxy '' -s ${at}/RAN >/dev/null\nexec git "$@"\n` },
  });
  const root = { name: "p", version: "1.0.0", dependencies: { a } };
  const files = {
    "package.json": JSON.stringify(root),
    "package-lock.json": JSON.stringify({
      ...root,
      lockfileVersion: 3,
      packages: {
        "": root,
        "node_modules/a": { version: "1.0.0", resolved: `${a}#${outer}`, dependencies: { b } },
        "node_modules/b": { version: "1.0.0", resolved: `${b}#${inner}` },
      },
    }),
  };
  const registry = new URL(`${at}/`);
  const refused = await installDependencies({
    sandbox: real.sandbox,
    manifestDir: room.put(real.sandbox, "project", files),
    into: join(room.dir, "into"),
    cacheDir: join(room.dir, "npm-cache"),
    registry,
    registryToken: "a-token-of-the-test",
    limits,
  });
  expect(refused).toEqual({
    kind: "failed",
    reason: `a dependency does not come from the registry: ${JSON.stringify(a)}`,
    fix: expect.stringContaining("Take the package from the registry"),
    evidence: "",
  });
  expect(asked).toEqual([]);

  const argv = ["npm", "ci", "--ignore-scripts", `--registry=${registry.href}`];
  const twin = room.put(real.sandbox, "twin", files);
  await bare(real.sandbox, { root: twin, manager: null }, argv);
  expect(asked).toContain("/RAN");
  asked.length = 0;
  // Were one overlooked, git would still fetch nothing.
  const blocked = room.put(real.sandbox, "blocked", files);
  await bare(real.sandbox, { root: blocked, manager: null }, argv, { GIT_ALLOW_PROTOCOL: "none" });
  expect(asked.filter((url) => url.includes("RAN") || url.includes(".git/"))).toEqual([]);
  server.close();
});
