import { expect, test } from "vitest";
import { gateKeeper } from "../../src/app/gate-keeper.ts";
import { createLog } from "../../src/app/log.ts";
import { patrol, patrolOnce } from "../../src/app/patrol.ts";
import { verdict } from "../record/papers.ts";
import { connectionOf, low, messageOf, runScene } from "./run-scene.ts";

const quiet = createLog(
  () => {},
  () => 0,
);

test("a round finds what no delivery told: a lost end of a run, and a role that was taken away", async () => {
  await using at = await runScene();
  at.hub.addUser("ben");
  at.repository.setRole("ben", "write");
  const judgement = { ...low, level: "medium" as const };
  const pushed = await at.published(messageOf(at.run.id, judgement));
  // Nobody is told from here on: the server is gone.
  at.app.webhookUrl = null;
  await at.finish(at.run, {
    "airlock-publish-1": { "verdict.json": { ...verdict({ ...judgement, published: pushed }), ...at.identity() } },
  });
  await at.repository.review("ben", pushed.pull_request, "APPROVE");
  const app = await connectionOf(at);
  const gate = gateKeeper({ appId: at.app.id, log: quiet, now: Date.now });
  const round = () => patrolOnce({ app, gate, log: quiet, random: () => 0 }, 0, new AbortController().signal);

  expect(await round()).toBe(1);
  expect(at.repository.checks(pushed.commit).at(-1)).toMatchObject({ conclusion: "success" });
  at.repository.setRole("ben", "read");
  await round();
  expect(at.repository.checks(pushed.commit).at(-1)).toMatchObject({ conclusion: "action_required" });
});

test("a round gives a person's pull request the check whose delivery was lost, and goes on where it stopped", async () => {
  await using at = await runScene();
  at.hub.addUser("ben");
  at.repository.setRole("ben", "write");
  at.app.webhookUrl = null;
  const heads: string[] = [];
  for (let number = 0; number < 23; number += 1) {
    const branch = `ben/feature-${number}`;
    heads.push(await at.repository.push("ben", branch, { path: "x.txt", text: `${number}\n` }));
    await at.repository.openPull("ben", { head: branch, base: "main" });
  }
  const app = await connectionOf(at);
  const gate = gateKeeper({ appId: at.app.id, log: quiet, now: Date.now });
  const offsets = new Map<string, number>();
  const round = () => patrolOnce({ app, gate, log: quiet, random: () => 0 }, 0, new AbortController().signal, offsets);
  const checked = () => heads.filter((head) => at.repository.checks(head).at(-1)?.conclusion === "success").length;

  await round();
  expect(checked()).toBe(20);
  await round();
  expect(checked()).toBe(23);
  const writes = () =>
    at.hub.requests.filter(({ method, path }) => method !== "GET" && path.includes("/check-runs")).length;
  const before = writes();
  await round();
  expect(writes()).toBe(before);
});

test("a round that GitHub does not answer is logged and not an end, and a stop ends the rounds at once", async () => {
  const lines: string[] = [];
  const log = createLog(
    (line) => lines.push(line),
    () => 0,
  );
  const app = { repositories: () => Promise.reject(new Error("no network")) };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a round that cannot begin asks for nothing else
  const effects = {
    app,
    gate: gateKeeper({ appId: 7, log, now: () => 0 }),
    log,
    random: () => 0,
  } as unknown as Parameters<typeof patrolOnce>[0];
  expect(await patrolOnce(effects, 3, new AbortController().signal)).toBe(3);
  expect(lines.join("\n")).toContain("patrol.failed");
  const stop = new AbortController();
  const rounds = patrol(effects, stop.signal);
  stop.abort();
  await rounds;
});
