import { parseArgs } from "node:util";
import { parseCommand } from "../request/command.ts";
import { exitCode, type Verb } from "./verb.ts";

export const verb: Verb = {
  usage: "parse [--json] < comment.md",
  summary: "Reads a comment the way the app does and prints, as JSON, the command in it.",
  async run(args, terminal) {
    // JSON is the only form; --json is taken so that every inspecting verb can be called alike.
    parseArgs({ args, options: { json: { type: "boolean" } } });
    terminal.out(JSON.stringify(parseCommand((await terminal.stdin()).toString("utf8"))));
    return exitCode.done;
  },
};
