import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dropSudo, type Exec, type HostOrder, prepareHost } from "../../src/phases/prepare-host.ts";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";

/** What a program answers, call by call: exit code and output. The last one stays. */
type Answers = Record<string, (readonly [number, string])[]>;

/** A machine that writes down what it was asked to run. Programs it does not know succeed. */
function machine(answers: Answers) {
  const calls: string[] = [];
  const left = new Map(Object.entries(answers).map(([start, list]) => [start, [...list]]));
  const exec: Exec = async (program, args) => {
    const line = [program, ...args].join(" ");
    calls.push(line);
    const list = [...left].find(([start]) => line.startsWith(start))?.[1] ?? [];
    const [code, output] = (list.length > 1 ? list.shift() : list[0]) ?? [0, ""];
    return { code, output };
  };
  return { exec, calls };
}

const code = (...codes: number[]) => codes.map((one) => [one, ""] as const);

const install = "apt-get install -y --no-install-recommends bubblewrap";

/** In: the kernel's setting; null where there is no AppArmor. Ubuntu 24.04 has 1. */
async function prepared(answers: Answers, more: Partial<HostOrder> & { restricts?: "0" | "1" } = {}) {
  using place = temporaryDirectory();
  const { restricts, ...rest } = more;
  const settings = `${place.path}/settings`;
  if (restricts !== undefined)
    writeFiles(settings, { "kernel/apparmor_restrict_unprivileged_userns": `${restricts}\n` });
  const { exec, calls } = machine(answers);
  const said: string[] = [];
  const order = {
    exec,
    root: true,
    dir: place.path,
    hosted: true,
    onProgress: (text: string) => said.push(text),
    ...rest,
  };
  const failure: unknown = await prepareHost(order, settings).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { calls, said, failure, left: statSync(place.path).isDirectory() };
}

describe("bubblewrap", () => {
  test("is not installed where it is: nothing is changed", async () => {
    expect(await prepared({})).toMatchObject({ calls: ["bwrap --version"], said: [], failure: null });
  });

  test("is installed where it is missing", async () => {
    expect(await prepared({ bwrap: code(127) })).toMatchObject({
      calls: ["bwrap --version", install],
      said: ["bubblewrap is missing: installing it with apt-get"],
      failure: null,
    });
  });

  test("is installed after an update of apt's lists, when these are old", async () => {
    const apt = [[100, "E: Unable to locate package bubblewrap\n"] as const, ...code(0)];
    expect(await prepared({ bwrap: code(127), "apt-get install": apt })).toMatchObject({
      calls: ["bwrap --version", install, "apt-get update", install],
      failure: null,
    });
  });

  test("that cannot be installed is a refusal with apt's last line and the command to type", async () => {
    const apt = [[100, "Reading package lists...\nE: Unable to locate package bubblewrap\n"] as const];
    const { failure, calls } = await prepared({ bwrap: code(127), "apt-get install": apt });
    expect(calls).toHaveLength(4);
    expect(failure).toMatchObject({
      code: "sandbox-unavailable",
      message: "bubblewrap could not be installed: E: Unable to locate package bubblewrap",
      fix: "Install it on the runner: sudo apt-get install bubblewrap",
    });
  });

  test("is asked for with sudo by whoever is not root, and sudo never asks for a password", async () => {
    const { calls, failure } = await prepared({ bwrap: code(127) }, { root: false });
    expect(failure).toBeNull();
    expect(calls.slice(0, 2)).toEqual(["bwrap --version", `sudo -n ${install}`]);
    expect(calls.filter((line) => line.startsWith("sudo ")).every((line) => line.startsWith("sudo -n "))).toBe(true);
  });
});

describe("the AppArmor profile", () => {
  const profile = "/etc/apparmor.d/airlock-bwrap";
  const loading = [`install -m 644 -- FILE ${profile}`, `apparmor_parser -r -- ${profile}`];
  const named = (calls: string[]) =>
    calls.slice(1).map((line) => line.replace(/ \S+\/airlock-bwrap\.apparmor /, " FILE "));

  test("is loaded where user namespaces are restricted", async () => {
    const { calls, failure } = await prepared({}, { root: false, restricts: "1" });
    expect(failure).toBeNull();
    expect(named(calls)).toEqual(loading.map((line) => `sudo -n ${line}`));
  });

  test("is loaded by root too, who drops to an ordinary user before bwrap", async () => {
    expect(named((await prepared({}, { root: true, restricts: "1" })).calls)).toEqual(loading);
  });

  test.each(["0", undefined] as const)("is not loaded where they are not (setting: %s)", async (restricts) => {
    const setting = restricts === undefined ? {} : { restricts };
    for (const root of [true, false])
      expect((await prepared({}, { root, ...setting })).calls).toEqual(["bwrap --version"]);
  });

  test("that cannot be loaded is a refusal with the command to type", async () => {
    const answers: Answers = { "sudo -n apparmor_parser": [[1, "syntax error\n"]] };
    const { failure } = await prepared(answers, { root: false, restricts: "1" });
    expect(failure).toMatchObject({
      code: "sandbox-unavailable",
      message: "The AppArmor profile for bwrap could not be loaded: syntax error",
      fix: expect.stringContaining("apparmor_parser -r"),
    });
  });

  test("is the one that docs/runners.md shows", async () => {
    let written = "";
    using place = temporaryDirectory();
    writeFiles(place.path, { "settings/kernel/apparmor_restrict_unprivileged_userns": "1\n" });
    const exec: Exec = async (program, args) => {
      if (program === "install") written = readFileSync(args[3] ?? "", "utf8");
      return { code: 0, output: "" };
    };
    const order = { exec, root: true, dir: place.path, hosted: true, onProgress: () => {} };
    await prepareHost(order, `${place.path}/settings`);
    const shown = written.replaceAll(/^(?=.)/gm, "    ");
    expect(shown).toContain("userns,");
    expect(readFileSync(join(import.meta.dirname, "../../docs/runners.md"), "utf8")).toContain(shown);
  });
});

