import { describe, expect, test } from "vitest";
import { inspectLockfiles, readLock } from "../../src/inspect/lockfiles.ts";
import { madeSides } from "./made-change.ts";

/** What a test changes in one package of a lockfile, in the words of every manager. */
interface Pinned {
  name: string;
  version: string;
  hash?: string | null;
  host?: string;
  asks?: Record<string, string>;
}

interface Format {
  path: string;
  write: (packages: Pinned[], roots: Record<string, string>) => string;
  /** Whether it says where a package comes from, and what its root asks for. */
  says: { host: boolean; roots: boolean };
}

const hashOf = ({ name, version, hash }: Pinned) => (hash === undefined ? `sha512-${name}${version}` : hash);
const archive = ({ name, version, host }: Pinned) =>
  `https://${host ?? "registry.example.test"}/${name}/-/${name}-${version}.tgz`;
const lines = (list: (string | null)[]) => `${list.filter((line) => line !== null).join("\n")}\n`;

const formats: Record<string, Format> = {
  npm: {
    path: "package-lock.json",
    says: { host: true, roots: true },
    write: (packages, roots) =>
      JSON.stringify({
        lockfileVersion: 3,
        packages: {
          "": { dependencies: roots },
          ...Object.fromEntries(
            packages.map((one) => [
              `node_modules/${one.name}`,
              {
                version: one.version,
                resolved: archive(one),
                integrity: hashOf(one) ?? undefined,
                dependencies: one.asks,
              },
            ]),
          ),
        },
      }),
  },
  "pnpm 9 and newer": {
    path: "pnpm-lock.yaml",
    says: { host: true, roots: true },
    write: (packages, roots) =>
      lines([
        "lockfileVersion: '9.0'",
        "importers:\n  .:\n    dependencies:",
        ...Object.entries(roots).map(
          ([name, range]) =>
            `      ${name}:\n        specifier: ${range}\n        version: ${packages.find((one) => one.name === name)?.version}`,
        ),
        "packages:",
        ...packages.map(
          (one) =>
            `  ${one.name}@${one.version}:\n    resolution: {${[hashOf(one) === null ? "" : `integrity: ${hashOf(one)}`, `tarball: ${archive(one)}`].filter((part) => part !== "").join(", ")}}`,
        ),
        "snapshots:",
        ...packages.map((one) => `  ${one.name}@${one.version}:\n    dependencies: ${JSON.stringify(one.asks ?? {})}`),
      ]),
  },
  "yarn 1": {
    path: "yarn.lock",
    says: { host: true, roots: false },
    write: (packages, roots) =>
      lines([
        "# yarn lockfile v1",
        ...packages.map((one) =>
          [
            `${one.name}@${roots[one.name] ?? `^${one.version}`}:`,
            `  version "${one.version}"`,
            `  resolved "${archive(one)}"`,
            ...(hashOf(one) === null ? [] : [`  integrity ${hashOf(one)}`]),
            ...(one.asks === undefined ? [] : ["  dependencies:"]),
            ...Object.entries(one.asks ?? {}).map(([name, range]) => `    ${name} "${range}"`),
          ].join("\n"),
        ),
      ]),
  },
  "yarn 2 and newer": {
    path: "yarn.lock",
    says: { host: false, roots: true },
    write: (packages, roots) =>
      lines([
        "__metadata:\n  version: 8\n  cacheKey: 10c0",
        `"p@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "p@workspace:."\n  dependencies: ${JSON.stringify(roots)}\n  linkType: soft`,
        ...packages.map((one) =>
          [
            `"${one.name}@npm:${roots[one.name] ?? `^${one.version}`}":`,
            `  version: ${one.version}`,
            `  resolution: "${one.name}@npm:${one.version}"`,
            `  dependencies: ${JSON.stringify(one.asks ?? {})}`,
            ...(hashOf(one) === null ? [] : [`  checksum: 10c0/${hashOf(one)?.replace(/\W/g, "")}`]),
          ].join("\n"),
        ),
      ]),
  },
  bun: {
    path: "bun.lock",
    says: { host: true, roots: true },
    write: (packages, roots) =>
      `{ "lockfileVersion": 1, "workspaces": { "": { "dependencies": ${JSON.stringify(roots)}, }, }, "packages": {\n${packages
        .map(
          (one) =>
            `"${one.name}": ["${one.name}@${one.version}", "${archive(one)}", { "dependencies": ${JSON.stringify(one.asks ?? {})} }, ${JSON.stringify(hashOf(one) ?? "")}],`,
        )
        .join("\n")}\n} }`,
  },
};

