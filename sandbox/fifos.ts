import { promises } from "node:fs";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { makeUserDirectory } from "./statedir.ts";
import type { Stock } from "./fifo-stock.ts";
import type { User } from "./reach.ts";

const run = promisify(execFile);

/** FIFOs made by one process. A command takes two, with a streamed stdin three; many sandboxes are opened for one command. */
const firstBatch = 4;
const batch = 16;
/** How few are left when the next ones are made. */
const few = 6;

/**
 * FIFOs of the sandbox's user, made ahead of need: Node has no call for them, and a process per command costs more than bwrap.
 * None is used twice. Nothing is open while it waits here.
 */
export interface Fifos extends AsyncDisposable {
  /** The path of one; whoever takes it opens and removes it. */
  take(): Promise<string>;
}

/**
 * In: a directory of ours below which a new one of the sandbox's user is made; the absolute `mkfifo`; those that were made ahead, or
 * null: then the first are made at once.
 */
export function openFifos(order: { directory: string; mkfifo: string; user: User; stock: Stock | null }): Fifos {
  return order.stock === null ? ownFifos(order) : stockedFifos(order.stock, () => ownFifos(order));
}

/** Of those that were made ahead; whoever finds none left makes some, and where that fails (a full disk) does without the stock. */
function stockedFifos(stock: Stock, without: () => Fifos): Fifos {
  let filling: Promise<void> | null = null;
  let own: Fifos | null = null;
  return {
    async take() {
      const ready = own === null ? stock.take() : null;
      if (ready !== null) return ready;
      filling ??= stock.fill().catch(() => undefined);
      await filling;
      filling = null;
      const made = own === null ? stock.take() : null;
      if (made !== null) return made;
      own ??= without();
      return own.take();
    },
    async [Symbol.asyncDispose]() {
      await filling;
      await own?.[Symbol.asyncDispose]();
    },
  };
}

function ownFifos(order: { directory: string; mkfifo: string; user: User }): Fifos {
  const directory = join(order.directory, "fifos");
  const spare: string[] = [];
  let made = 0;
  let making: Promise<void> | null = null;

  const make = async () => {
    if (made === 0) await freshDirectory(directory, order.user);
    const length = made === 0 ? firstBatch : batch;
    const paths = Array.from({ length }, (_, index) => join(directory, String(made + index)));
    made += length;
    await run(order.mkfifo, ["-m", "600", "--", ...paths], {
      env: {},
      ...(process.getuid?.() === 0 ? order.user : {}),
    });
    spare.push(...paths);
  };
  const refill = () => {
    making ??= make().finally(() => {
      making = null;
    });
    return making;
  };

  // The first command is near, and there is other work to be done until then.
  refill().catch(() => {});

  return {
    async take() {
      let path = spare.pop();
      while (path === undefined) {
        await refill();
        path = spare.pop();
      }
      // Whoever finds none left tries again, and is told why that failed.
      if (spare.length < (made === firstBatch ? 1 : few)) refill().catch(() => {});
      return path;
    },
    async [Symbol.asyncDispose]() {
      await making?.catch(() => {});
      spare.length = 0;
      await promises.rm(directory, { recursive: true, force: true });
    },
  };
}

/** What a sandbox opened here before has left is not used again. */
async function freshDirectory(directory: string, user: User): Promise<void> {
  await promises.rm(directory, { recursive: true, force: true });
  await promises.mkdir(join(directory, ".."), { recursive: true });
  await makeUserDirectory(directory, user);
}
