import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { openSandbox } from "../../sandbox/open.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { toolchainOf } from "../../src/environment/host.ts";

/** The real sandbox of this machine, opened once per test file and removed after it. */
export function realSandbox(): { readonly sandbox: Sandbox } {
  const stateDir = mkdtempSync(join(tmpdir(), "airlock-sandbox-"));
  chmodSync(stateDir, 0o711);
  let sandbox: Sandbox | undefined;
  beforeAll(async () => {
    const path = process.env.PATH ?? "";
    sandbox = await openSandbox({ path, toolchain: toolchainOf(path), stateDir });
  });
  afterAll(async () => {
    await sandbox?.[Symbol.asyncDispose]();
    rmSync(stateDir, { recursive: true, force: true });
  });
  return {
    get sandbox() {
      if (sandbox === undefined) throw new Error("the sandbox is open only inside a test");
      return sandbox;
    },
  };
}
