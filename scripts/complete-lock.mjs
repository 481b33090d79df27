// node scripts/complete-lock.mjs [--check] [file]: adds to package-lock.json the optional packages of other platforms (a
// compiler's binding for macOS, say) when the registry that wrote the lockfile does not offer them. Without them `npm ci`
// refuses the lockfile as out of sync, everywhere. They are pinned by the exact version that their parent names, but have no
// integrity value: where it matters, write the lockfile against a registry that has them all.
// With --check nothing is written, and the exit code is 1 when something is missing.
import { readFileSync, writeFileSync } from "node:fs";

const file = process.argv.slice(2).find((argument) => argument !== "--check") ?? "package-lock.json";
const lock = JSON.parse(readFileSync(file, "utf8"));
const missing = missingPackages(lock.packages);

for (const { place } of missing) console.log(`missing: ${place}`);
if (process.argv.includes("--check")) process.exitCode = missing.length === 0 ? 0 : 1;
else if (missing.length > 0) {
  const all = { ...lock.packages, ...Object.fromEntries(missing.map(({ place, entry }) => [place, entry])) };
  lock.packages = Object.fromEntries(Object.entries(all).sort(([a], [b]) => a.localeCompare(b, "en")));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${missing.length} packages added to ${file}`);
}

/** Each optional dependency with an exact version that no place above its parent provides in that version. */
function missingPackages(packages) {
  return Object.entries(packages).flatMap(([parent, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies).flatMap(([name, version]) => {
      const seen = placesFrom(parent, name).find((place) => place in packages);
      if (!/^\d/.test(version) || (seen !== undefined && packages[seen].version === version)) return [];
      const place = seen === undefined ? `node_modules/${name}` : `${parent}/node_modules/${name}`;
      return [{ place, entry: { version, ...(dev && { dev }), optional: true, ...platformOf(name) } }];
    }),
  );
}

/** Where Node looks for a package from another one: nearest first. */
function placesFrom(parent, name) {
  const parts = parent === "" ? [] : parent.split("/node_modules/");
  const above = parts.map((_, index) => parts.slice(0, parts.length - index).join("/node_modules/"));
  return [...above.map((place) => `${place}/node_modules/${name}`), `node_modules/${name}`];
}

/** npm's `os`, `cpu` and `libc`, which these packages carry in their names. */
function platformOf(name) {
  const words = name.slice(name.lastIndexOf("/") + 1).split("-");
  const among = (list) => words.filter((word) => list.includes(word));
  const os = among([
    "aix",
    "android",
    "darwin",
    "freebsd",
    "linux",
    "netbsd",
    "openbsd",
    "openharmony",
    "sunos",
    "win32",
  ]);
  const cpu = among(["arm", "arm64", "ia32", "loong64", "ppc64", "riscv64", "s390x", "wasm32", "x64"]);
  const isMusl = words.some((word) => word.startsWith("musl"));
  const isGlibc = words.some((word) => word.startsWith("gnu"));
  return {
    ...(os.length > 0 && { os }),
    ...(cpu.length > 0 && { cpu }),
    ...(isMusl && { libc: ["musl"] }),
    ...(isGlibc && { libc: ["glibc"] }),
  };
}
