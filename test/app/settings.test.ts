import { describe, expect, test } from "vitest";
import { readSettings } from "../../src/app/settings.ts";

const pem = "-----BEGIN RSA PRIVATE KEY-----\nQUJD\n-----END RSA PRIVATE KEY-----";
const sound = { APP_ID: "12", PRIVATE_KEY: pem, WEBHOOK_SECRET: "a-long-secret" };
const noFile = () => {
  throw new Error("no such file");
};

test("three variables are enough", () => {
  expect(readSettings(sound, noFile)).toEqual({
    appId: 12,
    privateKey: pem,
    webhookSecret: "a-long-secret",
    port: 3000,
    apiUrl: "https://api.github.com",
    webhookProxyUrl: null,
  });
});

test("the key may come from a file, or with written line breaks", () => {
  const { PRIVATE_KEY: _, ...rest } = sound;
  expect(readSettings({ ...rest, PRIVATE_KEY_PATH: "/key.pem" }, () => `${pem}\n`).privateKey).toBe(pem);
  expect(readSettings({ ...sound, PRIVATE_KEY: pem.replaceAll("\n", "\\n") }, noFile).privateKey).toBe(pem);
});

describe("the server refuses to start", () => {
  test.each([
    ["without a webhook secret", { WEBHOOK_SECRET: undefined }, /WEBHOOK_SECRET: missing/],
    ["with an empty webhook secret", { WEBHOOK_SECRET: "  " }, /WEBHOOK_SECRET: missing/],
    ["with Probot's default secret", { WEBHOOK_SECRET: "development" }, /WEBHOOK_SECRET: the word/],
    ["without an App id", { APP_ID: undefined }, /APP_ID: missing/],
    ["with an App id that is a name", { APP_ID: "airlock" }, /APP_ID: expected/],
    ["without a key", { PRIVATE_KEY: undefined }, /PRIVATE_KEY: missing/],
    ["with half a key", { PRIVATE_KEY: "-----BEGIN RSA PRIVATE KEY-----" }, /PRIVATE_KEY: it is not the whole/],
    [
      "with a key file that cannot be read",
      { PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: "/none" },
      /\/none cannot be read/,
    ],
    ["with a port that is none", { PORT: "http" }, /PORT: expected/],
    ["with an API address that is none", { GITHUB_API_URL: "github" }, /GITHUB_API_URL/],
  ])("%s", (_title, change, message) => {
    const attempt = () => readSettings({ ...sound, ...change }, noFile);
    expect(attempt).toThrow(
      expect.objectContaining({ code: "app-misconfigured", message: expect.stringMatching(message) }),
    );
  });

  test("and names everything that is missing at once", () => {
    const message =
      "The app cannot start: APP_ID: missing; WEBHOOK_SECRET: missing; PRIVATE_KEY: missing (or set PRIVATE_KEY_PATH).";
    expect(() => readSettings({}, noFile)).toThrow(expect.objectContaining({ message }));
  });

  test("and no message carries a value", () => {
    expect(() => readSettings({ ...sound, PRIVATE_KEY: "s3cr3t" }, noFile)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining("s3cr3t") }),
    );
  });
});
