import { z } from "zod";

/** Why checks of the repository fail. `/agent ci` needs none of it. */
export const Ci = z.strictObject({
  on_failure: z
    .boolean()
    .default(false)
    .describe(
      "Whether a failed run on the default branch is analysed without being asked. Needs the label `airlock:ci`; each failure costs one run of the model.",
    ),
});
