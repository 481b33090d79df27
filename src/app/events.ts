import { z } from "zod";
import type { Installed } from "../github/app.ts";
import { AirlockError } from "../errors.ts";

/** The parts of webhook payloads that are read. Everything else a payload says is never looked at. */
const id = z.int().positive();
const Account = z.object({ id, login: z.string().min(1), type: z.enum(["User", "Bot", "Organization", "Mannequin"]) });
const where = {
  installation: z.object({ id }),
  repository: z.object({
    id,
    name: z.string().min(1),
    owner: z.object({ login: z.string().min(1) }),
    default_branch: z.string().min(1),
    html_url: z.url(),
  }),
};

export const CommentCreated = z.object({
  ...where,
  action: z.literal("created"),
  sender: Account,
  issue: z.object({
    number: id,
    state: z.enum(["open", "closed"]),
    pull_request: z.object({}).nullish(),
    labels: z.array(z.object({ name: z.string() })),
  }),
  comment: z.object({
    id,
    body: z.string(),
    user: Account,
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    performed_via_github_app: z.object({ id }).nullish(),
  }),
});
export type CommentCreated = z.infer<typeof CommentCreated>;

export const RunMoved = z.object({
  ...where,
  action: z.enum(["completed", "in_progress"]),
  workflow_run: z.object({ id, event: z.string(), path: z.string() }),
});
export type RunMoved = z.infer<typeof RunMoved>;

export const ReviewSubmitted = z.object({
  ...where,
  action: z.literal("submitted"),
  sender: Account,
  pull_request: z.object({ number: id }),
  review: z.object({ id, user: Account, state: z.string() }),
});
export type ReviewSubmitted = z.infer<typeof ReviewSubmitted>;

/** A run of any workflow ended. What is said here only decides whether to look closer. */
export const RunEnded = z.object({
  ...where,
  action: z.literal("completed"),
  workflow_run: z.object({
    id,
    event: z.string(),
    status: z.string(),
    path: z.string(),
    conclusion: z.string().nullable(),
    head_branch: z.string().nullable(),
    head_repository: z.object({ id }).nullish(),
  }),
});
export type RunEnded = z.infer<typeof RunEnded>;

/** Something happened to a pull request, or to a review of it. Only its number is believed: everything else is asked again. */
export const PullMoved = z.object({
  ...where,
  action: z.string(),
  sender: Account,
  pull_request: z.object({ number: id }),
});
export type PullMoved = z.infer<typeof PullMoved>;

export const GroupFormed = z.object({
  ...where,
  action: z.literal("checks_requested"),
  merge_group: z.object({
    head_sha: z.string().regex(/^[0-9a-f]{40}$/),
    head_ref: z.string().min(1),
    base_ref: z.string().startsWith("refs/heads/"),
  }),
});
export type GroupFormed = z.infer<typeof GroupFormed>;

/**
 * Reads a verified payload by its schema.
 * @throws AirlockError `github-unreadable`: the header named another event, or GitHub changed the event's shape. The delivery
 *   is then answered as failed, so that it shows among the App's deliveries instead of vanishing.
 */
export function readEvent<Schema extends z.ZodType>(schema: Schema, payload: unknown): z.output<Schema> {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new AirlockError({
    code: "github-unreadable",
    message: `A delivery does not fit its event: ${z.prettifyError(parsed.error)}`,
    fix: "Look at the delivery in the App's settings (Advanced), and update Airlock if GitHub changed the event.",
  });
}

/** Whose token answers the event. */
export function installedOf({
  installation,
  repository,
}: Pick<CommentCreated, "installation" | "repository">): Installed {
  const { id: repositoryId, name, owner } = repository;
  return { installation: installation.id, repository: { id: repositoryId, name, owner: owner.login } };
}
