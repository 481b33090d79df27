import { describe, expect, test } from "vitest";
import { call } from "../emulators/model/step.ts";
import { done, play, startTree } from "./bench.ts";

const finish = call("finish", done);
const speak = (name: string, text: string) => call(name, { text });

describe("the model is told", () => {
  test("what was wrong with a call, and a good call ends the row", async () => {
    const { outputs, result } = await play([
      call("echo", '{"text":'),
      call("fly", {}),
      speak("echo", "good"),
      call("echo", { text: 1, more: 2 }),
      finish,
    ]);
    expect(result.ending).toEqual({ kind: "finished" });
    expect(outputs).toMatchInlineSnapshot(`
      [
        "The arguments are not valid JSON: Unexpected end of JSON input",
        "There is no tool "fly". The tools are echo, touch, finish.",
        "echo: good",
        "The arguments do not fit the tool:
      ✖ Unrecognized key: "more"
      ✖ Invalid input: expected string, received number
        → at text",
      ]
    `);
  });

  test("that a call id came twice", async () => {
    const twice = { name: "echo", arguments: { text: "x" }, call_id: "same" };
    const { events } = await play([{ kind: "reply", calls: [twice, twice] }, finish]);
    expect(JSON.stringify(events)).toContain("The call id same was used twice.");
  });

  test("from the third equal call on that it repeats itself", async () => {
    const { outputs } = await play([...Array.from({ length: 4 }, () => speak("echo", "again")), finish]);
    const told = (times: number) =>
      `echo: again\nYou made exactly this call ${times} times in a row. Do something else, or call finish.`;
    expect(outputs).toEqual(["echo: again", "echo: again", told(3), told(4)]);
  });

  test("to call a tool when it only talked", async () => {
    const { requests } = await play([{ kind: "reply", text: "Done!" }, finish]);
    expect(requests[1]?.input.at(-1)).toMatchObject({
      role: "user",
      content: [{ text: "You called no tool. Go on with the work, or call finish." }],
    });
  });

  test("what was taken out of the workspace, and the run remembers it", async () => {
    const violations = ["sub/.git was removed"];
    const { result, requests } = await play([speak("touch", "1"), finish], {
      checkpoint: () => Promise.resolve({ tree: startTree, violations }),
    });
    expect(result.violations).toEqual(violations);
    expect(result.checkpoints).toEqual([]);
    expect(JSON.stringify(requests[1]?.input.at(-1))).toContain("sub/.git was removed");
  });
});

test("calls after finish are not carried out, calls before it are", async () => {
  const calls = [
    { name: "echo", arguments: { text: "before" } },
    { name: "finish", arguments: done },
    { name: "echo", arguments: { text: "after" } },
  ];
  const { result, events } = await play([{ kind: "reply", calls }]);
  expect(result.finish).toEqual(done);
  const outputs = events.flatMap((event) =>
    event.type === "item.completed" && "aggregated_output" in event.item ? [event.item.aggregated_output] : [],
  );
  expect(outputs).toEqual(["echo: before", "Finished.", "Not carried out: you had called finish."]);
});
