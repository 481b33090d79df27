import type { OnEvent } from "../agent/session.ts";

/** Characters of a call's arguments that are shown. */
const argumentsShown = 100;

/** Tells, in one line per call, what the agent does. Model text: whoever prints it makes it inert. */
export function narrator(say: (line: string) => void): OnEvent {
  let turn = 0;
  return (event) => {
    if (event.type === "turn.started") turn = event.turn;
    if (event.type !== "item.completed" || event.item.type === "agent_message") return;
    const { tool, status } = event.item;
    const shown = event.item.arguments.replaceAll(/\s+/g, " ");
    const cut = shown.length > argumentsShown ? `${shown.slice(0, argumentsShown)}…` : shown;
    say(`turn ${turn}: ${tool} ${cut} → ${status}`);
  };
}
