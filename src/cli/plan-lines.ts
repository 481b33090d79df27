import type { Plan } from "../handoff/plan.ts";

/** A plan for a terminal, one line per step, file and risk. In: model text; whoever prints the lines makes them printable. */
export function planLines({ steps, risks, expected_level, notes }: Plan): string[] {
  return [
    ...steps.flatMap(({ what, files }, index) => [`${index + 1}. ${what}`, ...files.map((path) => `     ${path}`)]),
    "",
    ...(risks.length === 0 ? [] : ["Risks:", ...risks.map((risk) => `  - ${risk}`), ""]),
    `Expected level: ${expected_level}`,
    ...(notes === "" ? [] : ["", notes]),
  ];
}