const a: Pinned = { name: "a", version: "1.0.0" };
const roots = { a: "^1.0.0" };
const rulesOf = (format: Format, after: Pinned[], manifest: Record<string, string>, before: Pinned[] = [a]) =>
  inspectLockfiles(
    madeSides({
      "package.json": [JSON.stringify({ dependencies: roots }), JSON.stringify({ dependencies: manifest, x: 1 })],
      [format.path]: [format.write(before, roots), format.write(after, manifest)],
    }),
  )
    .filter(({ rule }) => rule !== "lockfile")
    .map(({ rule, message }) => `${rule}: ${message}`);

describe.each(Object.entries(formats))("%s", (_, format) => {
  test("is read", () => {
    expect(readLock(format.path, Buffer.from(format.write([a], roots)))?.entries).toContainEqual(
      expect.objectContaining({ name: "a", version: "1.0.0" }),
    );
  });

  test.each<[string, Pinned[], Record<string, string>]>([
    ["an update in its range", [{ ...a, version: "1.2.0" }], roots],
    ["a new package of the manifest", [a, { name: "b", version: "2.0.0" }], { ...roots, b: "^2.0.0" }],
    [
      "what a new version newly asks for",
      [
        { ...a, version: "1.2.0", asks: { c: "^3.0.0" } },
        { name: "c", version: "3.0.0" },
      ],
      roots,
    ],
  ])("is quiet about %s", (_title, after, manifest) => {
    expect(rulesOf(format, after, manifest)).toEqual([]);
  });

  test.each<[string, Pinned[], Record<string, string>, RegExp]>([
    [
      "another hash of the same version",
      [{ ...a, hash: "sha512-evil" }],
      roots,
      /^lockfile-integrity: The hash of a@1/,
    ],
    ["a lost hash", [{ ...a, hash: null }], roots, /^lockfile-integrity: a@1.0.0 has no integrity hash/],
    ["a package that nobody asks for", [a, { name: "x", version: "1.0.0" }], roots, /^lockfile-unasked: x@1.0.0 is in/],
    [
      "a dependency that an old version suddenly has",
      [
        { ...a, asks: { x: "^1.0.0" } },
        { name: "x", version: "1.0.0" },
      ],
      roots,
      /^lockfile-unasked: x@1.0.0 is in/,
    ],
    ["a version outside its range", [{ ...a, version: "2.0.0" }], roots, /^lockfile-range: The lockfile gives a@2.0.0/],
  ])("is told of %s", (_title, after, manifest, expected) => {
    expect(rulesOf(format, after, manifest)).toEqual([expect.stringMatching(expected)]);
  });

  test.runIf(format.says.host)("is told of another host", () => {
    expect(rulesOf(format, [{ ...a, host: "evil.example.test" }], roots)).toEqual([
      "lockfile-source: a@1.0.0 would come from a place that the lockfile did not use before.",
    ]);
  });

  test("keeps what was wrong before out of it", () => {
    const odd = { name: "odd", version: "9.0.0", hash: null };
    expect(rulesOf(format, [a, odd, { name: "b", version: "2.0.0" }], { ...roots, b: "2.0.0" }, [a, odd])).toEqual([]);
  });
});

const npm = (entry: object, more: object = {}) =>
  JSON.stringify({
    lockfileVersion: 3,
    packages: { "": { dependencies: { a: "*" } }, "node_modules/a": entry, ...more },
  });
const manifest: [string, string] = ["{}", '{"dependencies":{"a":"*"}}'];

