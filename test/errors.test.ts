import { expect, it } from "vitest";
import { SandboxError } from "../sandbox/sandbox.ts";
import { AirlockError, explain } from "../src/errors.ts";

it("explains each kind of thrown value with what to change", () => {
  const ours = new AirlockError({ code: "bad-input", message: "no such revision", fix: "Name a commit.", cause: 1 });
  expect(explain(ours)).toEqual({ code: "bad-input", message: "no such revision", fix: "Name a commit." });
  expect(explain(new SandboxError("no bwrap", "apt install bubblewrap"))).toEqual({
    code: "sandbox-unavailable",
    message: "no bwrap",
    fix: "apt install bubblewrap",
  });
  expect(explain("text")).toMatchObject({ code: "internal", message: "text" });
});

it("runs on Node 24, which npm puts first on the path", () => {
  expect(process.versions.node.split(".")[0]).toBe("24");
});
