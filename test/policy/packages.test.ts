import { expect, test } from "vitest";
import type { PackageFacts, Packages } from "../../src/handoff/packages.ts";
import type { AddedPackage } from "../../src/inspect/added-packages.ts";
import { addedPackages } from "../../src/policy/packages.ts";
import { madeFacts, said } from "./made-facts.ts";

type Known = Extract<PackageFacts["registry"], { kind: "known" }>;

const asOf = "2026-11-20T10:00:00Z";
const daysBefore = (days: number) => new Date(Date.parse(asOf) - days * 86_400_000).toISOString();

const added: AddedPackage = { name: "one", version: "1.0.0", before: null, direct: true, integrity: null };
const old: Known = {
  kind: "known",
  first_release: daysBefore(900),
  released: daysBefore(90),
  maintainers: 2,
  publisher_changed: false,
  deprecated: null,
  install_script: false,
  install_script_before: false,
  repository: true,
  hash: "same",
};
const factsOf = (registry: PackageFacts["registry"], about: Partial<AddedPackage> = {}): PackageFacts => {
  const { integrity: _, ...rest } = { ...added, ...about };
  return { ...rest, resembles: null, registry };
};
const looked = (packages: PackageFacts[], leftOut = 0): Packages => ({
  kind: "looked",
  as_of: asOf,
  packages,
  left_out: leftOut,
});
const opinionsOn = (registry: PackageFacts["registry"], about: Partial<AddedPackage> = {}) =>
  addedPackages(madeFacts({ added: [{ ...added, ...about }], packages: looked([factsOf(registry, about)]) }));

test.each<[string, Partial<Known>, Partial<AddedPackage>, string[]]>([
  ["an old package that many use", {}, {}, []],
  ["the registry does not say who published", { publisher_changed: null }, {}, []],
  ["a name of 31 days", { first_release: daysBefore(31) }, {}, []],
  ["a name of 29 days", { first_release: daysBefore(29) }, {}, ["high package-young: one@1.0.0 (29 days old)"]],
  [
    "a name of no known age",
    { first_release: null },
    {},
    ["high package-young: one@1.0.0 (the registry does not say when)"],
  ],
  ["a young name that was there before", { first_release: daysBefore(9) }, { before: "0.9.0" }, []],
  ["a version of 3 days", { released: daysBefore(3) }, {}, []],
  ["a version of 2 days", { released: daysBefore(2.5) }, {}, ["high package-version-young: one@1.0.0 (2 days old)"]],
  [
    "a version from after the request",
    { released: daysBefore(-1) },
    {},
    ["high package-version-young: one@1.0.0 (less than a day old)"],
  ],
  ["an install script", { install_script: true }, {}, ["critical package-install-script: one@1.0.0"]],
  [
    "an install script that the old version had",
    { install_script: true, install_script_before: true },
    { before: "0.9.0" },
    [],
  ],
  [
    "an install script that the version published before had, of a new name",
    { install_script: true, install_script_before: true },
    {},
    ["critical package-install-script: one@1.0.0"],
  ],
  ["an install script that went away", { install_script_before: true }, {}, []],
  ["another publisher", { publisher_changed: true }, {}, ["high package-publisher: one@1.0.0"]],
  ["a deprecation", { deprecated: "no" }, {}, ["medium package-deprecated: one@1.0.0"]],
  ["another hash", { hash: "differs" }, {}, ["critical package-hash: one@1.0.0"]],
  ["no hash to compare", { hash: "not compared" }, {}, []],
  ["no repository", { repository: false }, {}, []],
])("%s", (_, known, about, expected) => {
  expect(said(opinionsOn({ ...old, ...known }, about))).toEqual(expected);
});

test.each<[PackageFacts["registry"], string]>([
  [{ kind: "absent" }, "critical package-absent: one@1.0.0"],
  [{ kind: "unpublished" }, "critical package-unpublished: one@1.0.0"],
  [{ kind: "unanswered", reason: "500" }, "high package-not-looked-up: one@1.0.0"],
])("The registry says $kind", (registry, expected) => {
  expect(said(opinionsOn(registry))).toEqual([expected]);
});

test("A name like a popular one is seen in the change itself, whatever the Report says and whether or not there is one", () => {
  const squat = { ...added, name: "lodahs" };
  const expected = ["critical package-look-alike: lodahs"];
  const clean = looked([factsOf(old, { name: "lodahs" })]);
  expect(said(addedPackages(madeFacts({ added: [squat], packages: clean })))).toEqual(expected);
  expect(said(addedPackages(madeFacts({ added: [squat], packages: null })))).toEqual(expected);
  expect(addedPackages(madeFacts({ added: [{ ...squat, before: "0.9.0" }], packages: null }))).toEqual([]);
  expect(addedPackages(madeFacts({ added: [{ ...squat, name: "lodash" }], packages: null }))).toEqual([]);
});

test.each<[string, Packages, string]>([
  [
    "nobody could ask",
    { kind: "not_run", reason: "offline" },
    "Nobody looked up the packages that the change brings: offline.",
  ],
  [
    "a Report denies that there are any",
    { kind: "none" },
    "Nobody looked up the packages that the change brings: the Report names none.",
  ],
  ["a Report leaves one out", looked([factsOf(old, { name: "two" })], 1), "Nobody looked up this package."],
  ["it names another version", looked([factsOf(old, { version: "1.0.1" })]), "Nobody looked up this package."],
])("A person must look when %s", (_, packages, message) => {
  const opinions = addedPackages(madeFacts({ added: [added], packages }));
  expect(opinions).toEqual([
    {
      reason: { rule: "package-not-looked-up", level: "high", saw: "one@1.0.0", message },
      effect: "none",
      needsPerson: true,
      lower: "Verify again when the registry answers, or look at the packages yourself.",
    },
  ]);
});

test("Nothing is said of a change without packages, and every reason says what would take it away", () => {
  expect(addedPackages(madeFacts({ packages: { kind: "not_run", reason: "offline" } }))).toEqual([]);
  const all = opinionsOn({
    ...old,
    hash: "differs",
    install_script: true,
    publisher_changed: true,
    deprecated: "x",
    released: null,
  });
  expect(all).toHaveLength(5);
  expect(all.filter(({ lower }) => lower === null || !lower.endsWith("."))).toEqual([]);
});

test("Of many packages five are named", () => {
  const many = Array.from({ length: 8 }, (_, index) => ({ ...added, name: `p${index}x` }));
  const packages = looked(many.map(({ name }) => factsOf({ ...old, publisher_changed: true }, { name })));
  expect(said(addedPackages(madeFacts({ added: many, packages })))).toEqual([
    "high package-publisher: p0x@1.0.0, p1x@1.0.0, p2x@1.0.0, p3x@1.0.0, p4x@1.0.0, and 3 more",
  ]);
});
