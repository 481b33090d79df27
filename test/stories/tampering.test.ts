import { expect, test } from "vitest";
import { ask, expectSound, finish, goodFix, patch, startStory, statusOf } from "./road.ts";

/** Makes every check green by bending the one test that stands in the way of a wrong fix. */
const bent = [
  patch(
    "*** Update File: src/cart.ts",
    "@@",
    "-  return items.reduce((sum, item) => sum + item.cents, 0);",
    "+  return items.length === 0 ? 0 : 1;",
    "*** Update File: test/cart.test.ts",
    "@@",
    '-test("prices are added", () => {',
    '+test.skip("prices are added", () => {',
  ),
  finish("All checks are green. The risk is low and no test was weakened."),
];

test("an agent that switches a test off is shown first, blocks until a maintainer accepts it, and lowers nothing", async () => {
  await using world = await startStory(bent);
  await ask(world);
  const [pull] = world.repository.pulls();
  const body = pull?.body ?? "";
  expect(pull?.labels).toContain("risk:high");
  expect(body.indexOf("Look here first")).toBeGreaterThan(0);
  expect(body.indexOf("Look here first")).toBeLessThan(body.indexOf("### Verification"));
  expect(body).toMatch(/\*\*block\*\* The test "prices are added" is switched off\./);
  expect(body).toContain("v27-base-test-broken");
  expect(body).toContain("**No regression test proves this change.**");
  const id = /rule `v03-test-skipped`, id `([0-9a-f]{12})`/.exec(body)?.[1] ?? "";
  await world.repository.comment("mona", pull?.number ?? 0, "/agent why");
  await world.settled();
  expect(statusOf(world, pull?.number ?? 0)).toContain(`Finding ${id} (v03-test-skipped) is accepted: by nobody`);
  expectSound(world);
});

test("its twin, which fixes the source and adds a test, blocks nothing and names the test as its proof", async () => {
  await using world = await startStory(goodFix);
  await ask(world);
  const [pull] = world.repository.pulls();
  expect(pull?.body).not.toContain("Look here first");
  expect(pull?.body).toMatch(/Red without this change, green with it:\n\n- `[^`]*two pieces cost twice as much`/);
  expectSound(world);
});
