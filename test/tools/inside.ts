import {
  chmod,
  chown,
  lchown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { openSandbox } from "../../sandbox/open.ts";
import type { Profile, Sandbox } from "../../sandbox/sandbox.ts";
import { Config } from "../../src/config.ts";

export const limits = Config.parse({}).limits;

export interface Bench extends AsyncDisposable {
  sandbox: Sandbox;
  profile: Profile;
  root: string;
  write(path: string, content: string | Uint8Array): Promise<void>;
  link(path: string, target: string): Promise<void>;
  /** Gives everything that was put there by other means to the sandbox's user, writable. */
  own(): Promise<void>;
  /** Every file below the root, path to content. */
  tree(): Promise<Record<string, string>>;
}

let sandbox: Sandbox;
let stateDir: string;

// One proved sandbox per test file that imports this.
beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "airlock-state-"));
  sandbox = await openSandbox({ path: process.env["PATH"] ?? "", stateDir });
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
  await rm(stateDir, { recursive: true, force: true });
});

/** A workspace directory that belongs to the sandbox's user, and the sandbox. */
export async function bench(
  files: Record<string, string> = {},
  mode: "read-only" | "workspace-write" = "workspace-write",
): Promise<Bench> {
  const root = await mkdtemp(join(tmpdir(), "airlock-tools-"));
  const { uid, gid } = sandbox.user;
  const own = async () => {
    await chown(root, uid, gid);
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      await lchown(path, uid, gid);
      if (!entry.isSymbolicLink()) await chmod(path, (await stat(path)).mode | 0o200);
    }
  };
  const write = async (path: string, content: string | Uint8Array) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
    await own();
  };
  for (const [path, content] of Object.entries(files)) await write(path, content);
  await own();
  return {
    sandbox,
    profile: {
      workspace: { host: root, mode },
      limits: { timeoutMs: 10_000, output: { headBytes: 65_536, tailBytes: 65_536 } },
    },
    root,
    write,
    async link(path, target) {
      await symlink(target, join(root, path));
      await own();
    },
    own,
    async tree() {
      const found: Record<string, string> = {};
      for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const path = join(entry.parentPath, entry.name);
        found[path.slice(root.length + 1)] = await readFile(path, "latin1");
      }
      return found;
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
