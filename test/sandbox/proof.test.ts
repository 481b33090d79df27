import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openSandbox } from "../../sandbox/open.ts";
import { keyOf, readProof, rememberedBubblewrap, stillProved, writeProof } from "../../sandbox/proof.ts";
import type { Establishment } from "../../sandbox/run.ts";
import type { Certificate } from "../../sandbox/sandbox.ts";
import { hostPath, openRoom } from "./room.ts";
import type { Room } from "./room.ts";

const certificate: Certificate = {
  bwrap: "test",
  uid: "same",
  limits: "polling",
  probes: [{ name: "a", held: true, detail: "" }],
};

let room: Room;
let proofs: string;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room[Symbol.asyncDispose]());

/** A fresh record of the room's own establishment. */
beforeEach(() => {
  proofs = join(room.dir, "proofs");
  rmSync(proofs, { recursive: true, force: true });
  writeProof(proofs, room.host, { key: keyOf(room.host), certificate });
});

const record = () => join(proofs, "sandbox-proof.json");

test("a record is read again and stands for the establishment that it was written for", () => {
  const proof = readProof(proofs);
  expect(proof?.certificate).toEqual(certificate);
  expect(stillProved(proof, room.host)).toBe(true);
  expect(rememberedBubblewrap(proof, room.host.bwrap.path)).toEqual(room.host.bwrap);
});

describe("a record that anybody else could have made is not read", () => {
  test.each<[string, () => void]>([
    ["the directory is open to others", () => chmodSync(proofs, 0o755)],
    [
      "the directory is a link",
      () => {
        renameSync(proofs, `${proofs}-real`);
        symlinkSync(`${proofs}-real`, proofs);
      },
    ],
    ["the record can be read by others", () => chmodSync(record(), 0o644)],
    [
      "the record is a link",
      () => {
        renameSync(record(), join(proofs, "real"));
        symlinkSync(join(proofs, "real"), record());
      },
    ],
    ["the record has another name as well", () => linkSync(record(), join(proofs, "other"))],
    ["the record is too large", () => appendFileSync(record(), " ".repeat(70_000))],
    ["the record is no JSON", () => writeFileSync(record(), "{")],
    ["the record has another shape", () => writeFileSync(record(), '{"at":1,"key":"x"}')],
    ["the record is of more than ten minutes ago", () => writeFileSync(record(), aged(601))],
    ["the record is of a time to come", () => writeFileSync(record(), aged(-60))],
  ])("%s", (_title, spoil) => {
    spoil();
    expect(readProof(proofs)).toBeNull();
    rmSync(`${proofs}-real`, { recursive: true, force: true });
  });

  test("the twin: nine minutes are not too long", () => {
    writeFileSync(record(), aged(540));
    expect(readProof(proofs)).not.toBeNull();
  });

  test.runIf(process.getuid?.() === 0)("the directory or the record belongs to somebody else", () => {
    chownSync(record(), 12_345, 12_345);
    expect(readProof(proofs)).toBeNull();
    chownSync(record(), 0, 0);
    expect(readProof(proofs)).not.toBeNull();
    chownSync(proofs, 12_345, 12_345);
    expect(readProof(proofs)).toBeNull();
  });

  function aged(seconds: number): string {
    const text = readFileSync(record(), "utf8");
    const at = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) - seconds;
    return JSON.stringify({ ...JSON.parse(text), at });
  }
});

describe("nothing is written", () => {
  test("into a directory that is not ours alone", () => {
    rmSync(proofs, { recursive: true });
    mkdirSync(proofs, { mode: 0o755 });
    writeProof(proofs, room.host, { key: keyOf(room.host), certificate });
    expect(existsSync(record())).toBe(false);
  });

  test("when something changed during the self-test", () => {
    rmSync(record());
    writeProof(proofs, room.host, { key: `${keyOf(room.host)} before`, certificate });
    expect(existsSync(record())).toBe(false);
  });
});

