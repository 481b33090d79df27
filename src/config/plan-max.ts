/**
 * What a plan may have: UTF-16 code units of a step or risk, of a path and of the notes; steps, risks, files of one step; and code units
 * of the whole as JSON. A plan is shown whole in one comment or not at all, and one written into a check run, which takes 65,535 characters.
 */
export const planMax = { line: 500, path: 300, notes: 2_000, steps: 30, risks: 20, files: 50, units: 12_000 } as const;
