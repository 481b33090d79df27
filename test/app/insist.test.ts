import { describe, expect, test } from "vitest";
import { insist } from "../../src/app/insist.ts";
import { failure } from "../../src/github/failure.ts";
import { fakePatience } from "../github/ports.ts";

const answered = (status: number, headers: Record<string, string> = {}) =>
  failure("PATCH /x", Object.assign(new Error("no"), { status, response: { headers, data: {} } }));

/** Work that fails as told, once per entry, and then succeeds. */
async function tried(failures: Error[], attempts = 4) {
  const patience = fakePatience(attempts);
  const later: Promise<void>[] = [];
  const events: string[] = [];
  const note = (event: string) => void events.push(event);
  let count = 0;
  const work = async () => {
    const failed = failures[count];
    count += 1;
    if (failed !== undefined) throw failed;
  };
  const effects = {
    patience,
    later: (one: Promise<void>) => void later.push(one),
    log: { info: note, warn: note, error: note },
  };
  const first = await insist(work, effects).then(
    () => "done",
    () => "failed",
  );
  await Promise.all(later);
  return { first, count, slept: patience.slept, events };
}

describe("what could not be shown is shown later", () => {
  test("at once when nothing fails", async () => {
    expect(await tried([])).toEqual({ first: "done", count: 1, slept: [], events: [] });
  });

  test("after a disturbance, while the first failure is told", async () => {
    expect(await tried([answered(502), answered(503)])).toEqual({
      first: "failed",
      count: 3,
      slept: [500, 2_000],
      events: [],
    });
  });

  test("after the wait that a rate limit asks for, although its status is 403", async () => {
    expect(await tried([answered(403, { "retry-after": "60" })])).toMatchObject({ count: 2, slept: [60_000] });
  });

  test("never, when GitHub refuses it for good", async () => {
    expect(await tried([answered(403)])).toEqual({ first: "failed", count: 1, slept: [], events: [] });
  });

  test("not for ever", async () => {
    const many = Array.from({ length: 9 }, () => answered(502));
    expect(await tried(many, 3)).toMatchObject({ count: 3, events: ["display.given_up"] });
  });
});
