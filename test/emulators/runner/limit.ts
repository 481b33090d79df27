/** The workflow asks for something this runner does not imitate. Never a step's failure: it fails the run and the test that waits for it. */
export class EmulatorLimit extends Error {
  override readonly name = "EmulatorLimit";
}

/** A step's own failure with a message for its log, as an action's `setFailed`. */
export class StepFailure extends Error {
  override readonly name = "StepFailure";
}
