import type { Round, Verdict } from "../handoff/verdict.ts";
import { cell, joined, type KnownSecrets, link, ours, type Outgoing, quote, word } from "../text/outgoing.ts";
import { anchorOf, commitLink, roundSentence, squashNote } from "./round.ts";
import type { ShownSolution } from "./shown-papers.ts";

/** UTF-16 code units of one answer, and of a sentence on what GitHub did not take. */
const replyMax = 1_500;
const sentenceMax = 300;
const notAnsweredMax = 20;

/**
 * How a round of review ended, for its status comment. Points without a thread are answered here: a review's own text, and words in the
 * conversation. The answers are the model's words, and stand quoted.
 */
export function roundStatus(
  round: Round,
  {
    published,
    solution,
    home,
    known,
  }: Pick<Verdict, "published"> & {
    solution: ShownSolution | null;
    home: string;
    known: KnownSecrets;
  },
): { headline: Outgoing; details: Outgoing[] } {
  const page = `${home}/pull/${round.pull_request}`;
  const pull = link(ours`pull request #${round.pull_request}`, `${page}/commits`, home);
  const where = published === null ? ours`Nothing was pushed to ${pull}.` : ours`They stand in ${pull}.`;
  const problems = round.not_answered.slice(0, notAnsweredMax);
  return {
    headline: ours`${roundSentence(round)} ${where}`,
    details: [
      ...(round.squashed === null ? [] : [squashNote(round.squashed, known)]),
      ...round.points.flatMap((point) => answerHere(point, { solution, page, home, known })),
      ...(problems.length === 0
        ? []
        : [
            ours`Not answered in their threads:\n${joined(
              problems.map((text) => ours`- ${cell(text.slice(0, sentenceMax), known)}`),
              "\n",
            )}`,
          ]),
    ],
  };
}

function answerHere(
  { id, outcome, commit }: Round["points"][number],
  { solution, page, home, known }: { solution: ShownSolution | null; page: string; home: string; known: KnownSecrets },
): Outgoing[] {
  if (id.startsWith("thread-")) return [];
  const what = link(word(id, known), `${page}${anchorOf(id)}`, home);
  const said = solution?.items?.find((item) => item.id === id)?.reply.slice(0, replyMax) ?? "";
  const words = said.trim() === "" ? [] : [quote(said, known)];
  switch (outcome) {
    case "done":
      return [
        ours`${what}: done${commit === null ? ours`` : ours` in ${commitLink(commit, page, { home, known })}`}.`,
        ...words,
      ];
    case "declined":
      return [ours`${what}: declined.`, ...words];
    case "not-reached":
      return [ours`${what}: not reached.`];
  }
}
