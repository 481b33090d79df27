import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { chooseArtifacts } from "../../src/app/run-papers.ts";
import { unzipped, zippedPaperBytesMax } from "../../src/handoff/zip.ts";
import type { Artifact } from "../../src/github/github.ts";

let next = 0;
const artifact = (name: string, more: Partial<Artifact> = {}): Artifact => ({
  id: (next += 1),
  name,
  bytes: 1,
  expired: false,
  digest: null,
  ...more,
});
const chosen = (names: string[], attempt: number) =>
  chooseArtifacts(
    names.map((name) => artifact(name)),
    attempt,
  ).map(({ artifact: { name } }) => name);

describe("the artifacts that tell a run's end", () => {
  const first = ["airlock-gate-1", "airlock-solve-1", "airlock-verify-1", "airlock-publish-1"];
  test.each([
    ["one attempt, in the order of the road", first.toReversed(), 1, first],
    ["a whole second attempt", [...first, "airlock-gate-2"], 2, ["airlock-gate-2"]],
    [
      "only failed jobs again: what the attempt before left explains nothing of this one",
      ["airlock-gate-1", "airlock-solve-1", "airlock-verify-1", "airlock-verify-2"],
      2,
      ["airlock-verify-2"],
    ],
    ["an attempt that does not exist yet", ["airlock-gate-1", "airlock-gate-2"], 1, ["airlock-gate-1"]],
    ["a name that is there twice", ["airlock-gate-1", "airlock-publish-1", "airlock-publish-1"], 1, ["airlock-gate-1"]],
    ["other names", ["airlock-gate-01", "airlock-gate-1x", "airlock-audit-1", "coverage"], 1, []],
  ])("%s", (_title, names, attempt, expected) => {
    expect(chosen(names, attempt)).toEqual(expected);
  });

  test("an expired one is not there", () => {
    expect(chooseArtifacts([artifact("airlock-gate-1", { expired: true })], 1)).toEqual([]);
  });
});

describe("a zip", () => {
  test("gives only papers, by their exact name", () => {
    const zip = zipSync({
      "task.json": strToU8("1"),
      "../stop.json": strToU8("2"),
      "a/stop.json": strToU8("3"),
      "audit.jsonl": strToU8("4"),
    });
    expect([...unzipped(zip)].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([
      ["task.json", "1"],
    ]);
  });

  test("that states a paper above the limit is refused before it is unpacked", () => {
    const zip = zipSync({ "task.json": new Uint8Array(1000) });
    const patched = Buffer.from(zip);
    const central = patched.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    patched.writeUInt32LE(zippedPaperBytesMax + 1, central + 24);
    expect(() => unzipped(patched)).toThrow(/more than/);
  });

  test("that lies about a paper's size gives no more than it stated", () => {
    const bomb = zipSync({ "task.json": new Uint8Array(5_000_000) }, { level: 9 });
    const patched = Buffer.from(bomb);
    const central = patched.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    patched.writeUInt32LE(10, central + 24);
    let size = 0;
    try {
      size = unzipped(patched).get("task.json")?.byteLength ?? 0;
    } catch {
      size = 0;
    }
    expect(size).toBeLessThanOrEqual(10);
  });

  test("with one name twice is refused", () => {
    const zip = Buffer.from(zipSync({ "task.json": strToU8("1"), "tusk.json": strToU8("2") }));
    const twice = Buffer.from(zip.toString("latin1").replaceAll("tusk", "task"), "latin1");
    expect(() => unzipped(twice)).toThrow(/task\.json twice/);
  });

  test("with too many files is refused", () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`f${index}`, strToU8("x")]));
    expect(() => unzipped(zipSync(many))).toThrow(/more than 100 files/);
  });
});