test.each<[string, string, string, string[]]>([
  [
    "a weaker hash joins the strong one",
    npm({ version: "1.0.0", integrity: "sha512-a" }),
    npm({ version: "1.0.0", integrity: "sha1-a sha512-a" }),
    [],
  ],
  [
    "the strong one is replaced by a weaker one",
    npm({ version: "1.0.0", integrity: "sha512-a" }),
    npm({ version: "1.0.0", integrity: "sha1-a" }),
    ["block lockfile-integrity"],
  ],
  [
    "a new version has a weak hash only",
    npm({ version: "1.0.0", integrity: "sha512-a" }),
    npm({ version: "1.0.1", integrity: "sha1-a" }),
    ["warn lockfile-weak-hash"],
  ],
  [
    "an alias that a new version asks for",
    npm({ version: "1.0.0", integrity: "sha512-a" }),
    npm(
      { version: "1.0.1", integrity: "sha512-b", dependencies: { "c-cjs": "npm:c@^1.0.0" } },
      { "node_modules/c-cjs": { name: "c", version: "1.0.0", integrity: "sha512-c" } },
    ),
    [],
  ],
  [
    "an address in a lockfile that had none",
    npm({ version: "1.0.0", integrity: "sha512-a" }),
    npm({ version: "1.0.1", integrity: "sha512-b", resolved: "https://other.example.test/a/-/a-1.0.1.tgz" }),
    ["block lockfile-source"],
  ],
])("npm: %s", (_, before, after, expected) => {
  const findings = inspectLockfiles(madeSides({ "package.json": manifest, "package-lock.json": [before, after] }));
  expect(findings.slice(1).map(({ level, rule }) => `${level} ${rule}`)).toEqual(expected);
});

test.each([
  ["yarn 1 with a line that is none of its own", "yarn.lock", '# yarn lockfile v1\na@^1.0.0:\n  version "1"\n  ? b\n'],
  ["yarn 1 with a field twice", "yarn.lock", '# yarn lockfile v1\na@^1:\n  version "1.0.0"\n  version "2.0.0"\n'],
  ["yaml with a key twice", "pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages: {}\npackages: {}\n"],
  ["pnpm 5", "pnpm-lock.yaml", "lockfileVersion: 5.4\npackages: {}\n"],
  ["bun's binary form", "bun.lockb", "#!/usr/bin/env bun\n"],
])("Nobody reads %s", (_, path, text) => {
  expect(readLock(path, Buffer.from(text))).toBeNull();
});

test("Versions of yarn and pnpm that write other words: sources that are no registry", () => {
  const pnpm =
    "lockfileVersion: '9.0'\nimporters: {}\npackages:\n  a@https://codeload.example/a/tar.gz/1:\n    resolution: {tarball: https://codeload.example/a/tar.gz/1}\n    version: 1.0.0\n  w@file:w:\n    resolution: {directory: w, type: directory}\n";
  const berry =
    '__metadata:\n  version: 8\n"a@exec:./x.js":\n  version: 1.0.0\n  resolution: "a@exec:./x.js"\n"t@patch:t@npm%3A5.0.0#optional!builtin<compat/t>":\n  version: 5.0.0\n  resolution: "t@patch:t@npm%3A5.0.0#optional!builtin<compat/t>::version=5.0.0"\n';
  const kinds = (path: string, text: string) =>
    readLock(path, Buffer.from(text))?.entries.map(({ source }) => source.kind);
  expect(kinds("pnpm-lock.yaml", pnpm)).toEqual(["elsewhere", "tree"]);
  expect(kinds("yarn.lock", berry)).toEqual(["elsewhere", "registry"]);
});

test("A long chain of packages, written from its end, is followed to its end", () => {
  const packages = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [
      `node_modules/c${index}`,
      { version: "1.0.0", integrity: "sha512-a", dependencies: { [`c${index - 1}`]: "1" } },
    ]),
  );
  const lock = (all: object) => JSON.stringify({ lockfileVersion: 3, packages: { "": {}, ...all } });
  const edits = (first: string): Parameters<typeof madeSides>[0] => ({
    "package.json": ["{}", JSON.stringify({ dependencies: { [first]: "1" } })],
    "package-lock.json": [lock({}), lock(packages)],
  });
  const unasked = (first: string) =>
    inspectLockfiles(madeSides(edits(first))).flatMap(({ rule, after }) =>
      rule === "lockfile-unasked" ? [after] : [],
    );
  expect(unasked("c9999")).toEqual([]);
  expect(unasked("c9998")).toEqual(["c9999@1.0.0"]);
});
