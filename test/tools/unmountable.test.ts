import { expect, test } from "vitest";
import { createTools } from "../../src/tools/create.ts";
import { bench, limits } from "./inside.ts";

const inputs: Record<string, unknown> = {
  shell: { command: ["true"], workdir: null, timeout_s: null },
  read_file: { path: "a.txt", start_line: null, end_line: null },
  apply_patch: { patch: "*** Begin Patch\n*** Delete File: a.txt\n*** End Patch" },
};

test.each(Object.keys(inputs))(
  "%s answers when the workspace cannot be mounted, and runs when it can",
  async (name) => {
    await using at = await bench({ "a.txt": "a" });
    const tool = createTools({ ...at, limits }).find((one) => one.name === name);
    await at.write("s/keep", "");
    await at.link("s/.git", "/etc");
    expect(await tool?.run(inputs[name], new AbortController().signal)).toMatchObject({
      ok: false,
      output: expect.stringContaining("Not carried out:") as unknown,
      detail: { kind: "unmountable", why: expect.stringContaining(".git") as unknown },
    });
    await using sound = await bench({ "a.txt": "a" });
    const twin = createTools({ ...sound, limits }).find((one) => one.name === name);
    expect(await twin?.run(inputs[name], new AbortController().signal)).toMatchObject({ ok: true });
  },
);

test("a sandbox that is itself broken is thrown", async () => {
  await using at = await bench();
  const profile = { ...at.profile, workspace: { host: "relative", mode: "workspace-write" as const } };
  const [shell] = createTools({ sandbox: at.sandbox, profile, limits });
  await expect(shell?.run(inputs["shell"], new AbortController().signal)).rejects.toMatchObject({ kind: "broken" });
});
