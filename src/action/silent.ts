import { exec } from "@actions/exec";
import type { Exec } from "../phases/prepare-host.ts";

/** The runner obeys commands it reads from a child's output, so a child's output is never passed on. */
export const silent: Exec = (program, args) => quietly(program, args, {});

/** The same, started in a directory. */
export function silentIn(cwd: string): Exec {
  return (program, args) => quietly(program, args, { cwd });
}

async function quietly(program: string, args: string[], where: { cwd?: string }): ReturnType<Exec> {
  let output = "";
  const listen = (data: Buffer) => {
    output = (output + data.toString("utf8")).slice(-10_000);
  };
  try {
    const code = await exec(program, args, {
      ...where,
      silent: true,
      ignoreReturnCode: true,
      listeners: { stdout: listen, stderr: listen },
    });
    return { code, output };
  } catch (thrown) {
    return { code: 127, output: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
