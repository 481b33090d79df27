import { spawn, type SpawnOptions } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** One thing that is timed. Out: milliseconds, and why it does not count; null: it did what it should. */
export interface Case {
  name: string;
  run: () => Promise<Timed>;
}

interface Timed {
  ms: number;
  fault: string | null;
}

export interface Timing {
  name: string;
  median: number;
  p90: number;
  min: number;
  /** Of the first run that went wrong; a case with one is told and compared with nothing. */
  fault: string | null;
}

/** Milliseconds of rest before each run, so that none pays for what the one before has left to be done. */
const restMs = 30;
const warmUpRounds = 2;

/** Runs all cases in turn, again and again: A B C … A B C …, so that whatever else the machine does meets them all. */
export async function interleaved(cases: readonly Case[], rounds: number): Promise<Map<string, Timing>> {
  const seen = new Map(cases.map(({ name }) => [name, { times: [] as number[], fault: null as string | null }]));
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    for (const { name, run } of cases) {
      await sleep(restMs);
      const { ms, fault } = await run();
      const one = seen.get(name);
      if (one === undefined || round < 0) continue;
      one.times.push(ms);
      one.fault ??= fault;
    }
  }
  return new Map([...seen].map(([name, { times, fault }]) => [name, { name, fault, ...summary(times) }]));
}

/** Starts a program and waits for its exit. Nothing is read from it. */
export function timedProcess(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<Timed> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(program, [...args], { stdio: "ignore", ...options });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      const ms = performance.now() - begun;
      resolve({ ms, fault: code === 0 ? null : `exit ${code ?? signal}` });
    });
  });
}

function summary(times: readonly number[]): Pick<Timing, "median" | "p90" | "min"> {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { median: at(0.5), p90: at(0.9), min: at(0) };
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_cell, index) => (index === 0 ? "---" : "--:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}
