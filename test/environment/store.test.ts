import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installDependencies } from "../../src/environment/install.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { limits, portOf } from "../sandbox/room.ts";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";

const real = realSandbox();

/** A registry whose one package can be exchanged. */
let served = tarball("good");
const registry = createServer((request, response) => {
  const dist = { tarball: `http://${request.headers.host}/p/-/p-1.0.0.tgz` };
  const packument = {
    name: "p",
    "dist-tags": { latest: "1.0.0" },
    versions: { "1.0.0": { name: "p", version: "1.0.0", dist } },
  };
  if (request.url === "/p") response.end(JSON.stringify(packument));
  else response.setHeader("cache-control", "public, immutable, max-age=31557600").end(served);
});
beforeAll(async () => {
  registry.listen(0, "127.0.0.1");
  await once(registry, "listening");
});
afterAll(() => void registry.close());

test("from a package manager's store that somebody else filled only what the lockfile's integrity names is taken", async () => {
  using at = temporaryDirectory();
  chmodSync(at.path, 0o711);
  const [good, evil] = [tarball("good"), tarball("evil")];
  const install = async (name: string, integrity: string) => {
    const dependencies = { p: "1.0.0" };
    const packages = {
      "": { name: "r", version: "1.0.0", dependencies },
      "node_modules/p": { version: "1.0.0", integrity },
    };
    writeFiles(join(at.path, `${name}-checkout`), {
      "package.json": JSON.stringify({ name: "r", version: "1.0.0", dependencies }),
      "package-lock.json": JSON.stringify({ name: "r", version: "1.0.0", lockfileVersion: 3, packages }),
    });
    const into = join(at.path, name);
    const result = await installDependencies({
      sandbox: real.sandbox,
      manifestDir: join(at.path, `${name}-checkout`),
      into,
      registry: new URL(`http://127.0.0.1:${portOf(registry)}/`),
      cacheDir: join(at.path, "store"),
      limits,
    });
    return result.kind === "installed" ? readFileSync(join(into, "node_modules/p/index.js"), "utf8") : result;
  };
  served = evil;
  expect(await install("filling", integrityOf(evil))).toBe("evil\n");
  served = good;
  // The twin: a lockfile that names the other content gets it from the store, although no registry serves it any more.
  expect(await install("fooled", integrityOf(evil))).toBe("evil\n");
  expect(await install("trusted", integrityOf(good))).toBe("good\n");
});

function integrityOf(bytes: Buffer): string {
  return `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
}

function tarball(content: string): Buffer {
  const source = mkdtempSync(join(tmpdir(), "airlock-tarball-"));
  writeFiles(source, { "package/package.json": '{"name":"p","version":"1.0.0"}', "package/index.js": `${content}\n` });
  const bytes = execFileSync("tar", ["--mtime=2026-01-01", "-czf", "-", "-C", source, "package"]);
  rmSync(source, { recursive: true });
  return bytes;
}
