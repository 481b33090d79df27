// Makes a fresh clone ready: npm packages, and on Linux bubblewrap. Plain JavaScript without packages for Node 18 and later,
// because it runs before there is anything else. When all is there it says nothing and takes a moment.
// Exit codes: 0 ready, 3 something is missing that only the reader can install (the command is printed).
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const stampFile = path.join(root, "node_modules", ".airlock-setup");

const say = (text) => process.stderr.write(`setup: ${text}\n`);

// `--packages`: only what programs without a sandbox need, such as the App's server.
const packagesOnly = process.argv.includes("--packages");

checkNode();
if (!packagesOnly) checkPlatform();
installPackages();
if (!packagesOnly) {
  installBubblewrap();
  allowUserNamespaces();
}

function checkNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 18)
    stop(`Node ${process.versions.node} is too old.`, ["Install Node 18 or later: https://nodejs.org/en/download"]);
}

function checkPlatform() {
  if (process.platform !== "linux") stop("the sandbox needs Linux.", ["Use Linux, or WSL2 on Windows: wsl --install"]);
}

/** Installs from the lockfile when node_modules is missing or is not what the lockfile says. */
function installPackages() {
  const lock = readFileSync(path.join(root, "package-lock.json"));
  const stamp = `${createHash("sha256").update(lock).digest("hex")} ${process.platform} ${process.arch}\n`;
  if (readOrNull(stampFile) === stamp) return;
  if (!isInstalled(JSON.parse(lock.toString("utf8")))) {
    say("installing the npm packages of package-lock.json (half a minute or so) …");
    const started = Date.now();
    // No package of ours needs to run code at installation, so none may.
    const flags = [
      "ci",
      "--ignore-scripts",
      "--include=dev",
      "--include=optional",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ];
    const [program, ...before] = npmCommand(JSON.parse(lock.toString("utf8")));
    const { status } = spawnSync(program, [...before, ...flags], { cwd: root, stdio: ["ignore", 2, 2] });
    if (status !== 0) stop("npm ci failed; its own message is above.", [`cd ${root}`, `npm ${flags.join(" ")}`]);
    say(`npm packages installed in ${Math.round((Date.now() - started) / 1000)} s`);
  }
  try {
    writeFileSync(stampFile, stamp);
  } catch {
    // Installed by another user: the comparison is made again next time, which is slower and just as right.
  }
}

/**
 * npm silently leaves out optional packages whose `engines` do not name the Node it runs on, and compilers' bindings are such
 * packages. Under an older Node npm is therefore run by the Node of our own lockfile, fetched first.
 */
function npmCommand(lock) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const cli = process.env.npm_execpath;
  if (major >= 24 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) || !cli?.endsWith(".js"))
    return ["npm"];
  const name = `node-linux-${process.arch}`;
  const version = lock.packages?.[`node_modules/${name}`]?.version;
  if (version === undefined) return ["npm"];
  say(`Node ${process.versions.node} is older than some packages want; fetching Node ${version} first …`);
  const directory = mkdtempSync(path.join(tmpdir(), "airlock-node-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  const flags = [
    "install",
    "--no-save",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--prefix",
    directory,
  ];
  const { status } = spawnSync("npm", [...flags, `${name}@${version}`], { cwd: directory, stdio: ["ignore", 2, 2] });
  if (status !== 0)
    stop(`Node ${version} could not be fetched.`, ["Install Node 22.12 or later: https://nodejs.org/en/download"]);
  return [path.join(directory, "node_modules", name, "bin", "node"), cli];
}

/** Whether npm's own record of what it installed names every package of the lockfile that this machine needs, at its version. */
function isInstalled(lock) {
  const hidden = readOrNull(path.join(root, "node_modules", ".package-lock.json"));
  if (hidden === null) return false;
  const installed = JSON.parse(hidden).packages ?? {};
  return Object.entries(lock.packages ?? {}).every(
    ([place, wanted]) =>
      place === "" ||
      wanted.link ||
      ((wanted.optional || wanted.devOptional) && !isForThisMachine(wanted)) ||
      installed[place]?.version === wanted.version,
  );
}

