import { expect, test } from "vitest";
import type { Dependencies } from "../../src/environment/detect.ts";
import { framesScripts } from "../../src/environment/framed-scripts.ts";
import type { PackageManager } from "../../src/environment/package-manager.ts";
import type { Settings } from "../../src/environment/settings.ts";

const by = (name: PackageManager["name"], version: string): Dependencies => ({
  kind: "fetched",
  manager: { name, version, hash: null },
  lockfile: "yarn.lock",
});

test.each<[string, Dependencies, Settings, boolean]>([
  ["no dependencies", { kind: "none" }, {}, true],
  ["npm", { kind: "npm", lockfile: "package-lock.json" }, {}, true],
  ["yarn 1", by("yarn-classic", "1.22.22"), {}, true],
  ["yarn 4", by("yarn-berry", "4.18.1"), {}, false],
  ["bun", by("bun", "1.4.5"), {}, true],
  ["pnpm 8", by("pnpm", "8.15.9"), {}, false],
  ["pnpm 8 that was asked to", by("pnpm", "8.15.9"), { ".npmrc": "enable-pre-post-scripts=true\n" }, true],
  ["pnpm 10", by("pnpm", "10.34.9"), {}, true],
  [
    "pnpm 11 that was asked not to",
    by("pnpm", "11.28.11"),
    { "pnpm-workspace.yaml": "enablePrePostScripts: false\n" },
    false,
  ],
])("%s", (_title, dependencies, settings, expected) => {
  expect(framesScripts(dependencies, settings)).toBe(expected);
});
