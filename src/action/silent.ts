import { exec } from "@actions/exec";
import type { Exec } from "../phases/prepare-host.ts";

type Environment = Readonly<Record<string, string>>;

/**
 * The runner obeys commands it reads from a child's output, so a child's output is never passed on. In: all that programs have in their
 * environment; the directory they are started in (absent: this process's own).
 */
export function silent(env: Environment, cwd?: string): Exec {
  const where = { env: { ...env }, ...(cwd === undefined ? {} : { cwd }) };
  return (program, args) => quietly(program, args, where);
}

async function quietly(
  program: string,
  args: string[],
  where: { env: Record<string, string>; cwd?: string },
): ReturnType<Exec> {
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
