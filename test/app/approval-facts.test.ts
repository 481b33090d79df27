import { expect, test } from "vitest";
import { approvalFacts } from "../../src/app/approval-facts.ts";
import type { GitHub, Pull, Review } from "../../src/github/github.ts";
import type { Role } from "../../src/handoff/identity.ts";
import { made } from "../record/made-state.ts";

const account = (id: number) => ({ id, login: `u${id}`, type: "User" as const });
const review = (id: number, state: Review["state"]): Review => ({
  id,
  person: account(id),
  state,
  commit: made.head,
  submittedAt: "2026-01-01T00:00:00Z",
});
// 120 strangers come first; 500 may write, and objects.
const crowd = [...Array.from({ length: 120 }, (_, at) => review(at + 1, "approved")), review(500, "changes_requested")];

/** GitHub as far as it is asked here. */
function told(reviews: Review[], collaborators: GitHub["collaborators"]): GitHub {
  const roleOf = (login: string): Role => (login === "u500" ? "write" : "read");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else is asked
  return {
    reviews: () => Promise.resolve(reviews),
    commitPeople: () => Promise.resolve([]),
    role: (login: string) => Promise.resolve({ role: roleOf(login), user: account(Number(login.slice(1))) }),
    collaborators,
  } as unknown as GitHub;
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rest of it decides nothing here
const pull = { number: 1, head: { sha: made.head } } as unknown as Pull;
const askTeam = () => Promise.resolve(null);
const refused = () => Promise.reject(new Error("403"));

test("an objection behind a crowd of strangers is found, because those with access are asked first", async () => {
  const github = told(crowd, () => Promise.resolve([{ ...account(500), role: "write" as const }]));
  expect((await approvalFacts({ github, askTeam }, pull, made)).roles.get(500)).toBe("write");
});

test("a crowd of which nobody can tell who has access is not judged; a few people are", async () => {
  await expect(approvalFacts({ github: told(crowd, refused), askTeam }, pull, made)).rejects.toMatchObject({
    code: "github-unreadable",
    message: "121 people reviewed it, and GitHub does not tell which of them have access.",
  });
  const few = await approvalFacts({ github: told(crowd.slice(-2), refused), askTeam }, pull, made);
  expect(few).toMatchObject({ collaborators: null });
  expect(few.roles.get(500)).toBe("write");
});
