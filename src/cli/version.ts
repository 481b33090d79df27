import { promises } from "node:fs";
import { z } from "zod";

/** Put in by the build, because the bundle lies where there may be no package.json. Not there when run from source. */
declare const airlockVersion: string | undefined;

/** The version that package.json names. */
export async function version(): Promise<string> {
  if (typeof airlockVersion === "string") return airlockVersion;
  const text = await promises.readFile(new URL("../../package.json", import.meta.url), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
