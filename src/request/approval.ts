/** Hexadecimal digits of a hash that must be typed at least: 64 bits, which nobody can meet by trying. */
const typedMin = 16;

/** What `/agent approve` or `/agent deny` was given. `message` and `next` are whole sentences. */
export type TypedHash = { kind: "hash"; typed: string } | { kind: "unclear"; message: string; next: string };

/** Reads the rest of the command's line: one hash, or its beginning. Pure. */
export function readHash(verb: "approve" | "deny", args: string): TypedHash {
  const word = args.trim().toLowerCase();
  const next = `Copy the line \`/agent ${verb}\` with its hash from the plan's comment into a new comment.`;
  if (word === "") return { kind: "unclear", message: `\`${verb}\` needs the hash of a plan.`, next };
  if (!/^[0-9a-f]{1,64}$/.test(word))
    return { kind: "unclear", message: `\`${verb}\` takes one hash of hexadecimal digits and nothing else.`, next };
  if (word.length < typedMin)
    return {
      kind: "unclear",
      message: `The hash has ${word.length} digits; at least its first ${typedMin} must be typed.`,
      next,
    };
  return { kind: "hash", typed: word };
}
