import { existsSync, lstatSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { scanWorkspace } from "../../sandbox/protected.ts";
import { SandboxError } from "../../sandbox/sandbox.ts";
import { removeTree } from "../../src/workspace/owned.ts";
import { escapes } from "./escape.ts";
import { withoutRules } from "./weaken.ts";
import type { EscapeCase, Scene } from "./escape.ts";

/** What the host does with a workspace after a command: it walks it before the next one, and removes it. Neither may hang. */
const cleaned = async ({ workspace }: Scene): Promise<string> => {
  let walked = "walked";
  try {
    scanWorkspace(workspace, "workspace-write");
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    walked = `refused as ${error.kind}`;
  }
  await removeTree(workspace);
  return `${walked}, ${existsSync(workspace) ? "STILL THERE" : "removed"}`;
};
const control = "the host walks without following, and removes by `removeTree`";
const none = { none: "it is allowed inside; what counts is that the host copes" };

function left(id: string, attack: string, run: string | string[], held = /host: walked, removed$/): EscapeCase {
  return { id, control, attack, run: () => run, host: cleaned, held, twin: none };
}
const perl = (script: string) => ["perl", "-e", script];

escapes("left behind", [
  left("E130", "closes directories against their owner", "mkdir -p a/b/c; echo x > a/b/c/f; chmod 0 a/b/c a/b a"),
  left(
    "E131",
    "nests directories deeper than a path can spell",
    perl('my $n = "d" x 200; for (1..40) { mkdir $n or die $!; chdir $n or die $! } open(my $f, ">", "f")'),
    /host: refused as workspace, removed$/,
  ),
  left(
    "E132",
    "nests directories deeper than a path can spell and closes the last ones",
    perl(
      'my $n = "d" x 200; for (1..40) { mkdir $n or die $!; chdir $n or die $! } mkdir "x"; open(my $f, ">", "x/f"); chmod 0, "x"',
    ),
    /host: refused as workspace, removed$/,
  ),
  left(
    "E133",
    "leaves a pipe in the place of a git file, for a reader that waits",
    "mkfifo .git p; mkdir a; mkfifo a/.git",
    /host: refused as workspace, removed$/,
  ),
  left("E134", "leaves pipes beside files", "mkfifo p config package.json"),
  left(
    "E135",
    "uses names that break a shell or a list",
    perl(
      'for my $n ("-rf", "a\\nb", " ", "\\$(id)", "\\xff\\xfe", "*", "\\e[31m", "x" x 255, "..." ) { open(my $f, ">", $n) or die $!; mkdir "$n.d" if length $n < 200 }',
    ),
  ),
  left("E136", "makes 20,000 files", perl('for (1..20000) { open(my $f, ">", "f$_") or die $! }')),
  left(
    "E137",
    "links files to each other and directories to nothing",
    "echo x > a; ln a b; ln a c; ln -s / root; ln -s nowhere dangling; ln -s . self",
  ),
  {
    ...left("E138", "marks a file and a directory with attributes of its own", ""),
    needs: ["python3"],
    run: () => [
      "python3",
      "-c",
      'import os; open("a", "w"); os.mkdir("d"); [os.setxattr(at, "user.overlay.opaque", b"y") for at in ("a", "d")]; print("set")',
    ],
    held: /^set\n[\s\S]*host: walked, removed$/,
  },
  {
    id: "E139",
    control: "seccomp: the table of refused calls",
    attack: "sets a flag on a file that outlives the command (no-dump, as immutable would be)",
    needs: ["chattr", "lsattr"],
    run: () => "touch f; chattr +d f; lsattr f",
    held: /Operation not permitted/,
    twin: {
      without: "the rules on ioctl",
      weaken: () => withoutRules("ioctl", "file_setattr"),
      escaped: /^-*d-*e?-* f\n/,
    },
  },
  {
    id: "E140",
    control: "seccomp: device nodes, set-id bits",
    attack: "leaves a set-id program in the workspace, on the host's disk",
    run: () => "cp /bin/true t && chmod 6755 t; chmod g+s . ; true",
    host: ({ workspace }) => (lstatSync(join(workspace, "t")).mode & 0o6000).toString(8),
    held: /host: 0$/,
    twin: {
      without: "the rules on chmod",
      weaken: () => withoutRules("chmod", "fchmod", "fchmodat", "fchmodat2"),
      escaped: /host: 6000$/,
    },
  },
  {
    id: "C034",
    control: "`--die-with-parent`, own process group, and a kill of the reported PID 1",
    attack: "leaves a process that goes on writing",
    run: () => "(setsid sh -c 'while :; do date >> log; sleep 0.02; done' >/dev/null 2>&1 &) ; sleep 0.1; echo done",
    host: async ({ workspace }) => {
      const before = readFileSync(join(workspace, "log"), "utf8").length;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return readFileSync(join(workspace, "log"), "utf8").length === before ? "silent" : "still writing";
    },
    held: /^done\n[\s\S]*host: silent$/,
    twin: {
      none: "`run` and `orphan` look for the process itself; the end of PID 1 has three causes of which each suffices",
    },
  },
  {
    id: "E141",
    control: "the caller's sweep, and `.git` of an earlier command",
    attack: "makes a repository in one command and its hook in the next",
    before: async ({ room, workspace }) => {
      const at = workspace.slice(room.dir.length + 1);
      await room.run(room.writable(at), ["/bin/sh", "-c", "mkdir -p new/.git/hooks"]);
    },
    run: () => "echo x > new/.git/hooks/post-checkout && echo written",
    host: ({ workspace }) => readdirSync(join(workspace, "new/.git/hooks")).length,
    held: /Read-only[\s\S]*host: 0$/,
    twin: { none: "E010 to E014 leave the mount out; the sweep itself is tested with the workspace" },
  },
]);
