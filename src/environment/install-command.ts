import { bunCommand } from "./bun.ts";
import type { CommandFacts, Planned } from "./command.ts";
import { pnpmCommand } from "./pnpm.ts";
import { berryCommand, classicCommand } from "./yarn.ts";

/** The one command that installs from a lockfile with a fetched manager: frozen, without scripts, with settings of ours. Pure. */
export function installCommand(facts: CommandFacts): Planned {
  switch (facts.manager.name) {
    case "pnpm":
      return pnpmCommand(facts);
    case "yarn-classic":
      return classicCommand(facts);
    case "yarn-berry":
      return berryCommand(facts);
    case "bun":
      return bunCommand(facts);
  }
}
