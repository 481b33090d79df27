import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Hub, type HubApp, type HubRepository, startHub } from "../emulators/github/hub.ts";
import { airlock, json } from "./airlock.ts";

let dir: string;
let hub: Hub;
let app: HubApp;
let repository: HubRepository;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "airlock-doctor-"));
  hub = await startHub({ dir: join(dir, "hub"), checkAnswers: true });
  for (const login of ["mona", "ben"]) hub.addUser(login);
  app = hub.createApp({ slug: "airlock", permissions: { checks: "write" }, events: [], webhookSecret: "x" });
  const from = join(dir, "files");
  await mkdir(join(from, ".github/workflows"), { recursive: true });
  await writeFile(join(from, ".github/workflows/airlock.yml"), "name: airlock\n");
  repository = hub.createRepository({ owner: "octo", name: "demo", from });
  repository.setRole("mona", "admin");
  repository.setRole("ben", "write");
});

afterEach(async () => {
  await hub[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
  if (hub.violations.length > 0) throw new Error(hub.violations.join("\n"));
});

const doctor = (login: string | null, ...more: string[]) =>
  airlock(["doctor", "--repo", "octo/demo", "--api-url", hub.url, ...more], {
    env: login === null ? {} : { GITHUB_TOKEN: hub.userToken(login) },
  });

test("a repository that lacks everything is told all of it, with what to change", async () => {
  repository.record.actionsMayCreatePulls = false;
  const { code, out } = await doctor("mona", "--app", "airlock");
  expect(out.filter((line) => line.startsWith("MISSING"))).toEqual([
    "MISSING  AIRLOCK_BOT_ID: the variable is not set",
    "MISSING  pull requests: GitHub Actions may not create them",
    "MISSING  enforced: not enforced: nothing requires the check `airlock` on `main`",
  ]);
  expect(out.join("\n")).toContain(`Variables: set AIRLOCK_BOT_ID to ${app.botId}.`);
  expect(out.at(-1)).toBe("octo/demo: 3 to mend, 1 not known.");
  expect(code).toBe(1);
});

test("a repository that has everything is ready", async () => {
  repository.vars["AIRLOCK_BOT_ID"] = String(app.botId);
  repository.secrets["OPENAI_API_KEY"] = "k";
  repository.requireCheck("main", "airlock", app.id);
  const ended = await doctor("mona", "--json", "--app", "airlock");
  expect(json(ended)).toMatchObject({ kind: "ready", repository: "octo/demo" });
  expect(ended.code).toBe(0);
});

test("without --app no name is guessed, and what was not looked at is not called ready", async () => {
  repository.vars["AIRLOCK_BOT_ID"] = "1";
  repository.secrets["OPENAI_API_KEY"] = "k";
  const none = await doctor("mona");
  expect(none.out).toContain("unknown  App: nobody named it, and no rule does");
  expect(none.out).toContain("MISSING  enforced: not enforced: nothing requires the check `airlock` on `main`");
  expect(none.out.join("\n")).not.toContain(String(app.botId));
  expect(none.code).toBe(1);
  repository.requireCheck("main", "airlock", app.id);
  const named = await doctor("mona");
  expect(named.out).toContain(
    `unknown  enforced: GitHub requires the check airlock from the App with id ${app.id}, and whether that is yours is not known`,
  );
  expect(named.out).toContain("  fix: Name yours with --app SLUG or --app-id N, then ask again.");
  expect(named.out).toContain("unknown  AIRLOCK_BOT_ID: the variable is set, but whose id it is was not looked at");
  expect(named.out.at(-1)).toBe("octo/demo: 0 to mend, 3 not known.");
  expect(named.code).toBe(1);
  // Two sources: which of them is Airlock is not known.
  repository.requireCheck("main", "airlock", 77);
  const two = await doctor("mona", "--json");
  expect(json(two)).toMatchObject({ kind: "not-known" });
  expect(two.code).toBe(1);
  const lines = (await doctor("mona")).out;
  expect(lines).toContain("unknown  enforced: not looked at: it is not known which App is yours");
  expect(lines.at(-1)).toBe("octo/demo: 0 to mend, 3 not known.");
});

test("a check that workflows may write is required from no App of Airlock's", async () => {
  repository.requireCheck("main", "airlock", 15_368);
  const { code, out } = await doctor("mona");
  expect(out.join("\n")).toContain(
    "MISSING  enforced: not enforced: the check `airlock` is required on `main` from another App",
  );
  expect(code).toBe(1);
});

test("classic protection counts, where its source is the App", async () => {
  const id = ["--app-id", String(app.id)];
  repository.record.protectedBy["main"] = [{ context: "airlock", appId: app.id }];
  expect((await doctor("mona", ...id)).out).toContain(
    "ok       enforced: GitHub requires the check airlock from the App",
  );
  repository.record.protectedBy["main"] = [{ context: "airlock", appId: 77 }];
  expect((await doctor("mona", ...id)).out.join("\n")).toContain("from another App");
  repository.record.protectedBy["main"] = [{ context: "airlock", appId: null }];
  expect((await doctor("mona", ...id)).out.join("\n")).toContain("from any source");
});

test("the App's id can be given by --app-id or AIRLOCK_APP_ID, and another App's id is not enforced", async () => {
  repository.requireCheck("main", "airlock", app.id);
  const byVariable = (id: string) =>
    airlock(["doctor", "--repo", "octo/demo", "--api-url", hub.url], {
      env: { GITHUB_TOKEN: hub.userToken("mona"), AIRLOCK_APP_ID: id },
    });
  for (const { out } of [await doctor("mona", "--app-id", String(app.id)), await byVariable(String(app.id))]) {
    expect(out).toContain(`ok       App: the one with id ${app.id}`);
    expect(out).toContain("ok       enforced: GitHub requires the check airlock from the App");
  }
  for (const { out } of [await doctor("mona", "--app-id", "77"), await byVariable("77")])
    expect(out.join("\n")).toContain(
      "MISSING  enforced: not enforced: the check `airlock` is required on `main` from another App",
    );
  for (const { code, err } of [await doctor("mona", "--app-id", "airlock"), await byVariable("0")]) {
    expect(err.join("\n")).toContain("the number that the App's settings call App ID");
    expect(code).toBe(2);
  }
  expect(await doctor("mona", "--app", "airlock", "--app-id", "1")).toMatchObject({ code: 2 });
});

test("what a token may not read is unknown, never missing", async () => {
  const { out, code } = await doctor("ben");
  expect(out).toContain("unknown  pull requests: this token may not read it");
  expect(out.at(-1)).toMatch(/not known\.$/);
  expect(code).toBe(1);
});

test.each([
  ["no token", () => doctor(null), 2, "GITHUB_TOKEN or GH_TOKEN"],
  ["no OWNER/NAME", () => airlock(["doctor", "--repo", "demo"], { env: { GITHUB_TOKEN: "x" } }), 2, "OWNER/NAME"],
])("%s is a wrong use", async (_title, run, code, said) => {
  const done = await run();
  expect({ code: done.code, said: done.err.join("\n").includes(said) }).toEqual({ code, said: true });
});

test("a repository that the token does not open is a broken environment, and an unknown App is said", async () => {
  repository.setRole("ben", "none");
  expect(await doctor("ben")).toMatchObject({
    code: 3,
    out: [expect.stringContaining("BROKEN"), expect.stringContaining("fix")],
  });
  expect((await doctor("mona", "--app", "other")).out).toContain("unknown  App: GitHub shows no App called other");
});
