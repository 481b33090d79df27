import { z } from "zod";
import { ApprovalPolicy, Config, SandboxMode } from "../config.ts";
import { Digest, Identity, Person, Role, Snapshot } from "./identity.ts";

/** Text that people wrote, already turned into plain text. `hidden` counts the characters that a reader of the page could not see. */
export const FrozenText = z.strictObject({
  author: z.string().min(1),
  /** Role at the time of asking. Text of authors below `write` is data, never an instruction. */
  role: Role,
  created_at: z.iso.datetime(),
  text: z.string(),
  hidden: z.int().min(0),
});
export type FrozenText = z.infer<typeof FrozenText>;

/** The evidence of one of the six roads. Later roads add members; every reader switches exhaustively. */
export const Brief = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("issue"),
    number: z.int().positive(),
    title: z.string(),
    body: FrozenText,
    comments: z.array(FrozenText),
    /** Texts left out because they were edited or written after the request, for the reader to know. */
    left_out: z.int().min(0),
  }),
  z.strictObject({
    /** A task typed into the terminal by the owner of the working copy. */
    kind: z.literal("local"),
    text: z.string().min(1),
  }),
]);
export type Brief = z.infer<typeof Brief>;

export const Trigger = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("issue_comment"),
    comment: z.int().positive(),
    issue: z.int().positive(),
    created_at: z.iso.datetime(),
    /** SHA-256 of the raw comment body as it was when the gate read it. */
    body_sha256: Digest,
  }),
  z.strictObject({ kind: z.literal("local") }),
]);
export type Trigger = z.infer<typeof Trigger>;

/** An instruction file (AGENTS.md) of the trusted commit. */
export const Instruction = z.strictObject({ path: z.string().min(1), content: z.string() });
export type Instruction = z.infer<typeof Instruction>;

/** Paper one. Who asked for what, with which limits, on which commits. Written by gate. */
export const Task = z.strictObject({
  version: z.literal(1),
  ...Identity.shape,
  trigger: Trigger,
  requester: z.strictObject({ ...Person.shape, role: Role }),
  verb: z.enum(["fix"]),
  /** The rest of the command's line: the maintainer's own words, opaque. */
  words: z.string(),
  brief: Brief,
  /** Policy, instructions and check configuration come from here, always. */
  trusted: Snapshot,
  /** Where the work begins. */
  start: Snapshot,
  default_branch: z.string().min(1),
  sandbox_mode: SandboxMode,
  approval_policy: ApprovalPolicy,
  config: Config,
  /** `defaults` when the trusted commit has no configuration file. */
  config_from: z.enum(["file", "defaults"]),
  instructions: z.array(Instruction),
  created_at: z.iso.datetime(),
  audit_head: Digest,
});
export type Task = z.infer<typeof Task>;
