/**
 * Words that act when GitHub or a bot reads plain text: titles and commit messages have no code spans to hide in, so a space or a
 * bracket breaks them. Sources: GitHub Docs "Linking a pull request to an issue", "Skipping workflow runs", "Basic writing: mentioning".
 */
export function defusePlain(text: string): string {
  return defuseSkips(text)
    .replaceAll(/@(?=[A-Za-z0-9])/g, "@ ")
    .replaceAll(/#(?=\d)/g, "# ")
    .replaceAll(/\bGH-(?=\d)/gi, "GH ")
    .replaceAll(/(https?|ftp):\/\//gi, "$1: //")
    .replaceAll(/^([ \t]*)\/(?=[A-Za-z])/gm, "$1- /");
}

/** Lines of a code block: what acts in a span, and a command at the start of a line, because simple bots read lines. */
export function defuseCode(text: string): string {
  return defuseSpan(text).replaceAll(/^\/(?=[A-Za-z][\w-]*(?:\s|$))/gm, " /");
}

/**
 * Inside code GitHub itself is quiet, but a squashed merge copies the body into a commit message. A span needs nothing more: its
 * backtick stands before whatever it begins with.
 */
export function defuseSpan(text: string): string {
  return defuseSkips(text)
    .replaceAll(/\b((?:close|fix|resolve)[a-z]{0,2}:?[ \t]{1,8}(?:[\w.-]{1,100}\/[\w.-]{1,100})?#)(?=\d)/gi, "$1 ")
    .replaceAll(/\b((?:close|fix|resolve)[a-z]{0,2}:?[ \t]{1,8}https?:)(?=\/\/)/gi, "$1 ");
}

/** Lines that git or GitHub would read as a trailer of the commit. Ours are added after this. */
export function defuseTrailers(text: string): string {
  return text.replaceAll(/^([ \t]*[A-Za-z][A-Za-z0-9-]{0,60})[ \t]{0,8}:(?=\s|$)/gm, (line: string, token: string) =>
    /-by$|^skip-checks$|^on-behalf-of$|^airlock/i.test(token.trim()) ? `${token} -` : line,
  );
}

/** `[skip ci]`, `[ci skip]`, `[no ci]`, `[skip actions]`, `***NO_CI***` and their cousins. */
function defuseSkips(text: string): string {
  return text
    .replaceAll(/\[([^[\]\n]{0,40})\]/g, (found: string, inner: string) =>
      /^ *(?:(?:skip|no)[ _-]+[a-z]+|[a-z]+[ _-]+skip) *$/i.test(inner) ? `(${inner})` : found,
    )
    .replaceAll(/\*{3}NO_CI\*{3}/gi, "NO CI")
    .replaceAll(/^([ \t]*)skip-checks[ \t]{0,8}:/gim, "$1skip-checks -");
}
