import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Judgement } from "../../src/handoff/verdict.ts";
import { approvers, type GateScene, gateScene, high } from "./gate-scene.ts";

let at: GateScene;

beforeEach(async () => {
  at = await gateScene();
});

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

describe("a change with owners", () => {
  const owned = (users: string[], teams: string[]): Judgement => ({
    ...high,
    requirements: { ...high.requirements, reviewers: 1, owners: [{ paths: ["src/billing/total.ts"], users, teams }] },
  });

  test("waits for one of them, and is released by the one who is named", async () => {
    const { pull, head } = await at.publishedUnder(owned(["Ada"], []));
    await at.repository.review("ben", pull, "APPROVE");
    expect(at.check(head)).toMatchObject({
      conclusion: "action_required",
      title: expect.stringContaining("Ada for src/billing/total.ts"),
      summary: expect.stringContaining("✗ An owner of src/billing/total.ts approves this head"),
    });
    await at.repository.review("ada", pull, "APPROVE");
    expect(at.check(head).conclusion).toBe("success");
    expect(teamsAsked()).toBe(0);
  });

  test("is released by whoever is in the team now, and not by who was", async () => {
    at.hub.setTeam("octo", "billing", ["ada"]);
    const { pull, head } = await at.publishedUnder(owned([], ["billing"]));
    await at.repository.review("ben", pull, "APPROVE");
    expect(at.check(head)).toMatchObject({
      conclusion: "action_required",
      title: expect.stringContaining("An approving review by the team billing"),
    });
    await at.repository.review("ada", pull, "APPROVE");
    expect(at.check(head).conclusion).toBe("success");
    at.hub.setTeam("octo", "billing", ["eve"]);
    await at.repository.label("ben", pull, "any");
    expect(at.check(head).conclusion).toBe("action_required");
  });

  test("cannot be released when nobody in the team is eligible, and says so", async () => {
    at.hub.setTeam("octo", "billing", ["mona", "reader"]);
    const { head } = await at.publishedUnder(owned([], ["billing"]));
    expect(at.check(head)).toMatchObject({
      conclusion: "action_required",
      summary: expect.stringContaining("the team billing for src/billing/total.ts, and none of them is eligible."),
    });
  });

  test("waits and breaks nothing where the installation has not accepted the permission, the answer cannot be read, or there is no such team", async () => {
    at.hub.setTeam("octo", "billing", ["ada"]);
    at.app.permissions = { ...at.app.permissions };
    delete at.app.permissions["members"];
    const { pull, head } = await at.publishedUnder(owned(["eve"], ["billing"]));
    await at.repository.review("ada", pull, "APPROVE");
    const untold = {
      conclusion: "action_required",
      summary: expect.stringContaining("The App does not know who is in the team billing"),
    };
    expect(at.check(head)).toMatchObject(untold);
    at.app.permissions["members"] = "read";
    await at.repository.label("ben", pull, "accepted");
    expect(at.check(head).conclusion).toBe("success");
    const end = at.hub.fault({ method: "GET", path: /^\/orgs\//, status: 200, body: { members: [] } });
    await at.repository.label("ben", pull, "unreadable");
    expect(at.check(head)).toMatchObject(untold);
    end();
    await at.repository.label("ben", pull, "readable");
    expect(at.check(head).conclusion).toBe("success");
    at.hub.state.teams.clear();
    await at.repository.label("ben", pull, "gone");
    expect(at.check(head)).toMatchObject(untold);
    await at.repository.review("eve", pull, "APPROVE");
    expect(at.check(head).conclusion).toBe("success");
  });

  test("that are more than can be remembered is never released", async () => {
    const owners = Array.from({ length: 19 }, (_, group) => ({
      paths: [`src/${group}.ts`],
      users: ["ada", ...Array.from({ length: 29 }, (__, n) => `somebody-with-a-long-name-${n}`)],
      teams: [],
    }));
    const many = { ...high, requirements: { ...high.requirements, reviewers: 1, owners } };
    const { pull, head } = await at.publishedUnder(many);
    await at.repository.review("ada", pull, "APPROVE");
    expect(at.check(head)).toMatchObject({
      conclusion: "action_required",
      title: expect.stringContaining("more owners than the check can remember"),
    });
  });

  test("that asks for a security review by a team waits for its members of now, and says so where GitHub does not tell them", async () => {
    at.hub.setTeam("octo", "security", ["ada"]);
    at.app.permissions = { ...at.app.permissions };
    delete at.app.permissions["members"];
    const { pull, head } = await at.publishedUnder({
      ...high,
      requirements: { ...high.requirements, reviewers: 1, security_review: true },
      approvers: { ...approvers, security_teams: ["security"] },
    });
    await at.repository.review("ada", pull, "APPROVE");
    expect(at.check(head)).toMatchObject({
      conclusion: "action_required",
      summary: expect.stringContaining("The App does not know who is in the team security"),
    });
    at.app.permissions["members"] = "read";
    await at.repository.label("ben", pull, "accepted");
    expect(at.check(head).conclusion).toBe("success");
    at.hub.setTeam("octo", "security", ["eve"]);
    await at.repository.label("ben", pull, "left");
    expect(at.check(head)).toMatchObject({
      conclusion: "action_required",
      title: expect.stringContaining("An approving review by the team security, as the security review"),
    });
  });

  const teamsAsked = () => at.hub.requests.filter(({ path }) => path.startsWith("/orgs/")).length;
});
