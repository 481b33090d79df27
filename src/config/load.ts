import { parse, TomlError } from "smol-toml";
import type { z } from "zod";
import { Config } from "../config.ts";
import { contradictions } from "./contradictions.ts";
import { keyPlaces, placeOf } from "./locate.ts";
import { allowedAt } from "./schema.ts";

/** Bytes of a configuration file. */
export const configBytesMax = 65_536;

export interface ConfigProblem {
  file: string;
  /** 1-based; null when the problem is not at one place. */
  line: number | null;
  column: number | null;
  /** Path of the key, `limits.turns`; empty when the file cannot be read at all. */
  key: string;
  message: string;
  /** Values, or names of keys, that may stand there; null when there is no list. */
  allowed: string[] | null;
}

export type LoadedConfig =
  | { kind: "ok"; config: Config; from: "file" | "defaults" }
  | { kind: "invalid"; problems: ConfigProblem[] };

/**
 * Reads `.github/airlock.toml`. In: its text as it stands in the trusted commit, null when the file does not exist there (the documented
 * defaults hold then); the file's name for the messages. An invalid file never falls back to anything. Never throws.
 */
export function loadConfig(text: string | null, file: string): LoadedConfig {
  if (text === null) return { kind: "ok", config: Config.parse({}), from: "defaults" };
  const whole = { file, line: null, column: null, key: "", allowed: null };
  if (Buffer.byteLength(text) > configBytesMax) {
    return invalid([{ ...whole, message: `the file has more than ${configBytesMax} bytes` }]);
  }
  if (text.includes("\ufffd")) return invalid([{ ...whole, message: "the file is not valid UTF-8" }]);
  const table = parseToml(text);
  if (table.kind === "broken") return invalid([{ ...whole, ...table.problem }]);
  const parsed = Config.safeParse(table.value);
  const found = parsed.success
    ? contradictions(parsed.data)
    : parsed.error.issues.flatMap((issue) => explainIssue(issue, table.value));
  if (parsed.success && found.length === 0) return { kind: "ok", config: parsed.data, from: "file" };
  const places = keyPlaces(text);
  return invalid(
    found.map(({ path, message, allowed }) => {
      const place = placeOf(places, path);
      return {
        file,
        line: place?.line ?? null,
        column: place?.column ?? null,
        key: path.map(String).join("."),
        message,
        allowed,
      };
    }),
  );
}

/** The problems for people, one line each: file, line and column, key, what is wrong, what is allowed. */
export function renderProblems(problems: readonly ConfigProblem[]): string {
  return problems
    .map(({ file, line, column, key, message, allowed }) => {
      const place = line === null ? file : column === null ? `${file}:${line}` : `${file}:${line}:${column}`;
      const choice = allowed === null ? "" : ` (allowed: ${allowed.join(", ")})`;
      return `${place}: ${key === "" ? "" : `${key}: `}${message}${choice}`;
    })
    .join("\n");
}

function invalid(problems: ConfigProblem[]): LoadedConfig {
  return { kind: "invalid", problems };
}

type Toml =
  | { kind: "table"; value: unknown }
  | { kind: "broken"; problem: Pick<ConfigProblem, "line" | "column" | "message"> };

function parseToml(text: string): Toml {
  try {
    return { kind: "table", value: parse(text) };
  } catch (thrown) {
    if (!(thrown instanceof TomlError))
      return { kind: "broken", problem: { line: null, column: null, message: "the file is not TOML" } };
    // The parser's message carries a drawing of the place below its first line.
    const [first = ""] = thrown.message.split("\n");
    const message = first.replace(/^Invalid TOML document: /, "");
    return { kind: "broken", problem: { line: thrown.line, column: thrown.column, message } };
  }
}

interface Found {
  path: PropertyKey[];
  message: string;
  allowed: string[] | null;
}

function explainIssue(issue: z.core.$ZodIssue, file: unknown): Found[] {
  const { path } = issue;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...path, key], message: "unknown key", allowed: allowedAt(path) }));
  }
  const value = valueAt(file, path);
  const found = value === undefined ? "the key is missing" : `${shown(value)} is not allowed here`;
  if (issue.code === "invalid_value")
    return [{ path, message: found, allowed: issue.values.map((allowed) => String(allowed)) }];
  const detail = issue.message
    .replace(/^Invalid input: |^Too (?:big|small): /, "")
    .replace(", received undefined", "")
    .replaceAll(/\bobject\b/g, "table")
    .replaceAll(/\barray\b/g, "list");
  return [{ path, message: `${found}: ${detail}`, allowed: allowedAt(path) }];
}

function valueAt(file: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined,
    file,
  );
}

function shown(value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return JSON.stringify(value).slice(0, 60);
  return Array.isArray(value) ? "a list" : "this kind of value";
}
