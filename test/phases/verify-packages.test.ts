import { describe, expect, test } from "vitest";
import { Report } from "../../src/handoff/report.ts";
import { verify } from "../../src/phases/verify.ts";
import { judgeChange } from "../../src/phases/judge-change.ts";
import { packagesSection } from "../../src/record/packages.ts";
import { contentsBefore } from "../../src/workspace/local.ts";
import { viewRepository } from "../../src/workspace/store.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { type Published, type Registry, startRegistry } from "../emulators/registry/registry.ts";
import { requestFor } from "./change-request.ts";
import { cartFiles, localScene } from "./local-scene.ts";

const real = realSandbox();
const manifest = (dependencies: Record<string, string>) =>
  JSON.stringify({ name: "cart", type: "module", scripts: { test: "node --test" }, dependencies });
const lock = (packages: Record<string, string>, hashes: Record<string, string>) =>
  JSON.stringify({
    name: "cart",
    lockfileVersion: 3,
    packages: {
      "": { name: "cart", dependencies: packages },
      ...Object.fromEntries(
        Object.entries(packages).map(([name, version]) => [
          `node_modules/${name}`,
          { version, integrity: hashes[name] ?? "sha512-none" },
        ]),
      ),
    },
  });

/** The true hash of each package of a registry. */
async function hashesOf({ url }: Registry, names: string[]): Promise<Record<string, string>> {
  const hashOf = async (name: string) => {
    const packument = await (await fetch(new URL(name, url))).text();
    return [name, /"integrity":"([^"]*)"/.exec(packument)?.[1] ?? ""] as const;
  };
  return Object.fromEntries(await Promise.all(names.map(hashOf)));
}

/** Verifies and judges a change that adds one package, with a registry that has these. */
async function addedTo(published: Published[], name: string, { isOffline = false } = {}) {
  await using registry = await startRegistry(published);
  const hashes = await hashesOf(
    registry,
    published.map(({ name }) => name),
  );
  await using on = await localScene(real.sandbox, {
    ...cartFiles(),
    "package.json": manifest({ seen: "1.0.0" }),
    "package-lock.json": lock({ seen: "1.0.0" }, hashes),
  });
  const all = { seen: "1.0.0", [name]: "1.0.0" };
  const request = await requestFor(on, { "package.json": manifest(all), "package-lock.json": lock(all, hashes) });
  const ground = isOffline ? on.ground : { ...on.ground, registry: registry.url };
  const { sandbox, audit } = { sandbox: real.sandbox, audit: on.audit };
  const report = await verify(request, {
    sandbox,
    ground,
    audit,
    onProgress: ground.onProgress,
    signal: ground.signal,
  });
  expect(Report.safeParse(report).success).toBe(true);
  await using view = await viewRepository(on.repository.root, on.repository.dir);
  const { change } = request.solution;
  const before = await contentsBefore(view, change);
  const judgement = await judgeChange({
    change,
    before,
    basePaths: [],
    manifests: [],
    codeowners: null,
    task: request.task,
    report,
  });
  const reasons = judgement.reasons
    .filter(({ rule }) => rule.startsWith("package-"))
    .map(({ level, rule, saw }) => `${level} ${rule}: ${saw}`);
  return { report, judgement, reasons, shown: packagesSection(report, []), said: on.said };
}

const fresh = new Date(Date.parse("2026-11-20T10:00:00Z") - 3_600_000).toISOString();
const seen = { name: "seen", version: "1.0.0" };

describe("a change that adds a package", () => {
  test("a squatted one is critical, and each thing that the registry says of it is a reason", async () => {
    const squat: Published = {
      name: "lodahs",
      version: "1.0.0",
      manifest: { scripts: { postinstall: "node steal.js" } },
      at: fresh,
      maintainers: ["stranger"],
    };
    const { judgement, reasons, shown, said } = await addedTo([seen, squat], "lodahs");
    expect(judgement.level).toBe("critical");
    expect(reasons).toEqual([
      "critical package-look-alike: lodahs",
      "critical package-install-script: lodahs@1.0.0",
      "high package-young: lodahs@1.0.0 (less than a day old)",
      "high package-version-young: lodahs@1.0.0 (less than a day old)",
    ]);
    expect(judgement.lower).toContain('Use "lodash" if that is meant; else leave "lodahs" out.');
    expect(shown).toContain("could be taken for `lodash`");
    expect(said).toContain("asking the registry about the packages that the change brings");
  });

  test("a harmless one is as risky as any new dependency, and no more", async () => {
    const harmless = { name: "quantity-of", version: "1.0.0" };
    const packed = await addedTo([seen, harmless], "quantity-of");
    expect(packed.reasons).toEqual([]);
    expect(packed.report.packages).toMatchObject({
      packages: [{ name: "quantity-of", direct: true, resembles: null, registry: { hash: "same" } }],
    });
    expect(packed.judgement.level).toBe("high");
  });

  test("without a registry nobody looked, and a person must", async () => {
    const { report, reasons, shown } = await addedTo([], "quantity-of", { isOffline: true });
    expect(report.packages).toMatchObject({ kind: "not_run" });
    expect(reasons).toEqual(["high package-not-looked-up: quantity-of@1.0.0"]);
    expect(shown).toContain("**not looked up**");
  });
});
