import { expect, it } from "vitest";
import { z } from "zod";
import { AirlockError } from "../../src/errors.ts";
import { Identity } from "../../src/handoff/identity.ts";
import { open, read, seal, sha256 } from "../../src/handoff/seal.ts";

const Paper = z.strictObject({ ...Identity.shape, word: z.string() });
const identity = { repository: { id: 7, owner: "acme", name: "shop" }, run: { id: 100, attempt: 1 } };
const paper = { ...identity, word: "hello" };

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof AirlockError) return error.code;
    throw error;
  }
  return "no error";
}

it("opens what was sealed", () => {
  const { bytes, digest } = seal(Paper, paper);
  expect(digest).toBe(sha256(bytes));
  expect(open(Paper, bytes, { digest, identity })).toEqual(paper);
});

it("refuses a paper of which one byte changed", () => {
  const { bytes, digest } = seal(Paper, paper);
  const changed = Buffer.from(bytes.toString("utf8").replace("hello", "hullo"));
  expect(codeOf(() => open(Paper, changed, { digest, identity }))).toBe("paper-digest-mismatch");
  expect(open(Paper, changed, { digest: sha256(changed), identity }).word).toBe("hullo");
});

it("refuses a paper without an announced digest", () => {
  const { bytes } = seal(Paper, paper);
  expect(codeOf(() => open(Paper, bytes, { digest: "", identity }))).toBe("paper-digest-mismatch");
});

it.each([
  ["another run", { ...identity, run: { id: 101, attempt: 1 } }],
  ["another attempt", { ...identity, run: { id: 100, attempt: 2 } }],
  ["another repository id", { ...identity, repository: { ...identity.repository, id: 8 } }],
  ["another owner", { ...identity, repository: { ...identity.repository, owner: "evil" } }],
])("refuses a paper of %s", (_what, expected) => {
  const { bytes, digest } = seal(Paper, paper);
  expect(codeOf(() => open(Paper, bytes, { digest, identity: expected }))).toBe("paper-wrong-run");
});

it("refuses unknown fields, when sealing and when opening", () => {
  const extra = { ...paper, more: 1 };
  expect(codeOf(() => seal(Paper, extra))).toBe("bad-paper");
  const bytes = Buffer.from(JSON.stringify(extra));
  expect(codeOf(() => open(Paper, bytes, { digest: sha256(bytes), identity }))).toBe("bad-paper");
  expect(codeOf(() => read(Paper, Buffer.from("{")))).toBe("bad-paper");
});

it("refuses a paper over the size limit before it reads a byte of it", () => {
  const huge = Buffer.alloc(64 * 1024 * 1024 + 1);
  expect(codeOf(() => open(Paper, huge, { digest: "", identity }))).toBe("paper-too-large");
});

it("refuses a paper that is made of mistakes in a few lines", () => {
  const Many = Paper.extend({ words: z.array(z.string()) });
  const bytes = Buffer.from(JSON.stringify({ ...paper, words: Array.from({ length: 1_000 }, () => 1) }));
  const refusal = () => read(Many, bytes);
  expect(refusal).toThrow(/words\[4\]/);
  expect(refusal).not.toThrow(/words\[5\]/);
  expect(refusal).toThrow(/and 995 more problems$/);
});
