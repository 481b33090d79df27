import { parseArgs } from "node:util";
import { plainText } from "../text/incoming.ts";
import { neutralise } from "../text/outgoing.ts";
import { exitCode, type Verb } from "./verb.ts";

export const verb: Verb = {
  usage: "sanitize [--outgoing] [--json] < body.md",
  summary: "Prints, as JSON, the text a model would be given, or with --outgoing the text that would be posted.",
  async run(args, terminal) {
    const { values } = parseArgs({ args, options: { json: { type: "boolean" }, outgoing: { type: "boolean" } } });
    const body = (await terminal.stdin()).toString("utf8");
    const { text, hidden } = plainText(body);
    terminal.out(JSON.stringify({ text: values.outgoing === true ? neutralise(body, []) : text, hidden }));
    return exitCode.done;
  },
};
