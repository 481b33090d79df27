import { expect, test } from "vitest";
import type { SessionEvent } from "../../src/agent/session.ts";
import { redacting, SessionEvent as Event, sessionWriter } from "../../src/agent/session.ts";
import { play } from "./bench.ts";
import { call } from "../emulators/model/step.ts";

test("a session is one JSON object per line, in order, each with its time", () => {
  const lines: string[] = [];
  let now = Date.parse("2026-11-20T10:00:00Z");
  const write = sessionWriter(
    (line) => lines.push(line),
    () => (now += 1000),
  );
  write({ type: "thread.started", thread_id: "t", model: "m" });
  write({ type: "error", message: "line one\nline two" });
  expect(lines).toEqual([
    '{"at":"2026-11-20T10:00:01.000Z","type":"thread.started","thread_id":"t","model":"m"}\n',
    '{"at":"2026-11-20T10:00:02.000Z","type":"error","message":"line one\\nline two"}\n',
  ]);
});

test("every text of an event is redacted, however deep it stands", () => {
  const seen: SessionEvent[] = [];
  const item = {
    id: "c",
    type: "file_change" as const,
    tool: "apply_patch",
    arguments: '{"patch":"hunter2hunter2"}',
    status: "completed" as const,
  };
  redacting(
    (event) => seen.push(event),
    ["hunter2hunter2"],
  )({
    type: "item.completed",
    item: { ...item, changes: [{ path: "hunter2hunter2.ts", kind: "add" }] },
  });
  expect(seen).toEqual([
    {
      type: "item.completed",
      item: { ...item, arguments: '{"patch":"[redacted]"}', changes: [{ path: "[redacted].ts", kind: "add" }] },
    },
  ]);
});

test("what a run writes can be read back by the schema", async () => {
  const { events } = await play([
    call("touch", { text: "x" }),
    call("finish", { outcome: "no_change", summary: "s", reasons: [], notes: "", look_at: [] }),
  ]);
  expect(events.map((event) => Event.parse(JSON.parse(JSON.stringify(event))))).toEqual(events);
  expect(events.map(({ type }) => type)).toEqual([
    "thread.started",
    "turn.started",
    "item.started",
    "item.completed",
    "turn.completed",
    "turn.started",
    "item.started",
    "item.completed",
    "turn.completed",
    "thread.completed",
  ]);
});
