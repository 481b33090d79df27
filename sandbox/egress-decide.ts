import { isNeverOpened, isPublicAddress } from "./address.ts";
import { isLiteral } from "./authority.ts";
import type { Target } from "./authority.ts";
import type { Egress, EgressRuling } from "./sandbox.ts";

/** Milliseconds for one name lookup. */
const lookupMs = 10_000;
/** Names that one command may have looked up: a pattern over subdomains must not become a channel of names without end. */
const namesMax = 1_000;

export interface DecideOptions {
  egress: Egress;
  /** Name to addresses. Asked only for names that the rule allows, once each, so that a refused name never reaches a resolver. */
  resolve: (name: string) => Promise<string[]>;
  /** Addresses of this machine. */
  ownAddresses: readonly string[];
}

/** A reason begins with one of these words, for programs; after a colon may follow our own words, for people. */
export const blocked = {
  allowlist: "blocked-by-allowlist",
  denylist: "blocked-by-denylist",
  method: "blocked-by-method-policy",
  policy: "blocked-by-policy",
} as const;

/** `addresses` are what the connection may go to, and nothing else is asked again. */
export type Decision = { kind: "allow"; addresses: string[] } | { kind: "deny"; reason: string };

export interface Decider {
  /** Decides one request and tells it. Never throws: what cannot be decided is refused. */
  decide(target: Target, method: string): Promise<Decision>;
  /** Tells of a request that was allowed by its name and refused by what it then said. */
  refuse(target: Target, method: string, reason: string): void;
}

/**
 * Who may be reached, for one command. Deny list, then addresses that nothing opens, then the allow list, then one lookup, then the
 * addresses of that answer: a name leads to a public address or nowhere.
 */
export function createDecider(options: DecideOptions): Decider {
  const answers = new Map<string, Promise<string[]>>();
  let asked = 0;
  const tell = (target: Target, method: string, decision: Decision): Decision => {
    const reason = decision.kind === "deny" ? decision.reason : "allowed";
    options.egress.onDecision?.({ ...target, method, allowed: decision.kind === "allow", reason });
    return decision;
  };
  const lookup = (name: string) => {
    const known = answers.get(name);
    if (known !== undefined) return known;
    const answer = withTimeout(options.resolve(name), lookupMs);
    answers.set(name, answer);
    // What failed may be asked again; an answer is kept, so that a name cannot lead elsewhere later.
    answer.catch(() => answers.delete(name));
    return answer;
  };
  const judge = async (target: Target): Promise<Decision> => {
    const ruled = askRule(options.egress, target);
    if (ruled.kind === "deny" && ruled.reason.startsWith(blocked.denylist)) return ruled;
    if (isNeverOpened(target.host)) return deny("this address is opened by no rule");
    if (ruled.kind === "deny") return ruled;
    // An address is allowed only because the rule named it; a name may never lead to a private one.
    if (isLiteral(target.host))
      return { kind: "allow", addresses: target.host === "localhost" ? ["127.0.0.1", "::1"] : [target.host] };
    // Names that do not exist count as well: each of them reaches a resolver.
    if (!answers.has(target.host) && (asked += 1) > namesMax) return deny("too many names");
    const found = await lookup(target.host).catch(() => null);
    if (found === null || found.length === 0) return deny("the name is not known");
    const addresses = found.filter((address) =>
      ruled.mayBePrivate === true ? !isNeverOpened(address) : isPublicAddress(address, options.ownAddresses),
    );
    return addresses.length > 0 ? { kind: "allow", addresses } : deny("the name leads to a private address");
  };
  return {
    decide: async (target, method) => tell(target, method, await judge(target)),
    refuse: (target, method, reason) => void tell(target, method, { kind: "deny", reason }),
  };
}

function askRule(egress: Egress, { host, port }: Target): EgressRuling {
  try {
    const ruled = egress.rule(host, port);
    if (ruled.kind === "allow" || /^blocked-by-[a-z-]+(?:$|: )/.test(ruled.reason)) return ruled;
    return { kind: "deny", reason: `${blocked.allowlist}: ${ruled.reason}` };
  } catch {
    return deny("the rule failed");
  }
}

function deny(why: string): { kind: "deny"; reason: string } {
  return { kind: "deny", reason: `${blocked.policy}: ${why}` };
}

/** The work's result; a rejection when it takes longer than `ms` milliseconds. */
export async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("timed out")), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
