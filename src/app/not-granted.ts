import { AirlockError } from "../errors.ts";

/** Asks what needs a permission that an installation may not have accepted yet. Out: null when it has not. */
export async function unlessNotGranted<Value>(ask: () => Promise<Value>): Promise<Value | null> {
  try {
    return await ask();
  } catch (thrown) {
    if (thrown instanceof AirlockError && isDenied(thrown)) return null;
    throw thrown;
  }
}

/** GitHub answers 422 to a token that asks for a permission which the installation has not accepted. */
function isDenied({ code, message }: AirlockError): boolean {
  return code === "github-forbidden" || / answered 422\b/.test(message);
}
