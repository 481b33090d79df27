import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownMark } from "../../sandbox/owner.ts";
import { sweepDirectories } from "../../sandbox/sweep.ts";
import { removeTree } from "../workspace/owned.ts";

/** The sandbox's own directory in one of ours. */
export const stateName = "sandbox";

/**
 * A private temporary directory that the sandbox's user can enter. Disposing removes it, whatever commands made of the copies in it; what a killed process of ours left behind is
 * removed by the next one.
 */
export async function temporaryDirectory(): Promise<AsyncDisposable & { path: string }> {
  await sweepDirectories(tmpdir(), [process.getuid?.() ?? 0]);
  const path = mkdtempSync(join(tmpdir(), `${ownMark()}-`));
  chmodSync(path, 0o711);
  const dispose = async () => {
    // Without waiting: the sandbox's own few files, where no command could write.
    rmSync(join(path, stateName), { recursive: true, force: true });
    await removeTree(path);
  };
  return { path, [Symbol.asyncDispose]: dispose };
}
