import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { portOf } from "../../sandbox/room.ts";

/** One version of one package, as it is published. */
export interface Published {
  name: string;
  version: string;
  /** Further fields of its package.json. */
  manifest?: Record<string, unknown>;
  /** Its other files. */
  files?: Record<string, string>;
  /** When it was published; else years ago. The name is as old as its oldest version. */
  at?: string;
  /** The account that published it, and who may publish the next one. */
  publisher?: string;
  maintainers?: string[];
  /** Taken down: it is only in the list of times. */
  unpublished?: boolean;
}

/** A package registry on the loopback interface: packuments and tarballs with true hashes, and a record of who asked for what. */
export interface Registry extends AsyncDisposable {
  url: URL;
  /** `GET /name credentials-or-none`, in order. */
  requests: string[];
}

interface Packed extends Published {
  tarball: Buffer;
}

/** What `npm audit` is told of one package's versions. */
export interface KnownAdvisory {
  id: number;
  url: string;
  title: string;
  severity: "low" | "moderate" | "high" | "critical";
  vulnerable_versions: string;
}

/**
 * Starts it with exactly these packages on a free port; an empty list makes a server that only writes down who comes. In: advisories by
 * package; absent: it knows none and says that it cannot be asked, as many mirrors do.
 */
export async function startRegistry(
  published: readonly Published[],
  advisories?: Readonly<Record<string, readonly KnownAdvisory[]>>,
): Promise<Registry> {
  const packages = published.map((one) => ({ ...one, tarball: pack(one) }));
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.authorization ?? "no credentials"}`);
    if (request.url === "/-/npm/v1/security/advisories/bulk" && advisories !== undefined)
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(advisories));
    else answer(packages, request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: new URL(`http://127.0.0.1:${portOf(server)}/`),
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function answer(packages: readonly Packed[], request: IncomingMessage, response: ServerResponse): void {
  const path = decodeURIComponent(request.url ?? "").slice(1);
  const root = `http://${request.headers.host}/`;
  const tarball = packages.find((one) => path === tarballPath(one));
  if (tarball !== undefined) {
    response.writeHead(200, { "content-type": "application/octet-stream" }).end(tarball.tarball);
    return;
  }
  const versions = packages.filter(({ name }) => name === path);
  if (versions.length === 0) {
    response.writeHead(404, { "content-type": "application/json" }).end('{"error":"not found"}');
    return;
  }
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(packument(versions, root)));
}

function packument(versions: readonly Packed[], root: string): object {
  const name = versions[0]?.name;
  const times = versions.map(({ at = "2020-01-01T00:00:00.000Z" }) => at);
  const [first, last] = [times.toSorted()[0], times.toSorted().at(-1)];
  const there = versions.filter(({ unpublished }) => unpublished !== true);
  if (there.length === 0) return { name, time: { created: first, modified: last, unpublished: { time: last } } };
  const maintainers = versions.at(-1)?.maintainers ?? ["owner"];
  return {
    name,
    "dist-tags": { latest: there.at(-1)?.version },
    maintainers: maintainers.map((one) => ({ name: one })),
    time: Object.fromEntries([
      ["created", first],
      ["modified", last],
      ...versions.map((one, index) => [one.version, times[index]]),
    ]),
    versions: Object.fromEntries(
      there.map((one) => [
        one.version,
        { ...manifestOf(one), _npmUser: { name: one.publisher ?? "owner" }, dist: dist(one, root) },
      ]),
    ),
  };
}

function dist(one: Packed, root: string): object {
  const hash = (algorithm: string) => createHash(algorithm).update(one.tarball);
  return {
    tarball: `${root}${tarballPath(one)}`,
    integrity: `sha512-${hash("sha512").digest("base64")}`,
    shasum: hash("sha1").digest("hex"),
  };
}

function tarballPath({ name, version }: Published): string {
  return `${name}/-/${name.split("/").at(-1)}-${version}.tgz`;
}

function manifestOf({ name, version, manifest }: Published): Record<string, unknown> {
  const scripts = manifest?.["scripts"];
  return { name, version, ...manifest, ...(scripts === undefined ? {} : { hasInstallScript: true }) };
}

function pack(one: Published): Buffer {
  const source = mkdtempSync(join(tmpdir(), "airlock-registry-"));
  try {
    const { hasInstallScript: _, ...manifest } = manifestOf(one);
    const files = {
      "package.json": JSON.stringify(manifest),
      "index.js": `module.exports = "${one.name} ${one.version}";\n`,
      ...one.files,
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(source, "package", path)), { recursive: true });
      writeFileSync(join(source, "package", path), text);
    }
    return execFileSync("tar", ["-czf", "-", "-C", source, "package"]);
  } finally {
    rmSync(source, { recursive: true });
  }
}
