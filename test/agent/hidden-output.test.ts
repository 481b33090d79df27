import { describe, expect, test } from "vitest";
import { hiddenOutput } from "../../src/agent/hidden-output.ts";
import { hideSecrets } from "../../src/text/hide-secrets.ts";
import { finishTool } from "../../src/tools/finish.ts";
import { call } from "../emulators/model/step.ts";
import { letters, lookAlikes, planted } from "../inspect/planted.ts";
import { done, play, touch } from "./bench.ts";

const finish = call("finish", done);
const giving = (output: string) => ({ ...touch, run: () => Promise.resolve({ ok: true, output }) });

describe("a secret in the output of a tool", () => {
  test("is a placeholder for the model and in the session, and the run counts each such output without its value", async () => {
    const token = `ghp_${letters(36)}`;
    const tool = giving(`remote: https://x.test\nGITHUB_TOKEN=${token}\nexit`);
    const { events, requests, result } = await play(
      [call("touch", { text: "1" }), call("touch", { text: "2" }), finish],
      {
        tools: [tool, finishTool],
      },
    );
    expect(JSON.stringify(requests[1]?.input.at(-1))).toContain("GITHUB_TOKEN=[redacted]\\nexit");
    expect(JSON.stringify([events, requests, result])).not.toContain(token.slice(4, 20));
    expect(result.violations).toEqual([hiddenOutput, hiddenOutput]);
    expect(result.ending).toEqual({ kind: "finished" });
  });

  test("the twin: an output without one is shown as it is, and nothing is counted", async () => {
    const { outputs, result } = await play([call("touch", { text: "1" }), finish], {
      tools: [giving("GITHUB_TOKEN is not set"), finishTool],
    });
    expect(outputs).toEqual(["GITHUB_TOKEN is not set"]);
    expect(result.violations).toEqual([]);
  });

  test("is counted as well when it is a value that this job holds", () => {
    const known = "hunter2-hunter2";
    expect(hideSecrets(`pass ${known}.`, [known])).toEqual({ text: "pass [redacted].", hidden: true });
    expect(hideSecrets(`pass ${known}.`, [])).toEqual({ text: `pass ${known}.`, hidden: false });
  });
});

test.each(Object.entries(planted))("Hidden and counted: %s", (_, text) => {
  const shown = hideSecrets(`before\n${text}\nafter`, []);
  expect(shown.hidden).toBe(true);
  expect(shown.text).toContain("[redacted]");
});

test.each(Object.entries(lookAlikes))("Not counted: %s", (_, text) => {
  expect(hideSecrets(text, []).hidden).toBe(false);
});
