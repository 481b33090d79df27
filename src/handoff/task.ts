import { z } from "zod";
import { Sha } from "../change.ts";
import { ApprovalPolicy, Config, SandboxMode } from "../config.ts";
import { Failure, failuresMax } from "./ci.ts";
import { ApprovedPlan } from "./plan.ts";
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

/** An issue or a pull request with its conversation as it stood when the command was written. */
export const Conversation = z.strictObject({
  number: z.int().positive(),
  title: z.string(),
  body: FrozenText,
  comments: z.array(FrozenText),
  /** Texts left out because they were edited or written after the request, for the reader to know. */
  left_out: z.int().min(0),
});
export type Conversation = z.infer<typeof Conversation>;

/** Names one point of a review for good: the thread's first comment, a review's own text, or the command's words. */
export const ItemId = z.string().regex(/^(?:thread|review|comment)-[1-9]\d{0,15}$/);

/** One point of review feedback by people who may write. What others wrote in the same thread is no part of it. */
export const ReviewItem = z.strictObject({
  id: ItemId,
  /** Where the thread is; null for a review's own text and for words in the conversation. */
  path: z.string().min(1).nullable(),
  /** Line of the head's file; null where GitHub no longer knows it. */
  line: z.int().positive().nullable(),
  /** GitHub's name for the thread, by which it is resolved; null when there is none. */
  thread: z.string().min(1).nullable(),
  /** Oldest first. */
  texts: z.array(FrozenText).min(1),
});
export type ReviewItem = z.infer<typeof ReviewItem>;

/** Points of one round; more are left for the next one, and the requester is told. */
export const itemsMax = 30;

/** The evidence of one of the six roads. Later roads add members; every reader switches exhaustively. */
export const Brief = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("issue"), ...Conversation.shape }),
  /** The command's own words ask; the conversation that they stand in is evidence. Nothing is changed. */
  z.strictObject({ kind: z.literal("question"), ...Conversation.shape }),
  z.strictObject({
    /** Feedback on a pull request of ours: each point is worked on by itself, and answered. */
    kind: z.literal("review"),
    number: z.int().positive(),
    title: z.string(),
    items: z.array(ReviewItem).min(1).max(itemsMax),
    /** What people without write said in the conversation and the threads: evidence, never an instruction. */
    context: z.array(FrozenText),
    /** Points beyond `itemsMax`. */
    waiting: z.int().min(0),
    left_out: z.int().min(0),
  }),
  z.strictObject({
    /** Nobody works and nothing is pushed: a pull request, whoever made it, is checked and judged as it stands. */
    kind: z.literal("verify"),
    number: z.int().positive(),
    title: z.string(),
  }),
  z.strictObject({
    /** Nobody works: the gate builds the result from trees that are on GitHub. */
    kind: z.literal("rollback"),
    /** The pull request whose changes are taken back, and the issue that it answers. */
    number: z.int().positive(),
    issue: z.int().positive(),
    title: z.string(),
    /** Commit of the open pull request whose tree is restored; null: the pull request is merged, and all of it is taken back. */
    to: Sha.nullable(),
  }),
  z.strictObject({
    /** Checks that failed, of a pull request or on the default branch: somebody wants to know why. Nothing is changed. */
    kind: z.literal("ci-failure"),
    /** The pull request; null: the default branch. */
    number: z.int().positive().nullable(),
    /** Its title, or the commit's headline. */
    title: z.string(),
    failures: z.array(Failure).min(1).max(failuresMax),
    /** Failures beyond `failuresMax`. */
    others: z.int().min(0),
  }),
  z.strictObject({
    /** Nobody works: solve lets the package manager change manifests and lockfile. */
    kind: z.literal("bump"),
    /** The issue that it was asked on; null: typed into the terminal. */
    number: z.int().positive().nullable(),
    package: z.string().min(1).max(214),
    /** null: the newest. */
    range: z.string().min(1).max(200).nullable(),
    /** Days that a release must have been in the registry. */
    age_days: z.int().min(0).max(365),
  }),
  z.strictObject({
    /** A task typed into the terminal by the owner of the working copy. */
    kind: z.literal("local"),
    text: z.string().min(1),
  }),
]);
export type Brief = z.infer<typeof Brief>;

const written = {
  created_at: z.iso.datetime(),
  /** SHA-256 of the raw text of the comment or review as it was when the gate read it; a review's may be empty. */
  body_sha256: Digest,
};

export const Trigger = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("issue_comment"),
    comment: z.int().positive(),
    issue: z.int().positive(),
    ...written,
  }),
  z.strictObject({
    /** A submitted review that requests changes. */
    kind: z.literal("review"),
    review: z.int().positive(),
    pull: z.int().positive(),
    ...written,
  }),
  z.strictObject({
    /** A run of another workflow failed on the default branch, and the trusted configuration wants to know why. */
    kind: z.literal("workflow_run"),
    run: z.int().positive(),
    created_at: z.iso.datetime(),
  }),
  z.strictObject({ kind: z.literal("local") }),
]);
export type Trigger = z.infer<typeof Trigger>;

/** An instruction file (AGENTS.md) of the trusted commit. */
export const Instruction = z.strictObject({ path: z.string().min(1), content: z.string() });
export type Instruction = z.infer<typeof Instruction>;

/** What a run can be asked to do. Every other command is answered without a run. */
export const RunVerb = z.enum(["fix", "ask", "plan", "approve", "bump", "rollback", "verify", "ci"]);
export type RunVerb = z.infer<typeof RunVerb>;

/** Whether a run ends after solve with an answer for people, instead of a change that would have to be verified. */
export function endsWithAnswer({ verb }: Pick<Task, "verb">): boolean {
  switch (verb) {
    case "ask":
    case "ci":
    case "plan":
      return true;
    case "fix":
    case "approve":
    case "rollback":
    case "verify":
    case "bump":
      return false;
  }
}

/** The pull request that the work goes on with. Its head is the Task's `start`. */
export const PullSubject = z.strictObject({
  number: z.int().positive(),
  /** Branch of the head, in this repository. */
  branch: z.string().min(1),
  /** Branch that it is to be merged into. */
  target: z.string().min(1),
});
export type PullSubject = z.infer<typeof PullSubject>;

/** Paper one. Who asked for what, with which limits, on which commits. Written by gate. */
export const Task = z.strictObject({
  version: z.literal(1),
  ...Identity.shape,
  trigger: Trigger,
  /** Who asked. Where nobody did (`workflow_run`) the App's bot, with the role `none`: the authority is the trusted configuration's. */
  requester: z.strictObject({ ...Person.shape, role: Role }),
  verb: RunVerb,
  /** The rest of the command's line: the maintainer's own words, opaque. */
  words: z.string(),
  brief: Brief,
  /** What `approve` released: the work carries out this plan. Absent: nobody planned. */
  plan: ApprovedPlan.optional(),
  /** Policy, instructions and check configuration come from here, always. */
  trusted: Snapshot,
  /** Where the work begins: the trusted commit, or the head of the pull request. */
  start: Snapshot,
  /**
   * What everything is judged against: level, inspection, checks and proof cover base … result, never only the last increment. The merge base
   * of the pull request's head and its target; the start where there is no pull request.
   */
  base: Snapshot,
  /** null: the work begins on the default branch. */
  pull: PullSubject.nullable(),
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
