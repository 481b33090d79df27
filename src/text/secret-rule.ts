/** What a rule's pattern matched: the value alone, and where it stands in which text (UTF-16 offsets). */
export interface FoundValue {
  value: string;
  text: string;
  start: number;
  end: number;
  /** What stands before the value and is not secret: a name, an address's beginning. Empty for most rules. */
  lead: string;
}

/** One form of secret. What redaction masks may be too much; what refuses a change must be a secret, so `sure` asks for more. */
export interface SecretRule {
  id: string;
  /** What it is called to people. */
  name: string;
  /** Who says that it looks like this. */
  source: string;
  /**
   * Every match holds one of these, `back` characters after its begin; three characters or more, compared without their case. A text
   * without any is not looked at more closely.
   */
  literals: readonly string[];
  back?: number;
  /** A cheaper look at a literal that many texts are full of: false where the pattern cannot match. */
  worth?: (text: string, begin: number) => boolean;
  /** Sticky. Quantifiers are bounded, or the last thing in the pattern: one try costs a bounded number of steps or ends in a match. */
  pattern: RegExp;
  /** The pattern's first group is not secret and stays readable. */
  keep?: true;
  /** What the value must be for any use. */
  form?: (found: FoundValue) => boolean;
  /** What it must be besides, to be a finding: a form that a plain word or an example can have is not enough. */
  sure?: (found: FoundValue) => boolean;
  /** Serves only one of both uses. */
  only?: "finding" | "mask";
}
