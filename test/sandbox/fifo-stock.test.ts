import { chmodSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openStock, type Stock } from "../../sandbox/fifo-stock.ts";
import { openFifos } from "../../sandbox/fifos.ts";
import { ownMark } from "../../sandbox/owner.ts";
import { openRoom } from "./room.ts";
import type { Room } from "./room.ts";

let room: Room;
let below: string;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room[Symbol.asyncDispose]());
beforeEach(() => {
  below = join(room.dir, "private");
  rmSync(below, { recursive: true, force: true });
  mkdirSync(below, { mode: 0o700 });
});

const open = () => openStock({ below, mkfifo: room.host.mkfifo, user: room.host.user });
const opened = (): Stock => open() ?? expect.fail("there is no stock");
const inStock = () => readdirSync(join(below, "fifos"));

test("what one process makes serves those after it, each once", async () => {
  expect(opened().take()).toBeNull();
  await opened().fill();
  const made = inStock().length;
  const [one, other] = [opened(), opened()];
  const taken = Array.from({ length: made }, (_, index) => (index % 2 === 0 ? one : other).take());
  expect([one.take(), other.take()]).toEqual([null, null]);
  const inodes = taken.map((path) => {
    const stat = lstatSync(path ?? "");
    expect([stat.isFIFO(), stat.uid, stat.mode & 0o777]).toEqual([true, room.host.user.uid, 0o600]);
    return stat.ino;
  });
  expect([made > 20, new Set(inodes).size]).toEqual([true, made]);
});

test("an empty stock is filled when it is needed, and a command runs over it", async () => {
  await using fifos = openFifos({ directory: room.dir, mkfifo: room.host.mkfifo, user: room.host.user, stock: open() });
  const [one, other] = await Promise.all([fifos.take(), fifos.take()]);
  expect(one).not.toBe(other);
  for (const path of [one, other]) expect(lstatSync(path).isFIFO()).toBe(true);
});

test("a stock that cannot be filled is done without", async () => {
  const broken = openStock({ below, mkfifo: "/bin/false", user: room.host.user });
  await using fifos = openFifos({ directory: room.dir, mkfifo: room.host.mkfifo, user: room.host.user, stock: broken });
  const paths = await Promise.all([fifos.take(), fifos.take(), fifos.take()]);
  expect([new Set(paths).size, paths.every((path) => lstatSync(path).isFIFO())]).toEqual([3, true]);
});

describe("what is no fresh FIFO of the user is thrown away", () => {
  const path = (name: string) => join(below, "fifos", name);
  test.each<[string, () => void]>([
    ["a file", () => writeFileSync(path("free-a"), "")],
    ["a link", () => symlinkSync("/dev/null", path("free-a"))],
    ["a directory", () => mkdirSync(path("free-a"))],
    [
      "one that others may open",
      () => {
        const [name = ""] = inStock();
        chmodSync(path(name), 0o666);
        renameSync(path(name), path("free-a"));
        for (const other of inStock()) if (other !== "free-a") rmSync(path(other));
      },
    ],
  ])("%s", async (_title, plant) => {
    await opened().fill();
    if (_title !== "one that others may open") for (const name of inStock()) rmSync(path(name));
    plant();
    expect(opened().take()).toBeNull();
    expect(inStock()).toEqual([]);
  });
});

test("what a killed process had taken is removed, what a living one has taken is not", async () => {
  await opened().fill();
  const mine = opened().take() ?? "";
  const abandoned = `${ownMark().replace(/-\d+-\d+$/, "-4194304-1")}-1`;
  writeFileSync(join(below, "fifos", abandoned), "");
  await opened().fill();
  expect(inStock()).not.toContain(abandoned);
  expect(lstatSync(mine).isFIFO()).toBe(true);
});

describe("there is no stock", () => {
  test.each<[string, () => void]>([
    ["where there is no such directory", () => rmSync(below, { recursive: true })],
    ["where others may enter", () => chmodSync(below, 0o711)],
    ["where its own place is open", () => mkdirSync(join(below, "fifos"), { mode: 0o755 })],
    ["where its own place is a link", () => symlinkSync("/tmp", join(below, "fifos"))],
  ])("%s", (_title, spoil) => {
    spoil();
    expect(open()).toBeNull();
  });
});
