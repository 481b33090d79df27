import { z } from "zod";
import { Sha } from "../change.ts";
import { RiskLevel } from "../config.ts";
import { AirlockError } from "../errors.ts";
import { canonical } from "../handoff/canonical.ts";
import { Digest, Person } from "../handoff/identity.ts";
import { Approvers, Requirements } from "../handoff/verdict.ts";
import { runProblems } from "../policy/gate.ts";
import { fence, type Outgoing } from "../text/outgoing.ts";

/** Items of one list in a state; more findings than that are a problem of their own. */
export const stateItemsMax = 100;

const id = z.int().positive();
const ids = z.array(id).max(stateItemsMax);
/** Our own words: they pass the choke point unchanged, which `renderState` proves. */
const word = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,79}$/);

/** A command of a person that counts for this head only. The role is asked again whenever it is used. */
const Given = z.strictObject({ by: Person, at: z.iso.datetime() });

/**
 * What the App remembers about one head, in the check run on that head, which only the App can write (design §5). It is bound to the
 * head and the repository: copied onto another commit it means nothing.
 */
export const GateState = z.strictObject({
  version: z.literal(1),
  repository: id,
  head: Sha,
  /** SHA-256 of the branch for which it was judged. */
  target: Digest,
  run: z.strictObject({ id, attempt: z.int().min(1) }),
  judgement: Digest,
  level: RiskLevel,
  draft: z.boolean(),
  requirements: Requirements,
  approvers: Approvers,
  problems: z.array(z.enum(runProblems)).max(runProblems.length),
  blocking: z.array(z.strictObject({ id: z.string().regex(/^[0-9a-f]{12}$/), rule: word })).max(stateItemsMax),
  reasons: z.array(z.strictObject({ level: RiskLevel, rule: word })).max(stateItemsMax),
  requesters: ids,
  pushers: ids,
  accepted: z.array(Given.extend({ finding: z.string().regex(/^[0-9a-f]{12}$/) })).max(stateItemsMax),
  verified: z.array(Given).max(stateItemsMax),
  /** When the head was first written down: a command that is older was not about it. */
  since: z.iso.datetime(),
});
export type GateState = z.infer<typeof GateState>;

/** Code units of a state; GitHub takes 65,535 characters. */
const textMax = 50_000;
const opening = "```text\nairlock-state ";
const closing = "\n```";

/**
 * The state as the end of a check run's text. @throws AirlockError `internal` for one that could not be read back: it is better to write
 * none, because a head without a state is never released.
 */
export function renderState(state: GateState): Outgoing {
  const text = fence(`airlock-state ${canonical(state)}`, []);
  const back = readState(text, state);
  if (back !== null && canonical(back) === canonical(state)) return text;
  throw new AirlockError({
    code: "internal",
    message: `The state of head ${state.head} cannot be written so that it can be read again.`,
    fix: "This is a defect of Airlock. Please report it with the run's id.",
  });
}

/** The state in a check run's text. null: there is none, it is malformed, or it is about another head or repository. */
export function readState(
  text: string | null,
  { head, repository }: Pick<GateState, "head" | "repository">,
): GateState | null {
  const start = text?.lastIndexOf(opening) ?? -1;
  if (text === null || start < 0 || text.length - start > textMax || !text.endsWith(closing)) return null;
  const state = parsed(text.slice(start + opening.length, -closing.length));
  return state?.head === head && state.repository === repository ? state : null;
}

function parsed(json: string): GateState | null {
  try {
    return GateState.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}
