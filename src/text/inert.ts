/**
 * Text that a page shows, written so that it cannot become markup when it is read again: what looks like a comment is taken out (a model
 * would read it, a person skips it), and a `<` that would start a tag gets a space after it. `removed` counts what was taken out.
 */
export function inertText(text: string): { text: string; removed: number } {
  const plain = text.replaceAll(/[^\S\n]+/g, " ");
  const open = withoutComments(plain);
  return { text: open.replaceAll(/<(?=[A-Za-z/!?])/g, "< "), removed: plain.length - open.length };
}

/** Until there is none left: taking one out may put the halves of another together. Ended or not, with one dash or two. */
function withoutComments(text: string): string {
  let rest = text;
  for (let at = rest.indexOf("<!-"); at !== -1; at = rest.indexOf("<!-", Math.max(0, at - 2))) {
    const end = rest.indexOf("->", at + 3);
    rest = rest.slice(0, at) + (end === -1 ? "" : rest.slice(end + 2));
  }
  return rest;
}
