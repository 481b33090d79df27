import { expect, test } from "vitest";
import type { PackageFacts, Packages } from "../../src/handoff/packages.ts";
import { packagesSection } from "../../src/record/packages.ts";

const known: Extract<PackageFacts["registry"], { kind: "known" }> = {
  kind: "known",
  first_release: "2020-01-01T00:00:00.000Z",
  released: "2026-08-01T00:00:00.000Z",
  maintainers: 3,
  publisher_changed: false,
  deprecated: null,
  install_script: false,
  install_script_before: false,
  repository: true,
  hash: "same",
};
const one = (parts: Partial<PackageFacts> = {}): PackageFacts => ({
  name: "one",
  version: "1.0.0",
  before: null,
  direct: true,
  resembles: null,
  registry: known,
  ...parts,
});
const section = (packages: PackageFacts[], leftOut = 0) =>
  packagesSection({ packages: { kind: "looked", as_of: "2026-11-20T10:00:00Z", packages, left_out: leftOut } }, []);

test("A table for whoever reviews", () => {
  expect(
    section(
      [
        one(),
        one({
          name: "lodahs",
          resembles: "lodash",
          registry: {
            ...known,
            first_release: "2026-11-18T00:00:00.000Z",
            released: "2026-11-20T09:00:00.000Z",
            maintainers: 1,
            install_script: true,
            repository: false,
            hash: "differs",
          },
        }),
        one({
          name: "@s/two",
          before: "0.9.0",
          direct: false,
          registry: { ...known, publisher_changed: true, deprecated: "Use [three](https://x.example) | @mona" },
        }),
        one({ name: "gone", registry: { kind: "unpublished" } }),
        one({ name: "none", version: null, registry: { kind: "absent" } }),
        one({ name: "late", registry: { kind: "unanswered", reason: "the registry answered 500" } }),
      ],
      3,
    ),
  ).toMatchInlineSnapshot(`
    "### Packages

    | Package | Version | First release | This version | Maintainers | Notes |
    | :-- | :-- | :-- | :-- | --: | :-- |
    | \`one\` | \`1.0.0\` | 6 years ago | 3 months ago | 3 |  |
    | \`lodahs\` | \`1.0.0\` | **2 days ago** | **today** | 1 | ⚠️ **could be taken for \`lodash\`**; ⚠️ **the lockfile's hash is not the registry's**; ⚠️ **runs a script when it is installed**; names no repository |
    | \`@s/two\` | \`0.9.0\` → \`1.0.0\` | 6 years ago | 3 months ago | 3 | ⚠️ published by another account than before; deprecated: Use \\[three\\](\`https://x.example\`) \\| @&#8203;mona; asked for by another package |
    | \`gone\` | \`1.0.0\` | unknown | unknown | unknown | ⚠️ **taken down** |
    | \`none\` | \`not locked\` | unknown | unknown | unknown | ⚠️ **the registry has no such package or version** |
    | \`late\` | \`1.0.0\` | unknown | unknown | unknown | ⚠️ **not looked up**: the registry answered 500 |

    ⚠️ 3 more packages were **not looked up**."
  `);
});

test.each<[string, Packages, string]>([
  ["nothing without packages", { kind: "none" }, ""],
  [
    "that nobody looked, with the reason, which is no table",
    { kind: "not_run", reason: "the registry answered 405" },
    "### Packages\n\n⚠️ The packages that this change brings were **not looked up**: the registry answered 405.",
  ],
])("It says %s", (_, packages, expected) => {
  expect(packagesSection({ packages }, [])).toBe(expected);
});

test("However long a stranger's names and words are, the section stays small", () => {
  const long = one({
    name: "|".repeat(214),
    version: "|".repeat(100),
    registry: { ...known, deprecated: "|".repeat(300) },
  });
  const text = section(Array.from({ length: 50 }, () => long));
  expect(text.length).toBeLessThan(10_000);
  expect(text).toMatch(/\| and \d+ more, in the run's papers \|/);
  expect(section(Array.from({ length: 50 }, () => one()))).toContain("| and 30 more, in the run's papers |");
});