describe("sudo is dropped on hosted machines, and proved to be gone", () => {
  const tries = "sudo -n true";
  const rules = [
    "sudo -n gpasswd --delete runner docker",
    "sudo -n gpasswd --delete runner sudo",
    "sudo -n rm -f -- /etc/sudoers.d/runner",
  ];
  const bare = (line: string) => line.replace("sudo -n ", "");

  test.each<[string, Answers, Partial<HostOrder>, { calls: string[]; said: string | null }]>([
    [
      "root has none",
      {},
      { root: true },
      { calls: [], said: "running as root: there is no sudo to drop; sandboxed processes run as another user" },
    ],
    [
      "an account without it",
      { [tries]: code(1) },
      {},
      { calls: [tries], said: "sudo is not available to this account" },
    ],
    [
      "a machine without the program",
      { [tries]: code(127) },
      {},
      { calls: [tries], said: "sudo is not available to this account" },
    ],
    [
      "a machine of the owner is left as it is",
      { [tries]: code(0) },
      { hosted: false },
      { calls: [tries], said: "self-hosted runner: its sudo rules are left as they are" },
    ],
    [
      "a hosted machine",
      { [tries]: code(0, 1) },
      {},
      { calls: [tries, ...rules, tries], said: "sudo dropped for the rest of this job" },
    ],
    [
      "a hosted machine without the groups",
      { [tries]: code(0, 1), "sudo -n gpasswd": code(3) },
      {},
      { calls: [tries, ...rules, tries], said: "sudo dropped for the rest of this job" },
    ],
  ])("%s", async (_title, answers, more, expected) => {
    const { exec, calls } = machine(answers);
    const said: string[] = [];
    await dropSudo({
      exec,
      root: false,
      dir: "/nowhere",
      hosted: true,
      user: "runner",
      onProgress: (text) => said.push(text),
      ...more,
    });
    expect({ calls, said: said[0] ?? null }).toEqual(expected);
  });

  describe("behind sudo, by root, for the account it came from", () => {
    const theirs = "sudo -n -u runner -- sudo -n true";
    const order = { root: true, behind: true, dir: "/nowhere", hosted: true, user: "runner" };

    test.each<[string, number[], Partial<HostOrder>, string[], string]>([
      ["a hosted machine", [0, 1], {}, [theirs, ...rules.map(bare), theirs], "sudo dropped for the rest of this job"],
      ["it has gone already", [1], {}, [theirs], "sudo is not available to this account"],
      [
        "a machine of the owner",
        [0],
        { hosted: false },
        [theirs],
        "self-hosted runner: its sudo rules are left as they are",
      ],
    ])("%s", async (...[, answers, more, expected, says]) => {
      const { exec, calls } = machine({ [theirs]: code(...answers) });
      const said: string[] = [];
      await dropSudo({ ...order, ...more, exec, onProgress: (text) => said.push(text) });
      expect({ calls, said }).toEqual({ calls: expected, said: [says] });
    });

    test("what still works afterwards is a refusal", async () => {
      const { exec } = machine({ [theirs]: code(0) });
      await expect(dropSudo({ ...order, exec, onProgress: () => {} })).rejects.toMatchObject({
        code: "sandbox-unavailable",
        message: "runner can still use sudo after its rules were removed.",
      });
    });
  });

  test("sudo that still works afterwards is a refusal, never a silence", async () => {
    const { exec, calls } = machine({ [tries]: code(0) });
    const order = { exec, root: false, dir: "/nowhere", hosted: true, user: "runner", onProgress: () => {} };
    await expect(dropSudo(order)).rejects.toMatchObject({
      code: "sandbox-unavailable",
      message: "runner can still use sudo after its rules were removed.",
    });
    expect(calls).toEqual([tries, ...rules, tries]);
  });
});

test("the temporary profile file does not stay", async () => {
  using place = temporaryDirectory();
  writeFiles(place.path, { "settings/kernel/apparmor_restrict_unprivileged_userns": "1\n" });
  const { exec, calls } = machine({});
  const order = { exec, root: false, dir: place.path, hosted: true, onProgress: () => {} };
  await prepareHost(order, `${place.path}/settings`);
  expect(calls).toHaveLength(3);
  expect(() => statSync(join(place.path, "airlock-bwrap.apparmor"))).toThrow("ENOENT");
});
