import { expect, test } from "vitest";
import { packagesLines } from "../../src/cli/table.ts";
import type { PackageFacts, Packages } from "../../src/handoff/packages.ts";

const one = (name: string, resembles: string | null, registry: PackageFacts["registry"]): PackageFacts => ({
  name,
  version: "1.0.0",
  before: null,
  direct: true,
  resembles,
  registry,
});
const absent = { kind: "absent" } as const;
const late = { kind: "unanswered", reason: "500" } as const;

test.each<[Packages, string[]]>([
  [{ kind: "none" }, []],
  [{ kind: "not_run", reason: "off\u001b[2Jline" }, ["", "packages: not looked up: off[2Jline"]],
  [
    { kind: "looked", as_of: "2026-11-20T10:00:00Z", packages: [one("one", null, absent)], left_out: 0 },
    ["", "packages: 1 looked up"],
  ],
  [
    {
      kind: "looked",
      as_of: "2026-11-20T10:00:00Z",
      packages: [one("loadsh", "lodash", absent), one("two", null, late)],
      left_out: 3,
    },
    ["", "packages: 1 looked up, 4 not", "  loadsh could be taken for lodash"],
  ],
])("What the terminal says of packages: $kind", (packages, expected) => {
  expect(packagesLines(packages)).toEqual(expected);
});
