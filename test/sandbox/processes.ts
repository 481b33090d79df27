import { readFileSync, readdirSync } from "node:fs";

/** Every process of the host that can be looked at. */
function processes(): { pid: string; words: string }[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) ? [{ pid, words: readFileSync(`/proc/${pid}/cmdline`, "utf8") }] : [];
    } catch {
      return [];
    }
  });
}

/** Processes of `sleep` with these words. */
export function sleepers(words: RegExp): number {
  return processes().filter((one) => one.words.startsWith("sleep\0") && words.test(one.words)).length;
}

/** Waiting sandboxes that have mounted something below a directory of the host. */
export function readers(directory: string): number {
  return processes().filter(({ pid, words }) => {
    try {
      return words.includes("mapfile") && readFileSync(`/proc/${pid}/mountinfo`, "utf8").includes(directory);
    } catch {
      return false;
    }
  }).length;
}

/** Command lines of all processes of the host, their words NUL-separated. */
export function commandLines(): string[] {
  return processes().map(({ words }) => words);
}
