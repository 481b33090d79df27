/** What a run remembers of each output that was not shown as it was. Never the value. */
export const hiddenOutput = "A secret-like value in the output of a command was hidden.";
