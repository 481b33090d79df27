import { pathInside } from "../../sandbox/environment.ts";
import type { ReadOnlyMount } from "../../sandbox/sandbox.ts";
import { bunEnvironment } from "./bun.ts";
import { managerInside } from "./command.ts";
import { familyOf, type PackageManager } from "./package-manager.ts";
import { pnpmEnvironment } from "./pnpm.ts";
import { berryEnvironment, classicEnvironment } from "./yarn.ts";

/**
 * How a fetched manager appears in a workspace whose dependencies it installed: read-only and last on PATH, so that scripts which call
 * it (`pnpm run …`) find it, with the variables that keep it from running what the repository committed in its place. Pure.
 */
export function managerMounts(
  { name, version }: Pick<PackageManager, "name" | "version">,
  directory: string,
): { readOnly: ReadOnlyMount[]; env: Record<string, string> } {
  return {
    readOnly: [{ host: directory, inside: managerInside }],
    env: {
      ...environmentOf(name),
      PATH: `${pathInside}:${managerInside}/bin`,
      // By these, tools such as npm-run-all and only-allow know who runs a script.
      npm_execpath: `${managerInside}/bin/${familyOf(name)}`,
      npm_config_user_agent: `${familyOf(name)}/${version} npm/? node/${process.version} linux ${process.arch}`,
    },
  };
}

function environmentOf(name: PackageManager["name"]): Readonly<Record<string, string>> {
  switch (name) {
    case "pnpm":
      return pnpmEnvironment;
    case "yarn-classic":
      return classicEnvironment;
    case "yarn-berry":
      return berryEnvironment;
    case "bun":
      return bunEnvironment;
  }
}
