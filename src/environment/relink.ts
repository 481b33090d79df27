/**
 * Runs inside, after install scripts: pnpm starts a package's program through a small shell script that hands it to Node, and a script such
 * as esbuild's puts a native program in its place. Those that now lead to a native program become links to it; pnpm itself links
 * anew after a build. It runs inside because what the scripts left behind may hold links that lead anywhere.
 */
const relink = `
const fs = require("fs"), path = require("path");
const native = (file) => {
  const head = Buffer.alloc(4);
  const descriptor = fs.openSync(file, "r");
  try { return fs.readSync(descriptor, head, 0, 4, 0) === 4 && head.equals(Buffer.from("\\x7fELF", "latin1")); } finally { fs.closeSync(descriptor); }
};
const mend = (directory) => {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const shim = path.join(directory, entry.name);
    if (fs.statSync(shim).size > 65536) continue;
    const target = /"\\$basedir(?:_abs)?"?\\/'?([^"']+)["'] "\\$@"/.exec(fs.readFileSync(shim, "utf8"))?.[1];
    if (target === undefined || !fs.existsSync(path.join(directory, target)) || !native(path.join(directory, target))) continue;
    fs.rmSync(shim);
    fs.symlinkSync(target, shim);
  }
};
const walk = (directory) => {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    (entry.name === ".bin" ? mend : walk)(path.join(directory, entry.name));
  }
};
walk(process.argv[1]);
`;

/** The command that mends the programs below an inside directory. Pure. */
export function relinkCommand(inside: string): string[] {
  return ["node", "-e", relink, inside];
}
