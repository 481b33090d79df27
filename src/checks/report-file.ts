import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { ReadOnlyMount } from "../../sandbox/sandbox.ts";
import { makePrivateDirectory, removeTree } from "../workspace/owned.ts";
import type { Store } from "../workspace/store.ts";

/** Bytes of a test report that are read; a suite of ten thousand tests writes about five million. */
const reportBytesMax = 32 * 1024 * 1024;

/** Where one command leaves its test report: outside the workspace, and mounted for that command only. */
export interface ReportPlace extends AsyncDisposable {
  mount: ReadOnlyMount;
  /** Name of its directory: nobody else's text holds it. */
  name: string;
  /** Path of the report as the command sees it. No shell reads a character of it. */
  inside: string;
  read: () => Promise<{ kind: "read"; text: string } | { kind: "missing"; reason: string }>;
}

/** Makes a place with a name that nobody can know before. Disposing removes it. */
export async function openReportPlace({ directory, runAs }: Pick<Store, "directory" | "runAs">): Promise<ReportPlace> {
  const host = await makePrivateDirectory(directory, "report-", runAs);
  const name = `report-${randomBytes(16).toString("hex")}`;
  const inside = `/${name}`;
  return {
    mount: { host, inside },
    name,
    inside: `${inside}/report`,
    read: () => readReport(join(host, "report")),
    [Symbol.asyncDispose]: () => removeTree(host),
  };
}

/** The code under test could have put anything at the path: no link is followed, no pipe waited for, and only so much read. */
async function readReport(path: string): ReturnType<ReportPlace["read"]> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => null);
  if (file === null) return missing("no test report was written");
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return missing("its test report is no plain file");
    if (stat.size > reportBytesMax) return missing(`its test report is larger than ${reportBytesMax} bytes`);
    return { kind: "read", text: (await file.readFile()).toString("utf8") };
  } finally {
    await file.close();
  }
}

function missing(reason: string) {
  return { kind: "missing" as const, reason };
}
