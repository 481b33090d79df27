import { parse, stringify } from "smol-toml";
import {
  cacheInside,
  type CommandFacts,
  managerInside,
  type Planned,
  textOf,
  throughProxy,
  withFile,
} from "./command.ts";
import { flag, type Form, isRecord, listed, names, oneOf } from "./settings.ts";

export const bunSettings = ".airlock-bunfig.toml";

/** From `[install]` of the trusted bunfig.toml: how packages are laid out. */
const shapes: Readonly<Record<string, Form>> = {
  linker: oneOf("hoisted", "isolated"),
  peer: flag,
  optional: flag,
  hoistPattern: names,
  publicHoistPattern: names,
};

export const bunEnvironment: Readonly<Record<string, string>> = { DO_NOT_TRACK: "1" };

/** `bun install` from bun.lock or bun.lockb. `trustedDependencies` have no effect with scripts off. */
export function bunCommand({ registry, settings, files }: CommandFacts): Planned {
  const lock = textOf(files, "bun.lock") ?? "";
  if (/\["[^"]+@file:(?![^"]*\.(tgz|tar\.gz)")/.test(lock)) {
    return {
      kind: "refused",
      reason: "bun.lock installs a copy of a local directory (`file:`)",
      fix: "Use `workspace:` or `link:` for packages of the repository.",
    };
  }
  const shaped = listed(installTable(settings["bunfig.toml"] ?? ""), shapes);
  const argv = [
    `${managerInside}/bin/bun`,
    "install",
    "--frozen-lockfile",
    "--ignore-scripts",
    "--no-progress",
    "--no-summary",
    `--config=${bunSettings}`,
    `--cache-dir=${cacheInside}/bun`,
    `--registry=${registry.href}`,
    "--backend=copyfile",
  ];
  const env = { ...throughProxy, ...bunEnvironment };
  const laid = withFile(files, bunSettings, stringify({ install: shaped }));
  return { kind: "planned", command: { argv, env, files: laid, shape: [stringify({ install: shaped })] } };
}

function installTable(text: string): unknown {
  try {
    const read: unknown = parse(text);
    return isRecord(read) ? read["install"] : null;
  } catch {
    return null;
  }
}
