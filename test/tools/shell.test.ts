import { describe, expect, test } from "vitest";
import { shellTool } from "../../src/tools/shell.ts";
import type { Bench } from "./inside.ts";
import { bench, limits } from "./inside.ts";

interface Call {
  command: string[];
  workdir?: string;
  timeout_s?: number;
}

function run(at: Bench, { command, workdir, timeout_s }: Call, own = limits, signal = new AbortController().signal) {
  return shellTool(at, own).run({ command, workdir: workdir ?? null, timeout_s: timeout_s ?? null }, signal);
}

describe("shell", () => {
  test("gives back the exit code and both streams", async () => {
    await using at = await bench();
    expect(await run(at, { command: ["sh", "-c", "echo out; echo err >&2; exit 3"] })).toEqual({
      ok: false,
      output: "exit code 3\nstdout:\nout\n\nstderr:\nerr\n",
      detail: { kind: "command", exitCode: 3 },
    });
  });

  test("names the limit of the sandbox that ended the command", async () => {
    await using at = await bench();
    expect(await run(at, { command: ["sh", "-c", "echo begun; kill -XFSZ $$"] })).toEqual({
      ok: false,
      output:
        'stopped by the sandbox\'s limit "file-size": It wrote past 4096 MiB in one file, which is the limit.\nstdout:\nbegun\n',
      detail: { kind: "command", exitCode: null },
    });
  });

  test("says when there was no output", async () => {
    await using at = await bench();
    expect(await run(at, { command: ["true"] })).toMatchObject({ ok: true, output: "exit code 0, no output" });
  });

  test("runs a list: nothing reads it as shell text", async () => {
    await using at = await bench();
    expect((await run(at, { command: ["echo", "$(id) ; *"] })).output).toBe("exit code 0\nstdout:\n$(id) ; *\n");
  });

  test("runs in a directory of the workspace", async () => {
    await using at = await bench({ "a dir/x": "" });
    expect((await run(at, { command: ["ls"], workdir: "a dir" })).output).toBe("exit code 0\nstdout:\nx\n");
    expect((await run(at, { command: ["ls"], workdir: "/workspace/repo/a dir" })).ok).toBe(true);
  });

  test("answers a missing directory with a result", async () => {
    await using at = await bench();
    expect(await run(at, { command: ["ls"], workdir: "gone" })).toMatchObject({
      ok: false,
      output: expect.stringContaining("gone") as unknown,
    });
  });

  test("answers a missing program with a result", async () => {
    await using at = await bench();
    expect(await run(at, { command: ["no-such-program"] })).toMatchObject({ ok: false, detail: { exitCode: 127 } });
  });

  test("refuses a directory outside the workspace", async () => {
    await using at = await bench();
    expect(await run(at, { command: ["ls"], workdir: "../.." })).toEqual({
      ok: false,
      output: "../.. is outside the workspace /workspace/repo; workdir must be inside it.",
    });
  });

  test("stops a command that takes too long and says after how long", async () => {
    await using at = await bench();
    const result = await run(at, { command: ["sh", "-c", "echo begun; sleep 60"], timeout_s: 1 });
    expect(result).toEqual({
      ok: false,
      output: "stopped after 1 s: the command took too long\nstdout:\nbegun\n",
      detail: { kind: "command", exitCode: null },
    });
  });

  test("never takes longer than the longest time allowed, whatever is asked", async () => {
    await using at = await bench();
    const result = await run(at, { command: ["sleep", "60"], timeout_s: 600 }, { ...limits, command_max_s: 1 });
    expect(result.output).toBe("stopped after 1 s: the command took too long, no output");
  });

  test("ends when the run ends", async () => {
    await using at = await bench();
    const result = await run(at, { command: ["sleep", "60"] }, limits, AbortSignal.timeout(100));
    expect(result).toMatchObject({ ok: false, output: "cancelled: the run is ending, no output" });
  });

  test("cuts long output in the middle and says how much is gone", async () => {
    await using at = await bench();
    const own = { ...limits, output_head_bytes: 40, output_tail_bytes: 10 };
    const { output } = await run(at, { command: ["seq", "1", "1000"] }, own);
    expect(output).toMatch(/^exit code 0\nstdout:\n1\n2\n3\n[^]*bytes left out[^]*\n1000\n$/);
    expect(Buffer.byteLength(output)).toBeLessThan(120);
  });

  test("refuses what no program could take as an argument", async () => {
    await using at = await bench();
    expect((await run(at, { command: ["echo", "a\0b"] })).output).toContain("NUL");
    expect((await run(at, { command: ["echo", "x".repeat(130_000)] })).output).toContain("apply_patch");
    expect((await run(at, { command: ["echo", ...Array.from({ length: 11 }, () => "x".repeat(100_000))] })).ok).toBe(
      false,
    );
    expect(
      (await run(at, { command: ["echo", "x".repeat(100_000)] }, { ...limits, output_head_bytes: 200_000 })).ok,
    ).toBe(true);
  });
});
