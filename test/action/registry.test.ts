import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { registry } from "../../src/action/prepare.ts";
import { programEnvironment } from "../../src/action/program-environment.ts";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";

test("the registry is the machine's, although the job's directory is the repository's", async () => {
  using temporary = temporaryDirectory();
  const [home, repository] = [join(temporary.path, "home"), join(temporary.path, "repository")];
  writeFiles(home, { ".npmrc": "registry=https://packages.example/npm/\n" });
  writeFiles(repository, { "package.json": "{}", ".npmrc": "registry=http://169.254.169.254/\n" });
  vi.stubEnv("HOME", home);
  for (const name of Object.keys(process.env).filter((key) => /^npm_config_/i.test(key))) vi.stubEnv(name, undefined);
  const before = process.cwd();
  process.chdir(repository);
  try {
    expect((await registry({ programs: programEnvironment(process.env) })).href).toBe("https://packages.example/npm/");
  } finally {
    process.chdir(before);
    vi.unstubAllEnvs();
  }
});
