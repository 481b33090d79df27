import { expect, test } from "vitest";
import { trustedOwners } from "../../src/phases/code-owners.ts";
import { arrived, publishOf } from "./publish-papers.ts";
import { scene } from "./scene.ts";

const blobs = new Map([
  ["1", "* @mona\n"],
  ["2", "* @ben\n"],
]);
const read = async (sha: string) => Buffer.from(blobs.get(sha) ?? "");
const file = (path: string, sha: string, mode = "100644") => ({ path, mode, sha });

test("Owners come from the first of GitHub's places, and only from a plain file", async () => {
  const mona = [{ line: 1, pattern: "*", owners: [{ kind: "user", login: "mona" }] }];
  expect(await trustedOwners([file("src/a.ts", "1")], read)).toBeNull();
  expect(await trustedOwners([file("CODEOWNERS", "2"), file(".github/CODEOWNERS", "1")], read)).toEqual({
    file: ".github/CODEOWNERS",
    rules: mona,
    unreadable: [],
  });
  expect(await trustedOwners([file("CODEOWNERS", "1", "120000")], read)).toEqual({
    file: "CODEOWNERS",
    rules: [],
    unreadable: [{ line: 1, why: "it is no plain file" }],
  });
});

test("The owners of the changed paths are asked to review, by the base's file", async () => {
  await using stage = await scene({ ".github/CODEOWNERS": "*.md @max\n/src/ @ben\n/test/ @ben @mona\n" });
  const outcome = await publishOf(stage, await arrived(stage));
  expect(outcome).toMatchObject({
    kind: "verdict",
    verdict: {
      requirements: {
        reviewers: 1,
        owners: [
          { paths: ["src/sum.js"], users: ["ben"], teams: [] },
          { paths: ["test/sum.test.js"], users: ["ben", "mona"], teams: [] },
        ],
      },
    },
  });
  const [pull] = stage.repository.pulls();
  expect(pull?.reviewers.toSorted()).toEqual(["ben", "mona"]);
  expect(pull?.body).toContain("the review of an owner");
});
