import { checkoutTree } from "../workspace/checkout.ts";
import type { LocalRepository } from "../workspace/local.ts";
import { copyTrees } from "../workspace/store.ts";
import type { Ground } from "./dependencies.ts";

/** Lends a clean checkout of one tree to `use`, as the sandbox's user sees it, and removes it afterwards. */
export async function checkoutOf<T>(
  local: LocalRepository,
  tree: string,
  { sandbox, dir }: Ground,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  await using store = await copyTrees(local.store, [tree], dir, sandbox.user);
  await using checkout = await checkoutTree(store, { tree, name: "checkout" });
  return await use(checkout.root);
}
