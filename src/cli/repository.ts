import { type LocalRepository, openLocal } from "../workspace/local.ts";
import { temporaryDirectory } from "./temporary.ts";

/**
 * The repository at or above a directory, viewed from a temporary directory of ours: if this process is killed, the next one removes it.
 * @throws AirlockError `bad-input` when there is none.
 */
export async function openRepository(directory: string): Promise<LocalRepository> {
  await using opened = new AsyncDisposableStack();
  const place = opened.use(await temporaryDirectory());
  const local = opened.use(await openLocal(directory, place.path));
  const open = opened.move();
  return { ...local, [Symbol.asyncDispose]: () => open.disposeAsync() };
}
