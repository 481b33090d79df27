/** `auto`: another user where the machine is GitHub's own and sudo works. `require`: on any machine, or nothing runs. */
export type SeparateUser = "auto" | "off" | "require";

/** What decides in which account a phase runs. */
export interface AccountFacts {
  wish: SeparateUser;
  /** Whether this process is root already: then sandboxed processes are another user's without our doing. */
  root: boolean;
  /** Whether the machine is GitHub's own and thrown away after the job. */
  hosted: boolean;
  /** Whether `sudo -n true` works. */
  sudo: boolean;
}

/** `cross`: the phase goes on as root behind sudo, and whatever is sandboxed as a user of its own. `stay`: here, and why. */
export type AccountDecision =
  | { kind: "cross" }
  | { kind: "stay"; why: string }
  | { kind: "refuse"; message: string; fix: string };

/** Pure. Nothing is changed on a machine of somebody's own without being asked. */
export function decideAccount({ wish, root, hosted, sudo }: AccountFacts): AccountDecision {
  if (root) return { kind: "stay", why: "this job runs as root: sandboxed processes are another user's" };
  if (wish === "off") return { kind: "stay", why: "separate-user is off: sandboxed processes are this account's" };
  if (wish === "auto" && !hosted)
    return {
      kind: "stay",
      why: "self-hosted runner: sandboxed processes are this account's, unless `separate-user: require` asks for another",
    };
  if (sudo) return { kind: "cross" };
  if (wish === "auto")
    return { kind: "stay", why: "sudo does not work without a password: sandboxed processes are this account's" };
  return {
    kind: "refuse",
    message: "`separate-user: require` needs sudo without a password, and `sudo -n true` fails.",
    fix: "Give the runner's account passwordless sudo (it is dropped before the work begins where `drop-sudo` says so), run the job as root, or set `separate-user: auto`.",
  };
}
