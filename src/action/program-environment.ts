/** What sudo, apt, systemd-run and npm need of the machine. */
const passed =
  /^(?:PATH|HOME|USER|LOGNAME|LANG|LC_ALL|TMPDIR|(?:https?|no)_proxy|npm_config_(?:registry|userconfig|globalconfig|prefix|cache))$/i;

/** What the machine's own programs are given. A step's environment holds more, and before prepare took them also the secrets of `[setup]`. Pure. */
export function programEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const pairs = Object.entries(environment).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && passed.test(pair[0]),
  );
  return { ...Object.fromEntries(pairs), DEBIAN_FRONTEND: "noninteractive" };
}
