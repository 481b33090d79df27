import { z } from "zod";

/** Entries of one list. */
const domainsMax = 100;

const domains = (what: string) => z.array(z.string().min(1).max(300)).max(domainsMax).default([]).describe(what);
const allow =
  "Hosts that can be reached: `a.example` exactly, `*.a.example` its subdomains, `**.a.example` both; on ports 80 and 443, or only on the one named (`a.example:8443`).";
const deny = "Hosts that cannot be reached, in the same forms; without a port on every port. Goes before `allow`.";

const Access = z.strictObject({ allow: domains(allow), deny: domains(deny) });

/** Off by default: an empty `allow` is no network at all, and not even a proxy. */
export const Network = z.strictObject({
  prepare: Access.prefault({}).describe(
    "While dependencies are installed and for the commands of `[setup]`, which may hold secrets; the package registry of the machine is always added.",
  ),
  solve: Access.prefault({}).describe("For the commands of the agent."),
  verify: Access.prefault({}).describe("For the checks, on both sides."),
});
