/** The name people put into branch rules. */
export const policyCheckName = "airlock";
