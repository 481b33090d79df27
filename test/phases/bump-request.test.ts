import { expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { bumpBrief } from "../../src/phases/bump-request.ts";

const config = Config.parse({ bump: { min_release_age_days: 5 } });

test("an order is a brief with the configured age", () => {
  expect(bumpBrief("@s/a@^1", 7, config)).toEqual({
    kind: "brief",
    brief: { kind: "bump", number: 7, package: "@s/a", range: "^1", age_days: 5 },
  });
});

test("anything else stops with what to type on GitHub", () => {
  expect(bumpBrief("", 7, config)).toMatchObject({
    stop: {
      kind: "not-a-command",
      message: "`bump` needs the name of a package.",
      next: "Write for example `/agent bump lodash` or `/agent bump lodash@^4`, in a new comment.",
    },
  });
  expect(bumpBrief("a@file:x", 7, config)).toMatchObject({
    stop: {
      kind: "not-a-command",
      next: "Write for example `/agent bump lodash`, `/agent bump lodash@4.17.21` or `/agent bump lodash@^4`.",
    },
  });
});
