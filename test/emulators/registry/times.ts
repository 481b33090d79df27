import type { Published } from "./registry.ts";

const times = (version: string, answer: string): Published => ({
  name: "times",
  version,
  files: { "index.js": `module.exports = (a, b) => ${answer};\n` },
});

/** A package to bump: 2.0.0 breaks the test below; 2.1.0 is some minutes old when this runs. */
export const published: Published[] = [
  times("1.0.0", "a * b"),
  times("1.1.0", "b * a"),
  times("2.0.0", "a + b"),
  { ...times("2.1.0", "a * b"), at: new Date().toISOString() },
];

/** A project at 1.0.0 of it, whose only test asks how much three times four is. In: what its package.json says beside that. */
export function timesProject(more: object = {}) {
  const manifest = { name: "p", ...more, scripts: { test: "node --test" }, dependencies: { times: "^1.0.0" } };
  const lock = {
    name: "p",
    lockfileVersion: 3,
    requires: true,
    packages: { "": { name: "p", dependencies: { times: "^1.0.0" } }, "node_modules/times": { version: "1.0.0" } },
  };
  const test = `const times = require("times");
require("node:test")("three times four", () => require("node:assert").equal(times(3, 4), 12));\n`;
  return { lock: `${JSON.stringify(lock, null, 2)}\n`, test, text: `${JSON.stringify(manifest, null, 2)}\n` };
}
