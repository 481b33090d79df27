import { describe, expect, test } from "vitest";
import { fixtureRepository, plainGit, temporaryDirectory, writeFiles } from "../workspace/repository.ts";
import { airlock, json } from "./airlock.ts";

const configPath = ".github/airlock.toml";

/** A repository whose last commit makes this change. */
function changed(before: Record<string, string>, after: Record<string, string>) {
  const repository = fixtureRepository(before);
  writeFiles(repository.root, after);
  repository.recommit();
  return repository;
}

const risk = ["risk", "--base", "HEAD~1", "--head", "HEAD"];

describe("airlock risk judges the step between two commits", () => {
  test("in words", async () => {
    using repository = changed({ "README.md": "a\n" }, { "README.md": "b\n" });
    const { code, out, err } = await airlock(risk, { cwd: repository.root });
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out.join("\n")).toMatchInlineSnapshot(`
      "Risk low (checks not run; see \`airlock verify\`).
      Why:
        - low: no Report — Checks were not part of this judgement.
        - low: 2 changed lines in 1 file — The change is small."
    `);
  });

  test("as JSON, from anywhere with -C", async () => {
    using repository = changed({ "src/auth.ts": "a\n" }, { "src/auth.ts": "b\n" });
    const ended = await airlock([...risk, "--json", "-C", repository.root]);
    expect(ended.code).toBe(0);
    expect(json(ended)).toMatchObject({
      kind: "publish",
      level: "critical",
      requirements: { reviewers: 2, security_review: true, manual_verification: true, owners: [] },
    });
  });

  test("-C takes a path relative to where it is called", async () => {
    using repository = changed({ "README.md": "a\n" }, { "README.md": "b\n" });
    expect((await airlock([...risk, "-C", "source"], { cwd: repository.temporary })).code).toBe(0);
  });

  test("a change that policy holds or refuses is 1", async () => {
    using held = changed({ "a.txt": "a" }, { ".github/workflows/a.yml": "on: push\n" });
    expect(await airlock(risk, { cwd: held.root })).toMatchObject({
      code: 1,
      out: expect.arrayContaining([expect.stringMatching(/^Risk critical \(checks not run; .*\)\. Held/)]),
    });
    const secret = ["ghp", "0123456789abcdefghijABCDEFGHIJ012345"].join("_");
    using refused = changed({ "a.txt": "a" }, { "b.txt": `${secret}\n` });
    const ended = await airlock(risk, { cwd: refused.root });
    expect(ended).toMatchObject({ code: 1, out: expect.arrayContaining([expect.stringMatching(/Refused/)]) });
    expect(ended.out.join("\n")).not.toContain(secret);
  });

  test("a file name cannot command the terminal", async () => {
    using repository = changed({ "a.txt": "a" }, { "auth/\u001b[2J\u009b31m.txt": "b" });
    const { code, out } = await airlock(risk, { cwd: repository.root });
    expect(code).toBe(1);
    expect(out.join("\n")).toContain("auth/");
    expect(out.join("\n")).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });

  test("a change that makes the configuration invalid is critical, with line and key; a valid one has no such reason", async () => {
    const after = (text: string) => changed({ "a.txt": "a" }, { [configPath]: text });
    using invalid = after("[limits]\n\nturn = 5\n");
    const { code, out } = await airlock(risk, { cwd: invalid.root });
    expect(code).toBe(0);
    expect(out.find((line) => line.includes("invalid"))).toBe(
      `  - critical: ${configPath}:3 — With this change the configuration is invalid, and Airlock would refuse every request: line 3, limits.turn: unknown key.`,
    );
    using valid = after("[limits]\n\nturns = 5\n");
    expect((await airlock(risk, { cwd: valid.root })).out.join("\n")).not.toContain("invalid");
  });

  test("a change over a limit is named as a whole, and the way out needs no path", async () => {
    using repository = changed(
      { "a.txt": "a", [configPath]: "[limits]\nchange_files = 1\n" },
      { "a.txt": "b", "b.txt": "b" },
    );
    const { code, out } = await airlock(risk, { cwd: repository.root });
    expect(code).toBe(1);
    expect(out).toEqual(
      expect.arrayContaining([
        "  - critical: the change as a whole — The change touches 2 files; limits.change_files allows 1.",
        "  - Make the change smaller or ask for it in parts, or raise the limit in .github/airlock.toml.",
      ]),
    );
  });

  test("the base's policy counts, not the one the change brings", async () => {
    using repository = changed({ "docs/a.md": "a\n" }, { "docs/a.md": "b\n" });
    const lax = await airlock([...risk, "--json"], { cwd: repository.root });
    expect(json(lax)).toMatchObject({ level: "low" });
    using strict = changed(
      { "docs/a.md": "a\n", [configPath]: '[risk]\nhigh_paths = ["docs/**"]\n' },
      { "docs/a.md": "b\n" },
    );
    expect(json(await airlock([...risk, "--json"], { cwd: strict.root }))).toMatchObject({ level: "high" });
  });
});

