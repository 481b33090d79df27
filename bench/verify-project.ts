import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Exact versions, so that two runs of the benchmark measure the same tools. */
const tools = { eslint: "9.9.1", typescript: "5.9.3", "typescript-eslint": "8.74.0", vitest: "4.1.12" };

/** The project as most are, or one that chose the fast forms of its own tools. */
export type Form = "plain" | "opt-ins";

/** The gate of the project, each step as its script. */
export const scripts: Record<Form, Record<string, string>> = {
  plain: { typecheck: "tsc --noEmit", lint: "eslint src", test: "vitest run --reporter=dot", build: "tsc" },
  "opt-ins": {
    typecheck: "node node_modules/ts7/bin/tsc --noEmit --incremental --tsBuildInfoFile .cache/types.tsbuildinfo",
    lint: "eslint src",
    test: "vitest run --reporter=dot --no-isolate",
    build: "node node_modules/ts7/bin/tsc",
  },
};

/** typescript-eslint needs the compiler's JavaScript API, so the other compiler stands beside it. */
const toolsOf = { plain: tools, "opt-ins": { ...tools, ts7: "npm:typescript@7.0.2" } };

/** The module that the changes of the benchmark touch. */
export const touched = "src/m3/s75.ts";

/** Writes a TypeScript project of modules that import each other, a test file for every fifth, and the tools' configuration. */
export function writeProject(root: string, modules: number, form: Form): void {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (let n = 0; n < modules; n += 1) {
    write(placeOf(n), moduleText(n));
    if (n % 5 === 0) write(`test/s${n}.test.ts`, testText(n));
  }
  const compilerOptions = {
    target: "ES2023",
    module: "NodeNext",
    moduleResolution: "NodeNext",
    strict: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    rootDir: "src",
    outDir: "dist",
  };
  write("tsconfig.json", JSON.stringify({ compilerOptions, include: ["src"] }));
  write(
    "eslint.config.js",
    'import ts from "typescript-eslint";\nexport default ts.config(...ts.configs.recommended);\n',
  );
  const manifest = {
    name: "midsize",
    version: "1.0.0",
    private: true,
    type: "module",
    scripts: scripts[form],
    devDependencies: toolsOf[form],
  };
  write("package.json", `${JSON.stringify(manifest, null, 2)}\n`);
  write(".gitignore", "node_modules\ndist\n.cache\n");
}

function placeOf(n: number): string {
  return `src/m${Math.floor(n / 20)}/s${n}.ts`;
}

/** One service with ten methods over a generic item, which knows the services just before it. */
function moduleText(n: number): string {
  const known = [1, 2, 5].map((step) => n - step).filter((other) => other >= 0);
  const imports = known.map((k) => `import { Service${k}, type Item${k} } from "../m${Math.floor(k / 20)}/s${k}.js";`);
  const methods = Array.from(
    { length: 10 },
    (_, m) => `  async method${m}(input: Item${n}, least = ${m}): Promise<Item${n}[]> {
    const out: Item${n}[] = [];
    for (const item of this.items.values()) {
      if (item.kind === input.kind && item.id >= least) out.push({ ...item, name: item.name + input.name });
    }
    return out.toSorted((a, b) => a.id - b.id);
  }`,
  );
  const sum = known.map((k) => ` + new Service${k}().size()`).slice(0, 1);
  return `${imports.join("\n")}
export interface Item${n} { id: number; name: string; tags: readonly string[]; kind: "a" | "b" | "c" }
export type Keyed${n}<T extends Item${n}> = { [K in keyof T as \`get_\${string & K}\`]: () => T[K] };
export class Service${n} {
  private readonly items = new Map<number, Item${n}>();
${methods.join("\n")}
  add(item: Item${n}): void { this.items.set(item.id, item); }
  size(): number { return this.items.size${sum.join("")}; }
}
${known.map((k) => `export const from${k} = (item: Item${k}): Item${n} => ({ ...item, tags: [...item.tags] });`).join("\n")}
${known.map((k) => `export const made${k} = (): Service${k} => new Service${k}();`).join("\n")}
`;
}

function testText(n: number): string {
  return `import { describe, expect, test } from "vitest";
import { Service${n} } from "../src/m${Math.floor(n / 20)}/s${n}.js";
describe("service ${n}", () => {
  const service = new Service${n}();
  const item = { id: 1, name: "x", tags: [], kind: "a" as const };
  service.add(item);
  for (let m = 0; m < 5; m += 1)
    test("method " + m, async () => { expect((await service.method0(item, m)).length).toBe(m <= 1 ? 1 : 0); });
});
`;
}
