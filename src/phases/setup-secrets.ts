import { type Config, configPath } from "../config.ts";
import type { Secret } from "../environment/residue.ts";
import { AirlockError } from "../errors.ts";

/** Characters of the shortest secret: a shorter value would be found in every file, and hidden in every sentence. */
const valueUnitsMin = 8;

/** The secrets of one environment. Their values live in this process, and inside the commands they are meant for. */
export interface SetupSecrets {
  /** For the setup commands. */
  given: Secret[];
  /** For the installation. */
  registryToken: Secret | null;
}

/** All their values. */
export function valuesOf({ given, registryToken }: SetupSecrets): string[] {
  return [...given, ...(registryToken === null ? [] : [registryToken])].map(({ value }) => value);
}

export const noSecrets: SetupSecrets = { given: [], registryToken: null };

/**
 * Reads what `[setup]` of the trusted commit names. In: how a variable is read; it is asked for these names only, once each. A value
 * that was read is told to `mask` before anything else happens.
 * @throws AirlockError `bad-input` for a variable that is missing or too short to be told from other text.
 */
export function setupSecrets(
  setup: Config["setup"],
  read: (name: string) => string | undefined,
  mask: (value: string) => void,
): SetupSecrets {
  const named = [...new Set([...setup.secrets, ...(setup.registry_token === undefined ? [] : [setup.registry_token])])];
  const values = new Map(named.map((name) => [name, read(name)?.trim() ?? ""]));
  for (const value of values.values()) if (value !== "") mask(value);
  for (const [name, value] of values) {
    if (value === "") throw missing(name);
    if (value.length < valueUnitsMin || value.includes("\0")) throw unfit(name);
  }
  const secretOf = (name: string): Secret => ({ name, value: values.get(name) ?? "" });
  return {
    given: [...new Set(setup.secrets)].map(secretOf),
    registryToken: setup.registry_token === undefined ? null : secretOf(setup.registry_token),
  };
}

function missing(name: string): AirlockError {
  return new AirlockError({
    code: "bad-input",
    message: `The secret ${name}, which [setup] of ${configPath} names, was not given.`,
    fix: `In Actions: give it to each prepare step, as the commented \`env:\` in .github/workflows/airlock.yml shows, and set the secret in the repository's settings. At a terminal: set the variable ${name}.`,
  });
}

function unfit(name: string): AirlockError {
  return new AirlockError({
    code: "bad-input",
    message: `The value of ${name} cannot be used as a secret: it is shorter than ${valueUnitsMin} characters or holds a NUL.`,
    fix: "Use a longer value: a short one is found in every file and hidden in every sentence. What is no secret belongs into the command.",
  });
}
