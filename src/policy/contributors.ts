/** One end of a commit as GitHub shows it. */
export interface CommitPerson {
  /** The account that owns the address; null when none does. */
  account: { id: number; login: string } | null;
  email: string;
}

export interface CommitPeople {
  sha: string;
  message: string;
  author: CommitPerson;
  committer: CommitPerson;
}

/** Everybody who made a commit, as far as they are known. */
export interface Contributors {
  ids: ReadonlySet<number>;
  /** Lower case. */
  logins: ReadonlySet<string>;
  /** Commits of which somebody cannot be named: an address that belongs to no account. */
  unnamed: readonly string[];
}

/** Lines of a message that are looked at for co-authors. */
const linesMax = 1_000;

/**
 * Authors, committers and co-authors of some commits. In: the commits, and accounts whose co-authorship does not count (a requester
 * who may approve is named by our own trailer). An address can be anybody's claim, so a name found here only ever takes a vote away.
 */
export function contributorsOf(commits: readonly CommitPeople[], forgiven: ReadonlySet<number>): Contributors {
  const ids = new Set<number>();
  const logins = new Set<string>();
  const unnamed = new Set<string>();
  for (const { sha, message, author, committer } of commits) {
    for (const found of [named(author), named(committer)]) {
      if (found.kind === "account") {
        ids.add(found.id);
        if (found.login !== null) logins.add(found.login);
      } else if (found.kind === "login") logins.add(found.login);
      else if (found.kind === "unknown") unnamed.add(sha);
    }
    for (const email of coAuthors(message)) {
      const found = ofAddress(email);
      if (found.kind === "account" && forgiven.has(found.id)) continue;
      if (found.kind === "account") ids.add(found.id);
      else if (found.kind === "login") logins.add(found.login);
      else if (found.kind === "unknown") unnamed.add(sha);
    }
  }
  return { ids, logins, unnamed: [...unnamed] };
}

type Named =
  | { kind: "account"; id: number; login: string | null }
  | { kind: "login"; login: string }
  /** GitHub itself, which commits for people on its pages and over its API. */
  | { kind: "github" }
  | { kind: "unknown" };

function named({ account, email }: CommitPerson): Named {
  return account === null ? ofAddress(email) : { kind: "account", id: account.id, login: account.login.toLowerCase() };
}

/** GitHub's own addresses name an account (docs.github.com, "Email addresses reference"); any other one is unknown here. */
function ofAddress(email: string): Named {
  const address = email.trim().toLowerCase();
  if (address === "noreply@github.com") return { kind: "github" };
  const [local = "", domain] = address.split("@");
  if (domain !== "users.noreply.github.com") return { kind: "unknown" };
  const [id, login] = local.split("+");
  if (login === undefined) return id === undefined || id === "" ? { kind: "unknown" } : { kind: "login", login: id };
  return id !== undefined && /^[1-9]\d{0,14}$/.test(id)
    ? { kind: "account", id: Number(id), login: null }
    : { kind: "unknown" };
}

/** The addresses of `Co-authored-by:` lines, wherever they stand: more people are left out than GitHub would, never fewer. */
function coAuthors(message: string): string[] {
  return message
    .split("\n", linesMax)
    .map((line) => line.trim())
    .filter((line) => /^co-authored-by[ \t]*:/i.test(line))
    .map((line) => {
      const start = line.lastIndexOf("<");
      return start < 0 ? "" : line.slice(start + 1).replace(/>.*$/, "");
    });
}
