/** The variable that npm reads the token from, inside, while it installs. */
const tokenVariable = "AIRLOCK_REGISTRY_TOKEN";

/**
 * How npm is given a token for one registry: a user configuration that names a variable, and that variable. So the token is in no file
 * and no word of a command. (npm would also read `npm_config_//host/:_authToken` from the environment, but a shell on the way drops
 * variables with such names.) Pure.
 */
export function registryLogin(registry: URL, token: string): { userconfig: string; env: Record<string, string> } {
  const place = `//${registry.host}${registry.pathname.endsWith("/") ? registry.pathname : `${registry.pathname}/`}`;
  return { userconfig: `${place}:_authToken=\${${tokenVariable}}\n`, env: { [tokenVariable]: token } };
}
