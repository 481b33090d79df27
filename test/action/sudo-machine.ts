import { spawnSync } from "node:child_process";
import { chownSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { canReach } from "../../sandbox/reach.ts";
import { openAudit } from "../../src/audit/log.ts";
import { writePapers } from "../../src/action/papers.ts";
import { seal } from "../../src/handoff/seal.ts";
import { Task } from "../../src/handoff/task.ts";
import { task } from "../record/papers.ts";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";

export const root = process.getuid?.() === 0;
/** Root never crosses, so as root the account of the job is another one. */
export const user = root ? { uid: 61_002, gid: 61_002 } : { uid: process.getuid!(), gid: process.getgid!() };
export const main = join(import.meta.dirname, "../../src/action/main.ts");
export const reachable = canReach(main, user) && canReach(process.execPath, user);

/** Writes down how it was called and with what environment; then it is what sudo would start, with hardly an environment. */
export const sudo = `#!/bin/sh
printf '%s\\n' "$*" >> "$0.calls"
env >> "$0.env"
[ -e "$0.refuses" ] && exit 1
while [ "$1" = -n ] || [ "$1" = -- ]; do shift; done
exec env -i PATH="$PATH" "$@"
`;
const systemdRun = `#!/bin/sh
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
`;

/** A job of an ordinary account on a machine where \`sudo\` and \`systemd-run\` are stand-ins. */
export async function machine(files: Record<string, string> = {}) {
  const temporary = temporaryDirectory();
  const { path } = temporary;
  writeFiles(path, {
    "bin/sudo": { executable: sudo },
    "bin/systemd-run": { executable: systemdRun },
    "bin/npm": { executable: "#!/bin/sh\necho https://packages.example/\n" },
    "repository/README.md": "# demo\n",
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [name, { executable: text }])),
    "files/output": "",
    "files/summary": "",
  });
  const audit = openAudit("gate", () => 1_795_000_000_000);
  audit.append("task.sealed");
  const sealed = seal(Task, task({ audit_head: audit.head }));
  await writePapers(`${path}/papers`, { name: "task", sealed, audit });
  if (root)
    for (const name of ["", "bin", "files/output", "files/summary"]) chownSync(join(path, name), 61_002, 61_002);
  const env = {
    PATH: `${path}/bin:${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: path,
    RUNNER_TEMP: path,
    RUNNER_ENVIRONMENT: "github-hosted",
    GITHUB_REPOSITORY: "octo/demo",
    GITHUB_REPOSITORY_ID: "1",
    GITHUB_RUN_ID: "77",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_JOB: "solve",
    GITHUB_API_URL: "http://127.0.0.1:9",
    GITHUB_SERVER_URL: "http://127.0.0.1:9",
    GITHUB_OUTPUT: `${path}/files/output`,
    GITHUB_STEP_SUMMARY: `${path}/files/summary`,
    ACTIONS_RUNTIME_TOKEN: "runtime-token",
    INPUT_REPOSITORY: `${path}/repository`,
    INPUT_TASK: `${path}/papers`,
    "INPUT_TASK-DIGEST": sealed.digest,
    "INPUT_SETUP-HOST": "false",
    "INPUT_DROP-SUDO": "false",
    "INPUT_SEPARATE-USER": "auto",
  };
  const read = (name: string) => readFileSync(join(path, name), "utf8");
  return {
    ...temporary,
    env,
    read,
    calls: () =>
      read("bin/sudo.calls")
        .trim()
        .split("\n")
        .map((line) => line.replace(process.execPath, "NODE").replace(/ \S*main\.ts/, " MAIN")),
    run: (more: Record<string, string>) => {
      const options = { env: { ...env, ...more }, cwd: path, encoding: "utf8" as const, ...(root ? user : {}) };
      const { status, stdout, stderr } = spawnSync(process.execPath, [main], options);
      return { status, lines: stdout.trimEnd().split("\n"), stderr };
    },
  };
}
