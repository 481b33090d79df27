import { posix } from "node:path";
import type { Profile, Sandbox } from "../../sandbox/sandbox.ts";
import type { FileState, Step } from "./patch-plan.ts";

/** What file access needs: commands run inside, the host opens nothing of the workspace. */
export interface Inside {
  sandbox: Sandbox;
  profile: Profile;
}

/** Bytes of one file that a patch may change, and of all of them together: they are held in memory. */
const patchFileBytesMax = 4 * 1024 * 1024;
const patchBytesMax = 16 * 1024 * 1024;

/** Milliseconds for reading or writing the files of one patch. */
const accessMs = 60_000;

// Every path gets one line: what it is, and for a file its bytes in base64, which any byte survives.
const readScript = `
max=$1; left=$2; shift 2
for path do
  if [ -d "$path" ]; then echo directory
  elif [ -f "$path" ]; then
    if [ ! -r "$path" ]; then echo unreadable
    else
      size=$(wc -c < "$path")
      if [ "$size" -gt "$max" ]; then echo large
      elif [ "$size" -gt "$left" ]; then echo crowded
      else left=$((left - size)); printf 'file '; base64 -w 0 < "$path" || exit 1; echo
      fi
    fi
  elif [ -e "$path" ] || [ -L "$path" ]; then echo other
  else echo missing
  fi
done`;

/** Looks at files inside the sandbox. In: paths relative to the workspace. Throws only when the sandbox broke. */
export async function readFiles(
  inside: Inside,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, FileState>> {
  if (paths.length === 0) return new Map();
  const room = Math.ceil((patchBytesMax * 4) / 3) + 1024 + paths.length * 16;
  const profile = {
    ...inside.profile,
    limits: {
      ...inside.profile.limits,
      timeoutMs: accessMs,
      output: { headBytes: room, tailBytes: 1024 },
    },
  };
  const caps = [String(patchFileBytesMax), String(patchBytesMax)];
  const ran = await inside.sandbox.run(profile, ["sh", "-c", readScript, "sh", ...caps, ...paths], { signal });
  const lines = ran.kind === "exited" && ran.exitCode === 0 && !ran.stdout.truncated ? ran.stdout.text.split("\n") : [];
  return new Map(paths.map((path, index) => [path, stateOf(lines[index])]));
}

function stateOf(line: string | undefined): FileState {
  if (line === "missing" || line === "directory") return { kind: line };
  if (line === "large") return { kind: "unusable", why: `has more than ${patchFileBytesMax} bytes` };
  if (line === "crowded")
    return { kind: "unusable", why: `is too much: a patch reads at most ${patchBytesMax} bytes in all` };
  if (line === "unreadable") return { kind: "unusable", why: "cannot be read" };
  if (line === "other") return { kind: "unusable", why: "is not a regular file" };
  if (!line?.startsWith("file ")) return { kind: "unusable", why: "could not be looked at" };
  return textOf(Buffer.from(line.slice("file ".length), "base64"));
}

function textOf(bytes: Buffer): FileState {
  if (bytes.includes(0)) return { kind: "unusable", why: "is binary" };
  try {
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { kind: "unusable", why: "is not UTF-8 text" };
  }
}

// The contents come one after the other on stdin; head takes exactly the bytes of one. Each finished step prints a line.
const writeScript = `
while [ $# -gt 0 ]; do
  kind=$1; path=$2; dir=$3; from=$4; size=$5; shift 5
  case $kind in
    write) mkdir -p -- "$dir" && head -c "$size" > "$path" ;;
    move) mkdir -p -- "$dir" && mv -f -- "$from" "$path" && head -c "$size" > "$path" ;;
    delete) rm -- "$path" ;;
  esac || exit 1
  echo done
done`;

/** How many steps were carried out, and why the next one was not; null when all were. */
export interface Written {
  steps: number;
  failure: string | null;
}

/** Carries out a plan inside the sandbox. Throws only when the sandbox broke. */
export async function writeFiles(inside: Inside, steps: readonly Step[], signal: AbortSignal): Promise<Written> {
  if (steps.length === 0) return { steps: 0, failure: null };
  const contents = steps.map((step) => Buffer.from(step.kind === "delete" ? "" : step.text, "utf8"));
  const args = steps.flatMap((step, index) => {
    const path = step.kind === "move" ? step.to : step.path;
    return [step.kind, path, posix.dirname(path), step.path, String(contents[index]?.byteLength ?? 0)];
  });
  const output = { headBytes: 65_536, tailBytes: 65_536 };
  const profile = { ...inside.profile, limits: { ...inside.profile.limits, timeoutMs: accessMs, output } };
  const ran = await inside.sandbox.run(profile, ["sh", "-c", writeScript, "sh", ...args], {
    signal,
    stdin: Buffer.concat(contents),
  });
  const done = ran.stdout.text.split("\n").filter((line) => line === "done").length;
  if (ran.kind === "exited" && ran.exitCode === 0 && done === steps.length) return { steps: done, failure: null };
  const path = steps[done]?.path ?? "";
  const ended = ran.kind === "limit" ? ran.detail : ran.kind;
  const reason = ran.kind === "exited" ? ran.stderr.text.trim() || `exit code ${ran.exitCode}` : ended;
  return { steps: done, failure: `${path} could not be written: ${reason}` };
}
