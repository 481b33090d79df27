import type { Dependencies } from "./detect.ts";
import type { Settings } from "./settings.ts";

/**
 * Whether the repository's manager runs `pretest` and `posttest` around `test`. npm, yarn 1 and bun always do; pnpm does unless a setting says
 * otherwise, before version 9 only if one says so; yarn 3 and 4 never do. Pure. In: settings of the trusted commit.
 */
export function framesScripts(dependencies: Dependencies, settings: Settings): boolean {
  if (dependencies.kind !== "fetched") return true;
  const { name, version } = dependencies.manager;
  if (name === "yarn-berry") return false;
  if (name !== "pnpm") return true;
  const said =
    /^\s*enablePrePostScripts\s*:\s*(true|false)\s*$/m.exec(settings["pnpm-workspace.yaml"] ?? "")?.[1] ??
    /^\s*enable-pre-post-scripts\s*=\s*"?(true|false)"?\s*$/m.exec(settings[".npmrc"] ?? "")?.[1];
  return said === undefined ? Number(version.split(".")[0]) >= 9 : said === "true";
}
