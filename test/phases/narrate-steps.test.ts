import { expect, test } from "vitest";
import type { SessionEvent } from "../../src/agent/session.ts";
import { stepNarrator } from "../../src/phases/narrate-steps.ts";

const word = "hK8sQ2vR9tLm4XzP7wNc";
const item = { id: "1", arguments: word, aggregated_output: word };
const events: SessionEvent[] = [
  { type: "turn.started", turn: 3 },
  { type: "item.completed", item: { id: "0", type: "agent_message", text: word } },
  {
    type: "item.completed",
    item: { ...item, type: "command_execution", tool: "shell", status: "failed", exit_code: 1 },
  },
  {
    type: "item.completed",
    item: { ...item, type: "command_execution", tool: "shell", status: "failed", exit_code: null },
  },
  {
    type: "item.completed",
    item: {
      ...item,
      type: "file_change",
      tool: "apply_patch",
      status: "completed",
      changes: [{ path: word, kind: "add" }],
    },
  },
  { type: "item.completed", item: { ...item, type: "tool_call", tool: "read_file", status: "completed" } },
  { type: "item.completed", item: { ...item, type: "tool_call", tool: word, status: "failed" } },
  { type: "checkpoint", turn: 3, tree: "a".repeat(40), violations: [word] },
  { type: "notice", message: "No price is known." },
];

test("a job's log tells what is done and nothing that the model wrote", () => {
  const said: string[] = [];
  const tell = stepNarrator((line) => void said.push(line));
  for (const event of events) tell(event);
  expect(said).toEqual([
    "turn 3: shell, exit 1",
    "turn 3: shell, failed",
    "turn 3: apply_patch, 1 file",
    "turn 3: read_file",
    "turn 3: a tool that does not exist, failed",
    "No price is known.",
  ]);
});
