import { SandboxError } from "./sandbox.ts";

/** Where the toolchain given to `openSandbox` appears inside. */
export const toolchainInside = "/opt/airlock";
export const homeInside = "/tmp/home";
export const userName = "agent";

/** PATH inside every sandbox; it begins with the directory of the toolchain's node. */
export const pathInside = `${toolchainInside}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

/**
 * The whole environment of a sandboxed command: a fixed list, then what the profile adds. Nothing of the host's environment.
 * In: the profile's variables, and the host's CA bundle when there is egress (Node reads only its own list otherwise).
 * @throws SandboxError for a name or value that cannot be an environment variable.
 */
export function environmentInside(
  added: Readonly<Record<string, string>>,
  caBundle: string | null,
): Record<string, string> {
  for (const [name, value] of Object.entries(added)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || value.includes("\0")) {
      throw new SandboxError(
        `The variable ${JSON.stringify(name)} cannot be passed into the sandbox.`,
        "Use a name of letters, digits and underscores, and a value without NUL.",
      );
    }
  }
  return {
    PATH: pathInside,
    HOME: homeInside,
    USER: userName,
    LANG: "C.UTF-8",
    TZ: "UTC",
    TMPDIR: "/tmp",
    CI: "true",
    ...(caBundle === null ? {} : { NODE_EXTRA_CA_CERTS: caBundle }),
    ...added,
  };
}
