import { describe, expect, test } from "vitest";
import { releasable, withheldText } from "../../src/phases/session-release.ts";

const value = "hK8sQ2vR9tLm4XzP7wNc";
const awsId = ["AKIA", "Q3X7RT2M9ZLW5KHB"].join("");
const line = (event: object) => `${JSON.stringify(event)}\n`;
const call = (args: object) => ({
  type: "item.completed",
  item: { id: "1", type: "file_change", tool: "apply_patch", arguments: JSON.stringify(args), status: "completed" },
});

describe("a session that leaves the machine", () => {
  test.each<[string, object]>([
    ["a patch, where the quotes are escaped twice", call({ patch: `+const password = "${value}";\n` })],
    ["a command's words", call({ command: ["sh", "-c", `export API_KEY=${value}`] })],
    ["a command's output", { type: "item.completed", item: { aggregated_output: `password: "${value}"` } }],
    ["what the model said", { type: "item.completed", item: { text: `The key is ${awsId}.` } }],
    ["a sentence of the sweep", { type: "checkpoint", violations: [`Removed "api_key=${value}"`] }],
  ])("does not carry a secret in %s", async (_title, event) => {
    const out = await releasable([line(event)]);
    expect(out).not.toContain(value);
    expect(out).not.toContain(awsId);
    expect(out).toContain(withheldText);
    expect(out.endsWith("\n")).toBe(true);
  });

  test("is otherwise as it was, line for line", async () => {
    const lines = [line({ at: "2026-11-20T10:00:00Z", type: "turn.started", turn: 1 }), line(call({ patch: "+a" }))];
    expect(await releasable(lines)).toBe(lines.join(""));
  });
});
