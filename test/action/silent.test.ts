import { describe, expect, test, vi } from "vitest";
import { programEnvironment } from "../../src/action/program-environment.ts";
import { silent as silentWith } from "../../src/action/silent.ts";

const programs = programEnvironment(process.env);
const silent = silentWith(programs);

describe("a program's output is read, never passed on", () => {
  test("out come its exit code and what it printed on both streams; the runner sees nothing", async () => {
    const written: string[] = [];
    const out = vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
    try {
      const script = "console.log('::error::out'); console.error('err'); process.exit(3)";
      const result = await silent(process.execPath, ["-e", script]);
      expect({ code: result.code, lines: result.output.trim().split("\n").toSorted() }).toEqual({
        code: 3,
        lines: ["::error::out", "err"],
      });
    } finally {
      out.mockRestore();
    }
    expect(written.join("")).not.toContain("::error::out");
  });

  test("a missing program is code 127", async () => {
    expect(await silent("no-such-program", [])).toEqual({
      code: 127,
      output: expect.stringContaining("no-such-program"),
    });
  });

  test("of much output the end is kept", async () => {
    const { output } = await silent(process.execPath, ["-e", "console.log('a'.repeat(50000)); console.log('the end')"]);
    expect(output.length).toBeLessThanOrEqual(10_000);
    expect(output.endsWith("the end\n")).toBe(true);
  });
});

test("a program is started where it is asked for", async () => {
  expect((await silentWith(programs, "/")("pwd", [])).output).toBe("/\n");
});

test("a program is given what it was said to be given, and nothing of this process's environment", async () => {
  vi.stubEnv("NPM_TOKEN", "plum-4711-cake-0815");
  try {
    const { output } = await silentWith(programEnvironment({ ...process.env, npm_config_registry: "r" }))("env", []);
    expect(output).not.toContain("plum-4711");
    expect(output).toContain("DEBIAN_FRONTEND=noninteractive\n");
    expect(output).toContain("npm_config_registry=r\n");
    // The twin.
    expect((await silentWith({ PATH: process.env["PATH"] ?? "", NPM_TOKEN: "x" })("env", [])).output).toContain(
      "NPM_TOKEN=x",
    );
  } finally {
    vi.unstubAllEnvs();
  }
});
