import { cp, mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { defineConfig, type RolldownOptions } from "rolldown";
import manifest from "./package.json" with { type: "json" };

const root = import.meta.dirname;
const dist = path.join(root, "dist");

/**
 * Three programs, built apart so that none loads another's code: the action (a small dispatcher, one chunk per phase that
 * is loaded only by that phase), the App's server, and the command line. All files lie side by side in dist/, and their
 * endings say what they are because the folder that GitHub fetches has no package.json beside it. The command line is
 * CommonJS: Node loads that, and its own modules for it, 8 ms sooner, which is an eighth of a short command.
 */
const programs = [
  { name: "action", input: "src/action/main.ts", format: "esm", ending: "mjs" },
  { name: "server", input: "src/app/server.ts", format: "esm", ending: "mjs" },
  { name: "airlock", input: "src/cli/main.ts", format: "cjs", ending: "cjs" },
] as const;

/** Files that the code finds beside its own by `new URL("./…", import.meta.url)`. */
const besides = [
  { from: "sandbox/forward.mjs", to: "forward.mjs" },
  { from: "src/checks/ask-registry.mjs", to: "ask-registry.mjs" },
  { from: "src/agent/prompt", to: "prompt" },
];

export default defineConfig(
  programs.map(({ name, input, format, ending }, index): RolldownOptions => ({
    input: { [name]: path.join(root, input) },
    platform: "node",
    transform: { define: { airlockVersion: JSON.stringify(manifest.version) } },
    output: {
      dir: dist,
      format,
      minify: true,
      cleanDir: index === 0,
      entryFileNames: `[name].${ending}`,
      chunkFileNames: `${name}-[name]-[hash].${ending}`,
      ...(name === "airlock" && { postBanner: (chunk) => (chunk.isEntry ? "#!/usr/bin/env node\n" : "") }),
    },
    onLog: (level, log, tell) => {
      // Two optional redis clients of bottleneck, never used here, are loaded by eval("require").
      if (log.code === "EVAL" && log.id?.includes("/node_modules/bottleneck/") === true) return;
      // A warning is a defect of the bundle that would show up in somebody's workflow.
      tell(level === "warn" ? "error" : level, log);
    },
    plugins: [{ name: "besides", writeBundle: copyBesides }],
  })),
);

async function copyBesides(): Promise<void> {
  for (const { from, to } of besides) {
    const source = path.join(root, from);
    const target = path.join(dist, to);
    if (!from.endsWith("/prompt")) {
      await cp(source, target);
      continue;
    }
    await mkdir(target, { recursive: true });
    for (const name of await readdir(source))
      if (name.endsWith(".md")) await cp(path.join(source, name), path.join(target, name));
  }
}
