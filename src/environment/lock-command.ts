import { gte } from "semver";
import { parse, stringify } from "smol-toml";
import { bunSettings } from "./bun.ts";
import { type InstallCommand, textOf, withFile } from "./command.ts";
import type { Installable } from "./detect.ts";
import { isRecord } from "./settings.ts";

/** How old a release must be that gets into the lockfile newly. */
export interface MinimumAge {
  days: number;
  /** The moment that many days before the work was asked for. */
  before: Date;
}

const minutesPerDay = 24 * 60;
/** The first yarn with `npmMinimalAgeGate`; older ones end at a setting they do not know, the other managers pass over it. */
const berryAgeFrom = "4.10.0";

/**
 * The command that writes a lockfile, made from the one that installs from it: the same settings and limits, not frozen, and nothing is
 * installed where the manager can do without (yarn 1 cannot). The minimum age reaches the packages that come along where the manager
 * knows one: npm (`before`), pnpm from 10.16, yarn from 4.10 and bun from 1.3; an older one goes without. Pure.
 * Out: also the command as a person would type it.
 */
export function lockCommand(
  wanted: Installable,
  command: InstallCommand,
  age: MinimumAge | null,
): { command: InstallCommand; shown: string } {
  const [program = "", , ...rest] = command.argv;
  const options = rest.filter((flag) => !frozen.includes(flag));
  const ordered = (verb: string[], more: string[] = []) => [program, ...verb, ...options, ...more];
  if (wanted.kind === "npm") {
    const aged = age === null ? [] : [`--before=${age.before.toISOString()}`];
    return { command: { ...command, argv: ordered(["install", "--package-lock-only"], aged) }, shown: "npm install" };
  }
  switch (wanted.manager.name) {
    case "pnpm": {
      const aged = age === null ? [] : [`--config.minimum-release-age=${age.days * minutesPerDay}`];
      const argv = ordered(["install", "--lockfile-only", "--no-frozen-lockfile"], aged);
      return { command: { ...command, argv }, shown: "pnpm install --lockfile-only" };
    }
    case "yarn-classic":
      return { command: { ...command, argv: ordered(["install"]) }, shown: "yarn install" };
    case "yarn-berry": {
      const isKnown = gte(wanted.manager.version, berryAgeFrom);
      const aged = age === null || !isKnown ? {} : { YARN_NPM_MINIMAL_AGE_GATE: String(age.days * minutesPerDay) };
      // Inside a CI yarn would be immutable by itself.
      const env = { ...command.env, YARN_ENABLE_IMMUTABLE_INSTALLS: "0", ...aged };
      return {
        command: { ...command, argv: ordered(["install", "--mode=update-lockfile"]), env },
        shown: "yarn install --mode=update-lockfile",
      };
    }
    case "bun": {
      const files = age === null ? command.files : agedBun(command, age);
      return {
        command: { ...command, argv: ordered(["install", "--lockfile-only"]), files },
        shown: "bun install --lockfile-only",
      };
    }
  }
}

/** What keeps a lockfile as it is, and (yarn) another mode that is replaced. */
const frozen = ["--frozen-lockfile", "--immutable", "--mode=skip-build"];

/** bun takes the age, in seconds, from its settings. */
function agedBun({ files }: InstallCommand, { days }: MinimumAge): InstallCommand["files"] {
  const own: unknown = parse(textOf(files, bunSettings) ?? "");
  const install = isRecord(own) && isRecord(own["install"]) ? own["install"] : {};
  const aged = { install: { ...install, minimumReleaseAge: days * minutesPerDay * 60 } };
  return withFile(files, bunSettings, stringify(aged));
}
