/**
 * The command line's entry. Nothing is imported before it is known that this Node can read the rest: a static import would be parsed
 * first, and an older Node would end in a syntax error. So this file keeps to syntax of Node 18, as built.
 */

/** As `engines` in package.json says. */
const nodeMajor = 24;

if (Number(process.versions.node.split(".")[0]) < nodeMajor) {
  process.stderr.write(
    `airlock: Node ${nodeMajor} or newer is needed, this is Node ${process.versions.node}.\n  fix: Install it: https://nodejs.org/en/download\n`,
  );
  // As `exitCode.broken`.
  process.exitCode = 3;
} else void start();

async function start(): Promise<void> {
  // What Node ends with when something is waited for that never comes.
  process.exitCode = 3;
  const { main } = await import("./program.ts");
  process.exitCode = await main(process.argv.slice(2), process.env, (name, value) => void (process.env[name] = value));
}
