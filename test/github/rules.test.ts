import { describe, expect, test } from "vitest";
import { client, hub, onlyMocked } from "./mocked.ts";

onlyMocked();

const repo = "/repos/octo/demo";

describe("checks that rulesets require", () => {
  const rule = (checks: object[]) => ({
    type: "required_status_checks",
    parameters: { strict_required_status_checks_policy: false, required_status_checks: checks },
  });

  test("come with their source; other rules say nothing here", async () => {
    hub()
      .get(`${repo}/rules/branches/main`)
      .query(true)
      .reply(200, [
        { type: "deletion" },
        rule([{ context: "airlock", integration_id: 7 }, { context: "ci" }]),
        { type: "pull_request", parameters: { required_approving_review_count: 1 } },
      ]);
    expect(await client().requiredByRules("main")).toEqual([
      { name: "airlock", appId: 7 },
      { name: "ci", appId: null },
    ]);
  });

  test("are unreadable in another form: a rule that is not understood is not a rule that is not there", async () => {
    hub()
      .get(`${repo}/rules/branches/main`)
      .query(true)
      .reply(200, [{ type: "required_status_checks", parameters: { checks: ["airlock"] } }]);
    await expect(client().requiredByRules("main")).rejects.toMatchObject({ code: "github-unreadable" });
  });
});

describe("checks that classic protection requires", () => {
  const branch = (isProtected: boolean, checks?: object) => ({
    name: "main",
    protected: isProtected,
    ...(checks === undefined ? {} : { protection: { enabled: isProtected, required_status_checks: checks } }),
  });
  test.each<[string, object, object[]]>([
    [
      "come with their source, where -1 and null are any",
      branch(true, {
        enforcement_level: "everyone",
        contexts: ["airlock", "ci", "old", "lint"],
        checks: [
          { context: "airlock", app_id: 7 },
          { context: "ci", app_id: -1 },
          { context: "lint", app_id: null },
        ],
      }),
      [
        { name: "airlock", appId: 7 },
        { name: "ci", appId: null },
        { name: "lint", appId: null },
        { name: "old", appId: null },
      ],
    ],
    ["are none on a branch without protection", branch(false), []],
    ["are none where they are off", branch(true, { enforcement_level: "off", contexts: ["airlock"] }), []],
  ])("%s", async (_title, answer, checks) => {
    hub().get(`${repo}/branches/main`).reply(200, answer);
    expect(await client().requiredByProtection("main")).toEqual(checks);
  });

  test("are forbidden to an App without contents", async () => {
    hub().get(`${repo}/branches/main`).reply(403, { message: "Resource not accessible by integration" });
    await expect(client().requiredByProtection("main")).rejects.toMatchObject({ code: "github-forbidden" });
  });
});

test("collaborators carry their effective role, and an organisation's own role is its base role", async () => {
  const one = (id: number, role_name: string, permissions: object) => ({
    id,
    login: `p${id}`,
    type: "User",
    role_name,
    permissions: { pull: true, triage: false, push: false, maintain: false, admin: false, ...permissions },
  });
  hub()
    .get(`${repo}/collaborators`)
    .query(true)
    .reply(200, [
      one(1, "admin", { admin: true }),
      one(2, "releaser", { push: true, triage: true }),
      one(3, "triager", { triage: true }),
      one(4, "steward", { push: true, maintain: true }),
      one(5, "looker", {}),
    ]);
  expect((await client().collaborators()).map(({ id, role }) => [id, role])).toEqual([
    [1, "admin"],
    [2, "write"],
    [3, "triage"],
    [4, "maintain"],
    [5, "read"],
  ]);
});

describe("settings that not every token may read", () => {
  test.each([
    {
      what: "a variable",
      path: `${repo}/actions/variables/X`,
      ask: () => client().variable("X"),
      answer: { name: "X", value: "1" },
      seen: ["1", null],
    },
    {
      what: "a secret",
      path: `${repo}/actions/secrets/X`,
      ask: () => client().secretIsSet("X"),
      answer: { name: "X" },
      seen: [true, false],
    },
  ])("$what is there, is not there, or is unknown", async ({ path, ask, answer, seen: [there, gone] }) => {
    hub().get(path).reply(200, answer);
    expect(await ask()).toEqual({ kind: "seen", value: there });
    hub().get(path).reply(404, { message: "Not Found" });
    expect(await ask()).toEqual({ kind: "seen", value: gone });
    hub().get(path).reply(403, { message: "Resource not accessible by personal access token" });
    expect(await ask()).toEqual({ kind: "unknown" });
  });

  test("a disturbance is none of the three", async () => {
    hub().get(`${repo}/actions/variables/X`).times(4).reply(502, { message: "Bad gateway" });
    await expect(client().variable("X")).rejects.toMatchObject({ code: "github-failed" });
  });
});
