import type { OnEvent, ToolItem } from "../agent/session.ts";
import { filesText } from "./narrate.ts";

/** The names that are ours. A model may call anything anything, and then the name is its text. */
const toolNames = ["shell", "read_file", "apply_patch", "finish"];

/**
 * Tells, in one line per call, which tool was used and how that ended, and nothing of what the model wrote: a job's log is read by
 * everybody who can read the repository, and it is written before the scan has seen the work.
 */
export function stepNarrator(say: (line: string) => void): OnEvent {
  let turn = 0;
  return (event) => {
    if (event.type === "turn.started") turn = event.turn;
    if (event.type === "notice") say(event.message);
    if (event.type !== "item.completed" || event.item.type === "agent_message") return;
    say(`turn ${turn}: ${[nameOf(event.item), ...resultOf(event.item)].join(", ")}`);
  };
}

function nameOf({ tool }: ToolItem): string {
  return toolNames.includes(tool) ? tool : "a tool that does not exist";
}

function resultOf({ exit_code, changes, status }: ToolItem): string[] {
  if (typeof exit_code === "number") return [`exit ${exit_code}`];
  return [
    ...(changes === undefined ? [] : [filesText(changes.length)]),
    ...(status === "completed" ? [] : [status.replace("_", " ")]),
  ];
}
