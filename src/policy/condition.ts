/** One line of the list that people read: what must hold, whether it does, what was seen. */
export interface Condition {
  name: string;
  holds: boolean;
  saw: string;
}

/** A condition with what to say while it does not hold. */
export interface Judged extends Condition {
  /** What is missing, one sentence. */
  missing: string;
  /** Why it can never be met as things are; null when it can. */
  cannot: string | null;
}
