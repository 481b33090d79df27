import { ItemId } from "../handoff/task.ts";

/** The points of a review that a commit says it answers. Whoever can push can write that: a point that is left out can be asked again. */
export function answeredItems(message: string): string[] {
  const last = message.trimEnd().split(/\n\n/).at(-1) ?? "";
  return last.split("\n").flatMap((line) => {
    const id = ItemId.safeParse(line.startsWith(trailer) ? line.slice(trailer.length) : "");
    return id.success ? [id.data] : [];
  });
}

const trailer = "Airlock-Item: ";
