import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findResidue } from "../../src/environment/residue.ts";
import { temporaryDirectory, writeFiles, type FixtureFile } from "../workspace/repository.ts";

const value = "npm_9f8d7s6f87sdf6s8df76sd8f7/+x";
const secrets = [
  { name: "OTHER_TOKEN", value: "something-else-entirely" },
  { name: "NPM_TOKEN", value },
];
const base64 = (text: string) => Buffer.from(text).toString("base64");

async function foundIn(files: Record<string, FixtureFile>, known = secrets) {
  using temporary = temporaryDirectory();
  writeFiles(temporary.path, files);
  return await findResidue(temporary.path, known);
}

describe("a value is found", () => {
  test.each<[string, string | Buffer]>([
    ["as it is", `token=${value}\n`],
    [
      "between bytes that are no text",
      Buffer.concat([Buffer.from([0, 255, 128]), Buffer.from(value), Buffer.alloc(9)]),
    ],
    ["in base64", base64(value)],
    ["in base64 behind one byte", base64(`x${value}`)],
    ["in base64 behind two bytes", base64(`xy${value}`)],
    ["in base64 for addresses", Buffer.from(`x${value}`).toString("base64url")],
    ["in base64 in lines", base64(`user:${value}`.repeat(4)).replaceAll(/(.{20})/g, "$1\n")],
    ["in hexadecimal", Buffer.from(value).toString("hex")],
    ["in upper-case hexadecimal", Buffer.from(value).toString("hex").toUpperCase()],
    ["url-encoded", encodeURIComponent(value)],
    ["as JSON", JSON.stringify({ deep: JSON.stringify(value) })],
    ["backwards", Array.from(value).toReversed().join("")],
  ])("%s", async (_title, content) => {
    expect(await foundIn({ "node_modules/a/build.js": content, "clean.txt": "nothing here" })).toEqual([
      { secret: "NPM_TOKEN", path: "node_modules/a/build.js", where: "content" },
    ]);
  });

  test("in a file's name, a directory's name, the target of a link, and a path that it makes", async () => {
    expect(await foundIn({ "npm_9f8d7s6f87sdf6s8df76sd8f7/+x": "" })).toEqual([
      { secret: "NPM_TOKEN", path: value, where: "name" },
    ]);
    const other = [{ name: "A", value: "plum-cake-4711" }];
    expect(await foundIn({ "x-plum-cake-4711.txt": "" }, other)).toMatchObject([{ where: "name" }]);
    expect(await foundIn({ link: { link: "../plum-cake-4711" } }, other)).toEqual([
      { secret: "A", path: "link", where: "link" },
    ]);
  });

  test("where two pieces of a large file meet", async () => {
    using temporary = temporaryDirectory();
    const large = Buffer.alloc(9 * 1024 * 1024, "a");
    large.write(value, 4 * 1024 * 1024 - 7);
    writeFileSync(join(temporary.path, "large.bin"), large);
    expect(await findResidue(temporary.path, secrets)).toMatchObject([{ path: "large.bin", where: "content" }]);
    large.fill("a");
    writeFileSync(join(temporary.path, "large.bin"), large);
    expect(await findResidue(temporary.path, secrets)).toEqual([]);
  });

  test("in the last line of a key of several lines, but not in the lines that every key has", async () => {
    const key = `-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\nqm0Zx81LkdPw72hsYq==\n-----END PRIVATE KEY-----`;
    const known = [{ name: "KEY", value: key }];
    expect(await foundIn({ a: "kept: qm0Zx81LkdPw72hsYq==" }, known)).toMatchObject([{ secret: "KEY" }]);
    expect(await foundIn({ a: "-----BEGIN PRIVATE KEY-----\nanother\n-----END PRIVATE KEY-----" }, known)).toEqual([]);
  });
});

test("the twins: another value of the same form, an empty list of secrets, and a link to a file outside are nothing", async () => {
  expect(await foundIn({ "a.js": value.replace("9f8d", "9f8e") })).toEqual([]);
  expect(await foundIn({ "a.js": value }, [])).toEqual([]);
  using outside = temporaryDirectory();
  writeFiles(outside.path, { secret: value });
  expect(await foundIn({ link: { link: join(outside.path, "secret") } })).toEqual([]);
});

test("a directory at the top that is left out is not looked into; one of that name further down is", async () => {
  using temporary = temporaryDirectory();
  writeFiles(temporary.path, { "sandbox/a": value, "deep/sandbox/b": value });
  expect((await findResidue(temporary.path, secrets, ["sandbox"])).map(({ path }) => path)).toEqual(["deep/sandbox/b"]);
  expect((await findResidue(temporary.path, secrets)).length).toBe(2);
});

test("many places are cut to the first few", async () => {
  const files = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`f${index}`, value]));
  expect((await foundIn(files)).length).toBe(5);
});

test.skipIf(process.getuid?.() === 0)("what cannot be read counts as found", async () => {
  using temporary = temporaryDirectory();
  mkdirSync(join(temporary.path, "closed"));
  writeFiles(temporary.path, { "shut.txt": "" });
  chmodSync(join(temporary.path, "closed"), 0);
  chmodSync(join(temporary.path, "shut.txt"), 0);
  const found = await findResidue(temporary.path, secrets);
  chmodSync(join(temporary.path, "closed"), 0o700);
  expect(found.map(({ path, where }) => `${path}: ${where}`).toSorted()).toEqual([
    "closed: unreadable",
    "shut.txt: unreadable",
  ]);
});
