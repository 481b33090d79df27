import { expect, test } from "vitest";
import type { ToolItem } from "../../src/agent/session.ts";
import { narrator } from "../../src/phases/narrate.ts";

function told(item: Partial<ToolItem> & { tool: string }): string[] {
  const said: string[] = [];
  const tell = narrator((line) => void said.push(line));
  tell({ type: "turn.started", turn: 2 });
  tell({
    type: "item.completed",
    item: { id: "1", type: "tool_call", arguments: "{}", status: "completed", ...item },
  });
  return said;
}

const json = (value: unknown) => ({ arguments: JSON.stringify(value) });
const change = (path: string) => ({ path, kind: "update" as const });

test.each<[string, Partial<ToolItem> & { tool: string }, string]>([
  ["a command", { tool: "shell", ...json({ command: ["npm", "test"] }), exit_code: 0 }, "shell npm test → exit 0"],
  [
    "a script",
    { tool: "shell", ...json({ command: ["bash", "-lc", "ls |\n head"] }), exit_code: 1, status: "failed" },
    'shell bash -lc "ls | head" → exit 1',
  ],
  [
    "a command that was stopped",
    { tool: "shell", ...json({ command: ["sleep", "9"] }), exit_code: null, status: "failed" },
    "shell sleep 9 → failed",
  ],
  ["a file", { tool: "read_file", ...json({ path: "src/a.ts", start_line: null }) }, "read_file src/a.ts → completed"],
  ["lines", { tool: "read_file", ...json({ path: "a", start_line: 3, end_line: 9 }) }, "read_file a:3-9 → completed"],
  [
    "a patch",
    { tool: "apply_patch", ...json({ patch: "x" }), changes: [change("a"), change("b")] },
    "apply_patch (2 files) → completed",
  ],
  ["a patch of one file", { tool: "apply_patch", changes: [change("a")] }, "apply_patch (1 file) → completed"],
  [
    "a patch that does not fit",
    { tool: "apply_patch", ...json({ patch: "*** Begin\n".repeat(99) }), status: "failed" },
    "apply_patch → failed",
  ],
  ["the end", { tool: "finish", ...json({ outcome: "done", summary: "s".repeat(500) }) }, "finish done → completed"],
  ["what is no JSON", { tool: "shell", arguments: "{ nope", status: "failed" }, "shell { nope → failed"],
  [
    "a long command",
    { tool: "shell", ...json({ command: ["echo", "x".repeat(300)] }), exit_code: 0 },
    `shell echo ${"x".repeat(89)}… → exit 0`,
  ],
])("a call is told as a person would type it: %s", (_title, item, line) => {
  expect(told(item)).toEqual([`turn 2: ${line}`]);
});