describe("--explain and --what-if", () => {
  const owners = { ".github/CODEOWNERS": "* @octo/all\n/src/ @mona\n" };

  test("every rule is told with its mark, also those that found nothing", async () => {
    using repository = changed({ "src/a.ts": "a\n", ...owners }, { "src/a.ts": "b\n" });
    const { code, out } = await airlock([...risk, "--explain"], { cwd: repository.root });
    expect(code).toBe(0);
    expect(out).toEqual(
      expect.arrayContaining([
        "  ✗ path-not-low (medium): Only the paths in risk.low_paths can be low. [src/a.ts]",
        "  ✓ secret: Not found: the change adds a secret. [0 findings]",
        "  – check-not-run: Checks were not part of this judgement.",
        "Not merged without a person:",
      ]),
    );
  });

  test("what would still be missing with some approvals, and nothing with enough of them", async () => {
    using repository = changed({ "src/auth.ts": "a\n", ...owners }, { "src/auth.ts": "b\n" });
    const some = await airlock([...risk, "--what-if", "approvals=1,verified=yes"], { cwd: repository.root });
    expect(some.out.slice(-4)).toEqual([
      "With these approvals there would still be missing:",
      "  - 1 more approving review (1 of 2).",
      "  - The approval of a security reviewer.",
      "  - The approval of @mona for src/auth.ts.",
    ]);
    const enough = "--what-if=approvals=2,security=1,verified=yes,owners=yes";
    const all = await airlock([...risk, enough], { cwd: repository.root });
    expect(all.out.at(-1)).toBe("With these approvals nothing would be missing, once the checks are green.");
    expect(json(await airlock([...risk, enough, "--json"], { cwd: repository.root }))).toMatchObject({ missing: [] });
  });

  test("a held change stays held whoever approves", async () => {
    using held = changed({ "a.txt": "a" }, { ".github/workflows/a.yml": "on: push\n" });
    const enough = "approvals=9,security=9,verified=yes,owners=yes";
    const { code, out } = await airlock([...risk, "--what-if", enough], { cwd: held.root });
    expect(code).toBe(1);
    expect(out.slice(-3)).toEqual([
      "With these approvals there would still be missing:",
      "  - A maintainer who releases this very change: nothing is pushed before.",
      expect.stringMatching(/^ {2}- A maintainer's `\/agent accept [0-9a-f]{12}` \(ci-configuration\)\.$/),
    ]);
  });

  test("what it cannot read is wrong use, and says what it takes", async () => {
    for (const text of ["approvals=many", "approvals", "votes=2", "approvals=1,approvals=2", "verified=maybe", ""])
      expect(await airlock([...risk, "--what-if", text])).toMatchObject({
        code: 2,
        out: [],
        err: [expect.stringMatching(/^airlock: --what-if takes approvals=N, /), expect.stringContaining("usage:")],
      });
  });

  test("the owners are the base's, not those that the change brings", async () => {
    using repository = changed(
      { "src/a.ts": "a\n", ...owners },
      { "src/a.ts": "b\n", ".github/CODEOWNERS": "* @eve\n" },
    );
    const judged = json(await airlock([...risk, "--json"], { cwd: repository.root }));
    expect(judged).toMatchObject({ level: "critical", requirements: { reviewers: 2 } });
    expect(JSON.stringify(judged)).toContain('"users":["mona"]');
    expect(JSON.stringify(judged)).not.toContain('"eve"');
  });

  test("a change cannot enable its own merge: the base's policy is asked", async () => {
    using repository = changed(
      { "docs/a.md": "a\n" },
      { "docs/a.md": "b\n", [configPath]: "[auto_merge]\nenabled = true\n" },
    );
    expect(json(await airlock([...risk, "--json"], { cwd: repository.root }))).toMatchObject({
      level: "critical",
      auto_merge: { kind: "not", because: ["Merging without a person is not enabled (auto_merge.enabled)."] },
    });
  });
});

describe("what it cannot judge", () => {
  test("without both revisions it is wrong use", async () => {
    for (const args of [["risk"], ["risk", "--base", "HEAD"], ["risk", "--head", "HEAD"]])
      expect(await airlock(args)).toMatchObject({
        code: 2,
        err: ["airlock: name both --base and --head", expect.any(String)],
      });
  });

  test("a revision that names no commit", async () => {
    using repository = fixtureRepository({ "a.txt": "a" });
    expect(await airlock(["risk", "--base", "HEAD", "--head", "nope"], { cwd: repository.root })).toMatchObject({
      code: 2,
      out: [],
      err: [`airlock: "nope" names no commit in ${repository.root}/.git.`, expect.stringContaining("fix:")],
    });
  });

  test("a directory that is in no repository", async () => {
    using temporary = temporaryDirectory();
    expect(await airlock(risk, { cwd: temporary.path })).toMatchObject({
      code: 2,
      err: [`airlock: ${temporary.path} is not in a git repository.`, expect.stringContaining("git init")],
    });
  });

  test("a repository without package.json is judged as any other", async () => {
    using repository = changed({ "main.py": "a\n" }, { "main.py": "b\n" });
    const { code, out, err } = await airlock(risk, { cwd: repository.root });
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out[0]).toMatch(/^Risk medium /);
  });

  test("owners of nobody in the configuration: file, line and key are named", async () => {
    const text = '[risk]\n\n[[risk.owners]]\npaths = ["src/**"]\n';
    using repository = changed({ "a.txt": "a", [configPath]: text }, { "a.txt": "b" });
    const { code, err } = await airlock(risk, { cwd: repository.root });
    expect(code).toBe(2);
    expect(err[0]).toBe(`airlock: ${configPath}:3:1: risk.owners.0: it names nobody: give users or teams`);
  });

  test("a base whose configuration is broken: file, line and key are named", async () => {
    using repository = changed({ "a.txt": "a", [configPath]: "[limits]\n\nturn = 5\n" }, { "a.txt": "b" });
    expect(await airlock(risk, { cwd: repository.root })).toMatchObject({
      code: 2,
      out: [],
      err: [
        expect.stringContaining(`airlock: ${configPath}:3:1: limits.turn: unknown key (allowed: turns,`),
        `  fix: Correct ${configPath} and commit it.`,
      ],
    });
    expect(plainGit(repository.root, "status", "--porcelain")).toBe("");
  });
});
