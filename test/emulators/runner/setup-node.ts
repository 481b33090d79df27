import type { BuiltinAction } from "./builtin-actions.ts";

/** `actions/setup-node` without a download: it says which Node stands in for the wanted one. */
export const setupNode: BuiltinAction = async ({ inputs, log }) => {
  log(
    `Emulated: Node ${inputs["node-version"] ?? "(no version)"} was asked for; steps find ${process.version} on PATH.`,
  );
  return { "node-version": process.version, "cache-hit": "false" };
};
