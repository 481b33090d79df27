import type { OnEvent } from "../agent/session.ts";

/**
 * Tells, in one line per call, that something is being done, and nothing of what the model wrote: a job's log is read by everybody
 * who can read the repository, and it is written before the scan has seen the work.
 */
export function stepNarrator(say: (line: string) => void): OnEvent {
  let turn = 0;
  return (event) => {
    if (event.type === "turn.started") turn = event.turn;
    if (event.type === "notice") say(event.message);
    if (event.type !== "item.completed" || event.item.type === "agent_message") return;
    const { type, exit_code: exitCode, changes, status } = event.item;
    const what = { command_execution: "a command", file_change: "a patch", tool_call: "a call" }[type];
    const result = [
      ...(typeof exitCode === "number" ? [`exit code ${exitCode}`] : []),
      ...(changes === undefined ? [] : [`${changes.length} files`]),
    ];
    say(`turn ${turn}: ${what} ${status}${result.length === 0 ? "" : ` (${result.join(", ")})`}`);
  };
}