describe("another sandbox is another proof", () => {
  test.each<[string, (host: Establishment) => Establishment]>([
    ["another user", (host) => ({ ...host, user: { uid: 61_001, gid: 61_001 } })],
    ["a system path less", (host) => ({ ...host, system: host.system.slice(1) })],
    ["no nested namespaces to refuse", (host) => ({ ...host, bwrap: { ...host.bwrap, disableUserns: false } })],
    ["no toolchain", (host) => ({ ...host, toolchain: null })],
    ["no prlimit", (host) => ({ ...host, prlimit: null })],
    ["lower hard limits", (host) => ({ ...host, hardLimits: { ...host.hardLimits, nproc: 7 } })],
    ["another filter", (host) => ({ ...host, files: { ...host.files, seccomp: host.files.passwd } })],
    ["another bwrap", (host) => ({ ...host, bwrap: { ...host.bwrap, path: "/usr/bin/env" } })],
  ])("%s", (_title, change) => {
    expect(stillProved(readProof(proofs), change(room.host))).toBe(false);
  });

  test("a probe that did not hold proves nothing", () => {
    const broken = { ...certificate, probes: [{ name: "a", held: false, detail: "" }] };
    writeProof(proofs, room.host, { key: keyOf(room.host), certificate: broken });
    expect(stillProved(readProof(proofs), room.host)).toBe(false);
  });
});

test("a program that changed is another program, whatever its times say", () => {
  const copy = join(room.dir, "bwrap");
  const change = [
    () => {
      appendFileSync(copy, "\n");
      utimesSync(copy, 1, 1);
    },
    () => {
      copyFileSync(copy, `${copy}-2`);
      renameSync(`${copy}-2`, copy);
    },
    () => chmodSync(copy, 0o700),
  ];
  copyFileSync("/usr/bin/env", copy);
  const host = { ...room.host, bwrap: { ...room.host.bwrap, path: copy } };
  for (const changed of change) {
    writeProof(proofs, host, { key: keyOf(host), certificate });
    const proof = readProof(proofs);
    expect([rememberedBubblewrap(proof, copy), stillProved(proof, host)]).toEqual([host.bwrap, true]);
    changed();
    expect([rememberedBubblewrap(proof, copy), stillProved(proof, host)]).toEqual([null, false]);
  }
});

describe("opening", () => {
  const open = async (more: { proofs?: string; path?: string } = {}) => {
    await using sandbox = await openSandbox({ path: hostPath, stateDir: join(room.dir, "opened"), ...more });
    return sandbox.certificate.bwrap;
  };

  test("believes a record without a self-test, and only where it is told to", async () => {
    rmSync(proofs, { recursive: true });
    const proved = await open({ proofs });
    // What comes out of a self-test says nothing of this.
    writeFileSync(record(), readFileSync(record(), "utf8").replace(proved, "from the record"));
    expect(await open({ proofs })).toBe("from the record");
    expect(await open()).toBe(proved);
    chmodSync(proofs, 0o755);
    expect(await open({ proofs })).toBe(proved);
  });

  test("writes nothing of what did not hold", async () => {
    rmSync(proofs, { recursive: true });
    const bin = join(room.dir, "bin");
    const help = "case $1 in --help|--version) exec /usr/bin/bwrap $1;; esac";
    const mounts = "--ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64";
    const lax = `shift 5; exec /usr/bin/bwrap ${mounts} --proc /proc --dev /dev --dir /workspace/repo --json-status-fd 4 -- "$@"`;
    mkdirSync(bin);
    writeFileSync(join(bin, "bwrap"), `#!/bin/sh\n${help}\n${lax}\n`, { mode: 0o755 });
    await expect(open({ proofs, path: `${bin}:${hostPath}` })).rejects.toThrow(/does not hold/);
    expect(existsSync(record())).toBe(false);
  });
});
