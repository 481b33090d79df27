import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { manifestOf, readAppFile } from "../../src/cli/manifest.ts";

const text = readFileSync(new URL("../../app.yml", import.meta.url), "utf8");

test("the App asks for no permission over code or workflows", () => {
  const { default_permissions, default_events } = readAppFile(text);
  expect(Object.keys(default_permissions)).not.toEqual(expect.arrayContaining(["contents"]));
  expect(Object.keys(default_permissions)).not.toEqual(expect.arrayContaining(["workflows"]));
  expect(default_events).toEqual([
    "issue_comment",
    "workflow_run",
    "pull_request",
    "pull_request_review",
    "merge_group",
  ]);
});

test("the manifest carries the file's permissions and events, and where to return", () => {
  const file = readAppFile(text);
  const addresses = {
    name: "airlock-demo",
    webhookUrl: "https://hooks.test/x",
    redirectUrl: "http://127.0.0.1:1/created",
  };
  expect(manifestOf(file, addresses)).toEqual({
    name: "airlock-demo",
    url: file.url,
    description: file.description,
    public: false,
    hook_attributes: { url: "https://hooks.test/x", active: true },
    redirect_url: "http://127.0.0.1:1/created",
    default_permissions: file.default_permissions,
    default_events: file.default_events,
  });
});

describe("what is not understood is refused, never skipped", () => {
  const permission = "default_permissions:\n";
  test.each([
    ["a tab", text.replace("  issues: write", "\tissues: write")],
    ["a deeper level", text.replace("  issues: write", "    issues: write")],
    ["a key twice", `${text}\nname: other\n`],
    ["a permission that does not exist", text.replace("issues: write", "issues: admin")],
    ["an unknown key", `${text}\nhomepage: x\n`],
    ["an item without a list", `- x\n${text}`],
    ["no permissions", text.slice(0, text.indexOf(permission)) + text.slice(text.indexOf("default_events:"))],
  ])("%s", (_title, broken) => {
    expect(() => readAppFile(broken)).toThrow(expect.objectContaining({ code: "bad-input" }));
  });
});
