/** One thing that must work inside. Files are written into a fresh workspace, which belongs to the sandbox's user. */
export interface Case {
  title: string;
  /** Programs that must be on the sandbox's PATH. A missing one makes the case "not run", said on stderr. */
  needs?: readonly string[];
  /** Whose packages lie in `node_modules`: this project's own, or those of `packages/`, installed through the sandbox. */
  packages?: "own" | "registry";
  files?: Readonly<Record<string, string>>;
  /** The workspace is a repository with one commit of `files`, as Airlock's own copies are. */
  git?: true;
  /** A list of words, or a script for bash. */
  run: readonly string[] | string;
  /** What stdout must be (without the last line's end) or must match. */
  expect: string | RegExp;
  /** The same for stderr; absent: not looked at. */
  stderr?: string | RegExp;
  exitCode?: number;
  /** Absent: the case writes nothing into the workspace and so must hold in both modes. */
  mode?: "workspace-write";
}

/** Lines of a program or script, as an array element each, so that tables stay readable. */
export const lines = (...text: string[]): string => `${text.join("\n")}\n`;