/** An optional package that names this system, processor and C library is one that something here cannot do without. */
function isForThisMachine({ os, cpu, libc }) {
  if (os === undefined || cpu === undefined) return false;
  const mine = process.report.getReport().header.glibcVersionRuntime === undefined ? "musl" : "glibc";
  const names = (list, value) => [list].flat().includes(value);
  return names(os, process.platform) && names(cpu, process.arch) && (libc === undefined || names(libc, mine));
}

function installBubblewrap() {
  if (onPath("bwrap")) return;
  const managers = [
    ["apt-get", ["apt-get", "install", "--yes", "bubblewrap"]],
    ["dnf", ["dnf", "install", "--assumeyes", "bubblewrap"]],
    ["pacman", ["pacman", "-S", "--noconfirm", "bubblewrap"]],
    ["zypper", ["zypper", "--non-interactive", "install", "bubblewrap"]],
    ["apk", ["apk", "add", "bubblewrap"]],
  ];
  const command = managers.find(([program]) => onPath(program))?.[1];
  if (command === undefined)
    stop("bubblewrap (bwrap) is missing.", ["Install the package bubblewrap of your distribution."]);
  say("bubblewrap is missing; it is the sandbox that everything runs in.");
  if (command[0] !== "apt-get" || !asRoot([command], [["apt-get", "update", "--quiet"], command]))
    stop("bubblewrap (bwrap) is missing.", [asTyped(command)]);
  if (!onPath("bwrap")) stop("bubblewrap was installed, but there is no bwrap on PATH.", ["command -v bwrap"]);
}

/**
 * Ubuntu 24.04 forbids user namespaces to programs without an AppArmor profile. Its own package has one for bwrap; loading
 * that leaves the restriction in place for all other programs.
 */
function allowUserNamespaces() {
  if (readOrNull("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")?.trim() !== "1" || namespacesWork()) return;
  const profile = "/etc/apparmor.d/bwrap-userns-restrict";
  const commands = [
    ["apt-get", "install", "--yes", "apparmor-profiles"],
    ["ln", "--symbolic", "--force", "/usr/share/apparmor/extra-profiles/bwrap-userns-restrict", profile],
    ["apparmor_parser", "--replace", profile],
  ];
  say("AppArmor keeps bubblewrap from making user namespaces; loading the distribution's profile for it.");
  if (!onPath("apt-get") || !asRoot(commands, [["apt-get", "update", "--quiet"], ...commands]) || !namespacesWork())
    stop("AppArmor keeps bubblewrap from making user namespaces.", commands.map(asTyped));
}

function namespacesWork() {
  // As root this must be tried as somebody else: the sandbox gives up root first, and root is not restricted.
  const user = process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {};
  return (
    spawnSync("bwrap", ["--unshare-all", "--ro-bind", "/", "/", "true"], { stdio: "ignore", cwd: "/", ...user })
      .status === 0
  );
}

/** Runs commands as root or by passwordless sudo; on a failure the second list instead. False when neither is possible or works. */
function asRoot(commands, otherwise) {
  const isRoot = process.getuid() === 0;
  if (!isRoot && (!onPath("sudo") || spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status !== 0)) return false;
  const runAll = (list) =>
    list.every((command) => {
      const [program, ...args] = isRoot ? command : ["sudo", "-n", ...command];
      say(`running: ${[program, ...args].join(" ")}`);
      const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
      return spawnSync(program, args, { stdio: ["ignore", 2, 2], env }).status === 0;
    });
  return runAll(commands) || runAll(otherwise);
}

function asTyped(command) {
  return `${process.getuid() === 0 ? "" : "sudo "}${command.join(" ")}`;
}

function onPath(program) {
  return (process.env.PATH ?? "").split(path.delimiter).some((directory) => {
    try {
      accessSync(path.join(directory, program), constants.X_OK);
      return directory !== "";
    } catch {
      return false;
    }
  });
}

function readOrNull(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}

function stop(problem, commands) {
  say(problem);
  say(
    `Please run:\n\n${commands.map((command) => `    ${command}`).join("\n")}\n\nand then the same command as before.`,
  );
  process.exit(3);
}
