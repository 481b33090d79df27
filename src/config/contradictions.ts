import type { Config } from "../config.ts";
import { domainProblem } from "./domains.ts";

/** What no single key's schema can tell: values that make no sense together, and entries of `[network]` that are no hosts. Out: the key to change, and why. */
export function contradictions(config: Config): { path: PropertyKey[]; message: string; allowed: null }[] {
  const { limits, risk, checks, setup } = config;
  const found: { path: PropertyKey[]; message: string; allowed: null }[] = [];
  if (limits.command_s > limits.command_max_s) {
    const message = `${limits.command_s} is more than limits.command_max_s, which is ${limits.command_max_s}`;
    found.push({ path: ["limits", "command_s"], message, allowed: null });
  }
  if (risk.high_lines < risk.medium_lines) {
    const message = `${risk.high_lines} is less than risk.medium_lines, which is ${risk.medium_lines}`;
    found.push({ path: ["risk", "high_lines"], message, allowed: null });
  }
  for (const [index, { users, teams }] of risk.owners.entries()) {
    if (users.length + teams.length > 0) continue;
    const message = "it names nobody: give users or teams";
    found.push({ path: ["risk", "owners", index], message, allowed: null });
  }
  if (setup.secrets.length > 0 && setup.commands.length === 0) {
    const message = "there is no command in setup.commands that would be given them";
    found.push({ path: ["setup", "secrets"], message, allowed: null });
  }
  for (const [index, check] of checks.entries()) {
    const first = checks.findIndex(({ name }) => name === check.name);
    if (first === index) continue;
    found.push({
      path: ["checks", index, "name"],
      message: `"${check.name}" is already the name of check ${first + 1}`,
      allowed: null,
    });
  }
  return [...found, ...networkProblems(config)];
}

function networkProblems({ network }: Config): ReturnType<typeof contradictions> {
  const found: ReturnType<typeof contradictions> = [];
  for (const phase of ["prepare", "solve", "verify"] as const) {
    for (const list of ["allow", "deny"] as const) {
      for (const [index, entry] of network[phase][list].entries()) {
        const isBoth = list === "allow" && network[phase].deny.includes(entry);
        const why = domainProblem(entry, list) ?? (isBoth ? "it is on the deny list as well, which goes first" : null);
        if (why === null) continue;
        const message = `${JSON.stringify(entry)}: ${why}`;
        found.push({ path: ["network", phase, list, index], message, allowed: null });
      }
    }
  }
  return found;
}
