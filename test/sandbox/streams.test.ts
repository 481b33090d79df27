import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRoom, printed } from "./room.ts";
import type { Room } from "./room.ts";

let room: Room;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room[Symbol.asyncDispose]());

const sh = (script: string) => ["/bin/sh", "-c", script];

test("a stream arrives while the command runs, and its end ends the command", async () => {
  const input = new PassThrough();
  const result = room.run({}, sh("read first; echo got $first; cat"), {
    stdin: input,
    onOutput: () => void input.end("two\n"),
  });
  input.write("one\n");
  expect(printed(await result)).toBe("got one\ntwo\n");
});

test("/dev/stdin can be opened after the stream has ended", async () => {
  expect(printed(await room.run({}, sh("sleep 0.5; cat /dev/stdin"), { stdin: Readable.from(["late"]) }))).toBe("late");
  expect(printed(await room.run({}, sh("sleep 0.3; cat /dev/stdin"), { stdin: Readable.from([]) }))).toBe("");
});

test("more than a pipe holds arrives whole", async () => {
  const input = Readable.from(Array.from({ length: 64 }, () => Buffer.alloc(65_536, "x")));
  expect(printed(await room.run({}, sh("wc -c"), { stdin: input }))).toBe(`${64 * 65_536}\n`);
});

test("a command that reads nothing does not wait for a stream that never ends, and lets go of it", async () => {
  const input = new PassThrough();
  expect(await room.run({}, sh("exit 3"), { stdin: input })).toMatchObject({ kind: "exited", exitCode: 3 });
  expect([input.isPaused(), input.listenerCount("data"), input.destroyed]).toEqual([true, 0, false]);
});

test("how the command ends is told as without a stream", async () => {
  const ends = async (argv: string[]) => room.run({}, argv, { stdin: Readable.from(["x"]) });
  expect(await ends(["no-such-program"])).toMatchObject({ kind: "exited", exitCode: 127 });
  expect(await ends(sh("echo mine >&2; kill -9 $$"))).toMatchObject({
    kind: "signalled",
    signal: 9,
    stderr: { text: "mine\n" },
  });
  expect(printed(await ends(["ls", "/proc/self/fd"]))).toBe("0\n1\n2\n3\n");
});

test("a source that breaks is the end of the input", async () => {
  const input = new PassThrough();
  input.write("part");
  const result = room.run({}, ["cat"], { stdin: input, onOutput: () => void input.destroy(new Error("gone")) });
  expect(printed(await result)).toBe("part");
  if (!input.closed) await once(input, "close");
});
