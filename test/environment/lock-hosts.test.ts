import { expect, test } from "vitest";
import { keepHosts } from "../../src/environment/lock-hosts.ts";

const registry = new URL("https://mirror.example/npm");
const kept = (lockfile: string, old: string, now: string) =>
  keepHosts({ old: Buffer.from(old), now: Buffer.from(now), lockfile, registry }).toString();
const npm = (address: string) => `      "resolved": "${address}",\n      "integrity": "sha512-x",\n`;

test("npm: what stays keeps its address, and what is new gets the old registry's", () => {
  const old = npm("https://registry.example/a/-/a-1.0.0.tgz") + npm("https://other.example/x/-/x-1.0.0.tgz");
  const now =
    npm("https://mirror.example/npm/a/-/a-2.0.0.tgz") +
    npm("https://mirror.example/npm/x/-/x-1.0.0.tgz") +
    npm("https://mirror.example/npm/@s/b/-/b-1.0.0.tgz");
  expect(kept("package-lock.json", old + npm("https://registry.example/c/-/c-1.0.0.tgz"), now)).toBe(
    npm("https://registry.example/a/-/a-2.0.0.tgz") +
      npm("https://other.example/x/-/x-1.0.0.tgz") +
      npm("https://registry.example/@s/b/-/b-1.0.0.tgz"),
  );
});

test("npm: an old lockfile without addresses gets none", () => {
  const now = npm("https://mirror.example/npm/a/-/a-2.0.0.tgz");
  expect(kept("package-lock.json", `      "integrity": "sha512-y",\n`, now)).toBe(`      "integrity": "sha512-x",\n`);
});

test("an address that is not this machine's registry stays, so that the lockfile rules see it", () => {
  const now = npm("https://evil.example/a/-/a-2.0.0.tgz");
  expect(kept("package-lock.json", npm("https://registry.example/a/-/a-1.0.0.tgz"), now)).toBe(now);
});

test("yarn 1: hashes behind the address stay with the content they are of", () => {
  const hash = "0".repeat(40);
  const old = `  resolved "https://registry.example/a/-/a-1.0.0.tgz#${"1".repeat(40)}"\n`;
  const now = `  resolved "https://mirror.example/npm/a/-/a-2.0.0.tgz#${hash}"\n`;
  expect(kept("yarn.lock", old, now)).toBe(`  resolved "https://registry.example/a/-/a-2.0.0.tgz#${hash}"\n`);
});

test("bun: the machine's registry is the empty address", () => {
  const now = `    "a": ["a@2.0.0", "https://mirror.example/npm/a/-/a-2.0.0.tgz", {}, "sha512-x"],\n`;
  expect(kept("bun.lock", "", now)).toBe(`    "a": ["a@2.0.0", "", {}, "sha512-x"],\n`);
});

test("pnpm's lockfile is left as it is", () => {
  expect(kept("pnpm-lock.yaml", "", "anything")).toBe("anything");
});
