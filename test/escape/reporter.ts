import type { Reporter, TestCase, TestModule } from "vitest/node";

/** Prints, after the usual report, which control stopped which attacks: one line each, and what was not run. */
export default class ControlTable implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const cases = modules.flatMap((module) => [...module.children.allTests()]).filter((item) => item.meta().escape);
    const controls = Map.groupBy(cases, (item) => item.meta().escape?.control ?? "");
    const lines = [...controls].map(([control, of]) => {
      const held = of.filter((item) => item.result().state === "passed");
      const twins = held.filter((item) => item.meta().escape?.twin.startsWith("twin"));
      const bad = of.filter((item) => item.result().state === "failed").map(idOf);
      const idle = of
        .filter((item) => item.result().state === "skipped")
        .map((item) => `${idOf(item)} (${noteOf(item)})`);
      const words = [
        `${held.length} held, ${twins.length} with a twin that escaped`,
        ...(bad.length > 0 ? [`FAILED: ${bad.join(", ")}`] : []),
        ...(idle.length > 0 ? [`NOT RUN: ${idle.join("; ")}`] : []),
      ];
      return `${control.padEnd(44)} ${of.map(idOf).join(" ")}\n${" ".repeat(44)} ${words.join("; ")}`;
    });
    process.stdout.write(`\ncontrol → cases → result\n\n${lines.join("\n")}\n\n${cases.length} attacks\n`);
  }
}

function idOf(item: TestCase): string {
  return item.name.split(" ")[0] ?? item.name;
}

function noteOf(item: TestCase): string {
  const result = item.result();
  return result.state === "skipped" ? (result.note ?? "").replace(/^not run: /, "") : "";
}
