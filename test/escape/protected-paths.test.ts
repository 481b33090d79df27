import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { escapes } from "./escape.ts";
import { withoutMount } from "./weaken.ts";
import type { EscapeCase } from "./escape.ts";

const control = "`.git .agents .codex` bound read-only at any depth";

/** Appends to a file; the twin leaves out the mount of one protected path. */
function append(
  id: string,
  attack: string,
  at: { file: string; mount: string; files?: EscapeCase["files"] },
): EscapeCase {
  return {
    id,
    control,
    attack,
    files: { [at.file]: "old\n", ...at.files },
    run: () => ["/bin/sh", "-c", 'echo new >> "$1" && echo written', "sh", at.file],
    host: ({ workspace }) => readFileSync(join(workspace, at.file), "utf8").includes("new"),
    held: /Read-only[\s\S]*host: false/,
    twin: {
      without: `the mount of ${at.mount}`,
      weaken: () => withoutMount(`/workspace/repo/${at.mount}`),
      escaped: /written[\s\S]*host: true/,
    },
  };
}

const top = { without: "the mount of .git", weaken: () => withoutMount("/workspace/repo/.git") };

escapes("protected paths", [
  append("C012", "writes a hook", { file: ".git/hooks/pre-commit", mount: ".git" }),
  append("C015", "writes a hook of a nested repository, six directories down", {
    file: "deep/a/b/c/d/repo/.git/hooks/post-checkout",
    mount: "deep/a/b/c/d/repo/.git",
  }),
  append("C018", "writes the git data that a worktree's .git file names", {
    file: "data/worktrees/x/config",
    mount: "data/worktrees/x",
    files: { ".git": "gitdir: data/worktrees/x\n" },
  }),
  append("C019", "writes a hook of a submodule (.git/modules)", {
    file: ".git/modules/x/hooks/post-checkout",
    mount: ".git",
  }),
  append("E010", "points a worktree's .git file elsewhere", { file: "tree/.git", mount: "tree/.git" }),
  append("E011", "writes a repository spelled .GIT, as a careless file system reads it", {
    file: "x/.GIT/config",
    mount: "x/.GIT",
  }),
  append("E012", "writes a repository by its NTFS short name", { file: "git~1/config", mount: "git~1" }),
  append("E013", "writes instructions for the next agent (.agents)", {
    file: "pkg/.agents/rules.md",
    mount: "pkg/.agents",
  }),
  append("E014", "writes configuration for the next agent (.codex)", { file: ".codex/config.toml", mount: ".codex" }),
  {
    id: "C013",
    control,
    attack: "moves .git away and puts its own in its place",
    files: { ".git/config": "old\n" },
    run: () => "mv .git old && mkdir .git && echo moved",
    held: /busy/i,
    twin: { ...top, escaped: /moved/ },
  },
  {
    id: "C017",
    control,
    attack: "renames the directory above a nested repository and writes into it there",
    files: { "a/.git/config": "old\n" },
    run: () => "mv a b; echo new >> b/.git/config && echo written",
    held: /Read-only/,
    twin: { without: "the mount of a/.git", weaken: () => withoutMount("/workspace/repo/a/.git"), escaped: /written/ },
  },
  {
    id: "C022",
    control,
    attack: "commits with git",
    needs: ["git"],
    files: { file: "x" },
    before: async ({ room, workspace }) => {
      const at = workspace.slice(room.dir.length + 1);
      await room.run(room.writable(at), ["git", "init", "-q"]);
    },
    run: () => "git add file && git -c user.name=a -c user.email=a@b.c commit -qm x && echo committed",
    held: /Read-only|Unable to create/,
    twin: { ...top, escaped: /committed/ },
  },
  {
    id: "E015",
    control,
    attack: "links a hook's file to another name and writes through that",
    files: { ".git/config": "old\n" },
    run: () => "ln .git/config mine && echo new >> mine && echo written",
    held: /cross-device/i,
    twin: { ...top, escaped: /written/ },
  },
  {
    id: "E016",
    control,
    attack: "goes around the mount by /proc/self/cwd, /proc/self/root and an open directory",
    files: { ".git/config": "old\n" },
    run: () =>
      "exec 7< .git; for at in /proc/self/cwd /proc/self/root/workspace/repo; do echo new >> $at/.git/config && echo written; done; echo new >> /proc/self/fd/7/config && echo written",
    held: /^(?!.*written)[\s\S]*Read-only/,
    twin: { ...top, escaped: /written\nwritten\nwritten/ },
  },
  {
    id: "E017",
    control,
    attack: "mounts over it or takes the mount off",
    files: { ".git/config": "old\n" },
    run: () => "umount .git; mount --bind /tmp .git; echo new >> .git/config && echo written",
    held: /Read-only/,
    twin: { ...top, escaped: /written/ },
  },
  {
    id: "E018",
    control: "bwrap creates nothing in a workspace",
    attack: "finds mount points that the sandbox left in the workspace",
    files: { "a/.git/config": "old\n" },
    run: () => "true",
    host: ({ workspace }) => readdirSync(workspace).sort().join(),
    held: /host: a$/,
    twin: { none: "`mounts` shows it: bwrap that is told to mount onto a missing name makes it" },
  },
]);
