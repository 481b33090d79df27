import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { githubClient } from "../../src/github/client.ts";
import { outcomeUnknown } from "../../src/github/failure.ts";
import { ours } from "../../src/text/outgoing.ts";
import { fakePatience, tcpPortOf } from "./ports.ts";

let server: Server | null = null;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A client of a server that answers as told; `asked` counts. */
async function clientOf(listener: RequestListener, attempts = 2) {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const apiUrl = `http://127.0.0.1:${tcpPortOf(server)}`;
  const github = githubClient({
    token: "t",
    apiUrl,
    owner: "octo",
    repo: "demo",
    patience: fakePatience(attempts),
    timeoutMs: 150,
  });
  return { github, asked };
}

const silence: RequestListener = () => {};
const halfAnswer: RequestListener = (_request, response) => {
  response.writeHead(201, { "content-type": "application/json", "content-length": "500" });
  response.write('{"number": 4');
  setTimeout(() => response.destroy(), 20);
};
const page: RequestListener = (_request, response) => void response.end("<html>");
const refused: RequestListener = (_request, response) => {
  response.writeHead(422, { "content-type": "application/json" });
  response.end('{"message":"Validation Failed"}');
};
const pull = { title: ours`t`, body: ours`b`, head: "airlock/1-1", base: "main", draft: false };

describe("a create whose answer is lost", () => {
  test.each([
    ["because none comes in time", silence],
    ["because it breaks off", halfAnswer],
    ["because it is a page", page],
  ])("%s is asked once, and may have happened", async (_title, listener) => {
    const { github, asked } = await clientOf(listener);
    const thrown = await github.createPull(pull).catch((error: unknown) => error);
    expect({ asked: asked.length, unknown: outcomeUnknown(thrown) }).toEqual({ asked: 1, unknown: true });
  });

  test("is told from one that was refused", async () => {
    const { github } = await clientOf(refused);
    expect(outcomeUnknown(await github.createPull(pull).catch((error: unknown) => error))).toBe(false);
  });
});

test("a read whose answer breaks off is read again, never taken as it is", async () => {
  let first = true;
  const { github, asked } = await clientOf((request, response) => {
    if (first) {
      first = false;
      return halfAnswer(request, response);
    }
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({ permission: "write", role_name: "write", user: { id: 5, login: "mona", type: "User" } }),
    );
  });
  expect(await github.role("mona")).toEqual({ role: "write", user: { id: 5, login: "mona", type: "User" } });
  expect(asked).toHaveLength(2);
});

describe("an API address is refused", () => {
  const open = (apiUrl: string) => () => githubClient({ token: "t", apiUrl, owner: "o", repo: "r" });
  test.each(["http://api.github.com", "ftp://x", "github.com", "https://ghe.example.com/api/v3"])("%s", (apiUrl) => {
    expect(open(apiUrl)).toThrow(expect.objectContaining({ code: "github-failed" }));
  });
  test("but not GitHub's own, nor one on this machine", () => {
    expect(open("https://api.github.com")).not.toThrow();
    expect(open("http://127.0.0.1:4000")).not.toThrow();
  });
});
