import { describe, expect, test } from "vitest";
import { type GateState, readState, renderState } from "../../src/record/gate-state.ts";
import { rememberedOwners } from "../../src/record/remembered-owners.ts";
import { made } from "./made-state.ts";

test("a state is read as it was written, at its largest as well", () => {
  const by = { id: 9_007_199_254_740_991, login: "x".repeat(39) };
  const at = "2026-11-20T10:00:00Z";
  const items = <Item>(make: (n: number) => Item): Item[] => Array.from({ length: 100 }, (_, n) => make(n));
  const id = (n: number) => n.toString(16).padStart(12, "0");
  const groups = items((n) => ({ paths: ["src/x.ts"], users: [`${"u".repeat(30)}${n}`], teams: ["t".repeat(30)] }));
  const owners = rememberedOwners(groups.slice(0, 19)) ?? [];
  expect(owners).toHaveLength(19);
  const largest: GateState = {
    ...made,
    requirements: { ...made.requirements, owners },
    blocking: items((n) => ({ id: id(n), rule: "r".repeat(80) })),
    reasons: items(() => ({ level: "critical", rule: "r".repeat(80) })),
    requesters: items((n) => n + 1),
    pushers: items((n) => n + 1),
    accepted: items((n) => ({ by, at, finding: id(n) })),
    verified: items(() => ({ by, at })),
  };
  for (const state of [made, largest])
    expect(readState(`Words before.\n\n${renderState(state)}`, state)).toEqual(state);
});

describe("a text that means nothing here", () => {
  const text = renderState(made);
  test.each<[string, string | null, Partial<GateState>]>([
    ["none", null, {}],
    ["words", "Nothing is remembered about this commit.", {}],
    ["a state of another head", text, { head: "f".repeat(40) }],
    ["a state of another repository", text, { repository: 2 }],
    ["a state with a key too many", text.replace('{"', '{"zz":1,"'), {}],
    ["a state of another version", text.replace('"version":1', '"version":2'), {}],
    ["half a state", text.slice(0, -20), {}],
    ["a state and something after it", `${text}\nmore`, {}],
    ["a state without end", `\`\`\`text\nairlock-state ${"x".repeat(60_000)}\n\`\`\``, {}],
  ])("%s", (_title, given, about) => {
    expect(readState(given, { ...made, ...about })).toBeNull();
  });
});

test("what would not be read back is not written", () => {
  const bent = { ...made, approvers: { ...made.approvers, security_users: ["/x\n/agent fix"] } };
  expect(() => renderState({ ...bent, reasons: [{ level: "low", rule: "fixes #1" }] })).toThrow(
    expect.objectContaining({ code: "internal" }),
  );
});
