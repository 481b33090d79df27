import { chmodSync, copyFileSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { placeToolchain } from "../../sandbox/statedir.ts";
import { hostPath, openDirectory, openRoom, printed } from "./room.ts";
import { toolchainOf } from "../../src/environment/host.ts";

const stranger = { uid: 61_000, gid: 61_000 };

async function closedToolchain() {
  const dir = await openDirectory();
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, "home/bin"), { recursive: true });
  mkdirSync(join(dir, "home/npm/bin"), { recursive: true });
  mkdirSync(join(dir, "state"));
  writeFileSync(join(dir, "home/npm/package.json"), "{}");
  copyFileSync("/bin/true", join(dir, "home/bin/node"));
  chmodSync(join(dir, "home/bin/node"), 0o755);
  chmodSync(join(dir, "home"), 0o700);
  return { dir, node: join(dir, "home/bin/node"), npm: join(dir, "home/npm"), state: join(dir, "state") };
}

test("a toolchain in a closed home is linked or copied to where the sandbox's user can read it", async () => {
  const { node, npm, state } = await closedToolchain();
  const placed = await placeToolchain({ node, npm }, state, stranger);
  expect(placed).toEqual({ node: join(state, "node"), npm: join(state, "npm") });
  expect(statSync(placed.node).ino).toBe(statSync(node).ino);
});

test("a binary that only its owner may execute is copied and opened, its own mode stays", async () => {
  const { node, state } = await closedToolchain();
  chmodSync(node, 0o700);
  const placed = await placeToolchain({ node }, state, stranger);
  expect([statSync(placed.node).mode & 0o777, statSync(node).mode & 0o777, placed.npm]).toEqual([0o755, 0o700, null]);
});

test("a toolchain that can be reached stays where it is", async () => {
  const { dir, node, npm } = await closedToolchain();
  chmodSync(join(dir, "home"), 0o755);
  expect(await placeToolchain({ node, npm }, "/nowhere", stranger)).toEqual({ node, npm });
});

test("a node in a closed home really runs inside", async () => {
  await using room = await openRoom();
  const closed = join(room.dir, "home");
  mkdirSync(closed, { mode: 0o700 });
  const node = join(closed, "node");
  copyFileSync(toolchainOf(hostPath).node, node);
  const toolchain = await placeToolchain({ node }, room.host.stateDir, room.host.user);
  const { runCommand } = await import("../../sandbox/run.ts");
  const limits = { timeoutMs: 20_000, output: { headBytes: 1000, tailBytes: 1000 } };
  expect(printed(await runCommand({ ...room.host, toolchain }, { limits }, ["node", "--version"]))).toBe(
    `${process.version}\n`,
  );
});
