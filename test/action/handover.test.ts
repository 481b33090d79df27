import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { endLine, takeOver } from "../../src/action/handover.ts";

const handover = { environment: { A: "1", LINES: "one\ntwo" }, account: { name: "runner", uid: 1001, gid: 127 } };

/** A stream as a parent writes it, and what the child is told. */
async function taken(first: string) {
  const from = new PassThrough();
  const told: string[] = [];
  const changed = Promise.withResolvers<void>();
  from.write(first);
  const result = await takeOver(from, {
    onEnd: () => {
      told.push("end");
      changed.resolve();
    },
    onGone: () => void told.push("gone"),
  });
  return { from, told, changed: changed.promise, result };
}

describe("what the runner's account hands over", () => {
  test("arrives whole, values of several lines too", async () => {
    const { result, told } = await taken(`${JSON.stringify(handover)}\n`);
    expect(result).toEqual({ ...handover, release: expect.any(Function) });
    result.release();
    expect(told).toEqual([]);
  });

  test("the wish to end comes as a line, anything else is not heard", async () => {
    const { from, changed, told, result } = await taken(`${JSON.stringify(handover)}\nnoise\n`);
    expect(told).toEqual([]);
    from.write(`${endLine}\n`);
    await changed;
    expect(told).toEqual(["end"]);
    result.release();
  });

  test("also when it comes in one piece with the handover, and when the sender is gone by then", async () => {
    const { changed, told, result } = await taken(`${JSON.stringify(handover)}\nnoise\n${endLine}\n`);
    await changed;
    expect(told).toEqual(["end"]);
    result.release();
    const from = new PassThrough();
    from.end(`${JSON.stringify(handover)}\n`);
    await new Promise<void>((resolve, reject) => {
      takeOver(from, { onEnd: resolve, onGone: () => {} }).catch(reject);
    });
  });

  test("a sender that is killed counts as the wish to end", async () => {
    const { from, changed, told } = await taken(`${JSON.stringify(handover)}\n`);
    from.end();
    await changed;
    expect(told).toEqual(["end"]);
  });

  test("after release nothing is heard", async () => {
    const { from, told, result } = await taken(`${JSON.stringify(handover)}\n`);
    result.release();
    from.end(`${endLine}\n`);
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual([]);
  });

  test.each([
    ["nothing", "", /Nothing was handed over/],
    ["no JSON", "hello\n", /not valid JSON/],
    ["more than it holds", `${JSON.stringify({ ...handover, root: true })}\n`, /root/],
    ["no account", `${JSON.stringify({ environment: {} })}\n`, /account/],
  ])("%s is refused", async (_title, text, why) => {
    const from = new PassThrough();
    from.end(text);
    await expect(takeOver(from, { onEnd: () => {}, onGone: () => {} })).rejects.toThrow(why);
  });
});
