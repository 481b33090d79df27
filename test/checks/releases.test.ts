import { expect, test } from "vitest";
import { lookUpReleases } from "../../src/checks/releases.ts";
import { startRegistry } from "../emulators/registry/registry.ts";
import { managersReachable, realRegistry } from "../environment/managers.ts";
import { noRegistry } from "../phases/local-scene.ts";
import { realSandbox } from "./sandbox.ts";

const real = realSandbox();
const at = (registry: URL, ...names: string[]) => lookUpReleases({ sandbox: real.sandbox, registry }, names);

test("every version with its time; names that are absent, taken down or impossible are said apart", async () => {
  await using registry = await startRegistry([
    { name: "@s/a", version: "1.0.0", at: "2021-01-01T00:00:00.000Z", manifest: { deprecated: "old" } },
    { name: "@s/a", version: "1.1.0", at: "2022-01-01T00:00:00.000Z" },
    { name: "gone", version: "1.0.0", unpublished: true },
  ]);
  expect(await at(registry.url, "@s/a", "nothing", "gone", "../a")).toEqual([
    {
      kind: "releases",
      latest: "1.1.0",
      releases: [
        { version: "1.0.0", released: "2021-01-01T00:00:00.000Z", deprecated: true },
        { version: "1.1.0", released: "2022-01-01T00:00:00.000Z", deprecated: false },
      ],
    },
    { kind: "absent" },
    { kind: "unpublished" },
    { kind: "absent" },
  ]);
});

test("a registry that is not there is said for every name", async () => {
  const answers = await at(noRegistry, "a", "b");
  expect(answers.map(({ kind }) => kind)).toEqual(["unanswered", "unanswered"]);
});

test.skipIf(!managersReachable)("the real registry tells the times of a long history", async () => {
  const [answer] = await at(realRegistry, "typescript");
  if (answer?.kind !== "releases") throw new Error(JSON.stringify(answer));
  expect(answer.latest).toMatch(/^\d+\.\d+\.\d+$/);
  expect(answer.releases.find(({ version }) => version === "5.0.2")).toEqual({
    version: "5.0.2",
    released: expect.stringMatching(/^20\d\d-/),
    deprecated: false,
  });
});
