import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

const module_ = new URL("../../sandbox/descriptors.ts", import.meta.url).href;

/** A Node that inherits descriptor 251 from its own caller, and then starts a child that lists what it got. */
function child(code: string): string {
  const list = `console.log(require("node:child_process").execFileSync("ls", ["/proc/self/fd"], {encoding: "utf8"}).trim().split("\\n").join(" "))`;
  const script = `exec 251</dev/null; exec "$0" --input-type=commonjs -e "$1"`;
  return execFileSync("/bin/bash", ["-c", script, process.execPath, `(async () => { ${code}; ${list} })()`], {
    encoding: "utf8",
  }).trim();
}

test("a descriptor that our caller left open reaches our children, until it is closed", () => {
  expect(child("")).toContain("251");
  expect(
    child(
      `console.log(require("util").inspect((await import(${JSON.stringify(module_)})).closeInheritedDescriptors()))`,
    ),
  ).toBe("[ 251 ]\n0 1 2 3");
});
