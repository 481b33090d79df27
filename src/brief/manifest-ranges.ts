import { parseExpression } from "@babel/parser";
import type { ObjectProperty } from "@babel/types";
import { valid, validRange } from "semver";
import type { BumpRefusal } from "./bump-order.ts";

/** Where a package.json may ask for a package that is installed. What it asks of others (`peerDependencies`) is not bumped. */
const sections = ["dependencies", "devDependencies", "optionalDependencies"];

/** A package.json that asks for a package. */
export interface Ask {
  path: string;
  section: string;
  range: string;
}

/**
 * Which of these package.json ask for a package, and with which range. A bump never adds a name, and touches only what comes from the
 * registry: git, an address, a path, an alias, a workspace, a catalog or a dist-tag is refused. Pure. In: path → text.
 */
export function asksFor(
  name: string,
  manifests: ReadonlyMap<string, string>,
): { kind: "asks"; asks: Ask[] } | BumpRefusal {
  const asks: Ask[] = [];
  for (const [path, text] of manifests) {
    const ranges = rangesOf(text);
    if (ranges === null)
      return refused(`${path} cannot be read as one JSON object with each key once.`, "Correct it first.");
    for (const one of ranges) if (one.name === name) asks.push({ path, section: one.section, range: one.range });
  }
  if (asks.length === 0)
    return refused(
      `No package.json of this repository asks for \`${name}\`.`,
      "A bump adds nothing: name a package of `dependencies`, `devDependencies` or `optionalDependencies`.",
    );
  const foreign = asks.find(({ range }) => validRange(range) === null);
  if (foreign !== undefined)
    return refused(
      `${foreign.path} asks for \`${name}\` as \`${foreign.range.slice(0, 100).replaceAll("`", "'")}\`, which is not a version or a range of the registry.`,
      "Bump it by hand.",
    );
  return { kind: "asks", asks };
}

/** Everything that one package.json asks the registry for, in its order; null when it cannot be read in one way. Pure. */
export function rangesOf(text: string): { name: string; section: string; range: string }[] | null {
  const members = membersOf(text);
  return members === null ? null : members.map(({ name, section, range }) => ({ name, section, range }));
}

/** The package.json with another range; every other character stays. Pure. In: one that `asksFor` found. */
export function withRange(text: string, { name, section }: { name: string; section: string }, range: string): string {
  const found = membersOf(text)?.find((one) => one.name === name && one.section === section);
  return found === undefined ? text : `${text.slice(0, found.start)}${JSON.stringify(range)}${text.slice(found.end)}`;
}

/** The new range in the style of the old one, as npm writes them: exact stays exact, `~` stays `~`, anything else becomes `^`. Pure. */
export function rangeFor(old: string, version: string): string {
  if (valid(old.replace(/^\s*=/, "")) !== null) return version;
  return old.startsWith("~") ? `~${version}` : `^${version}`;
}

interface Member {
  name: string;
  section: string;
  range: string;
  /** Of the value in the text, quotes included. */
  start: number;
  end: number;
}

/** UTF-16 code units of a package.json that is read. */
const manifestUnitsMax = 1024 * 1024;

function membersOf(text: string): Member[] | null {
  const root = text.length > manifestUnitsMax ? null : readJson(text);
  const top = root === null ? null : propertiesOf(root);
  if (top === null) return null;
  const found = sections.map((section) => {
    const value = top.get(section);
    const inner = value === undefined ? new Map<string, Node>() : propertiesOf(value);
    return inner === null ? null : [...inner].map(([name, node]) => memberOf(section, name, node));
  });
  return found.some((one) => one === null || one.includes(null))
    ? null
    : found.flatMap((one) => one ?? []).flatMap((one) => one ?? []);
}

/** An expression, or what only a pattern has and JSON never. */
type Node = ObjectProperty["value"];

/** null when it is no object, or has a key twice. */
function propertiesOf(node: Node): Map<string, Node> | null {
  if (node.type !== "ObjectExpression") return null;
  const found = new Map<string, Node>();
  for (const property of node.properties) {
    if (property.type !== "ObjectProperty" || property.key.type !== "StringLiteral") return null;
    if (found.has(property.key.value)) return null;
    found.set(property.key.value, property.value);
  }
  return found;
}

function memberOf(section: string, name: string, node: Node): Member | null {
  if (node.type !== "StringLiteral" || node.start == null || node.end == null) return null;
  return { name, section, range: node.value, start: node.start, end: node.end };
}

/** JSON is an expression of JavaScript, and that parser says where each value lies. null: it is none, or nested too deep to be read. */
function readJson(text: string): Node | null {
  try {
    JSON.parse(text.replace(/^\uFEFF/, ""));
    return parseExpression(text.replace(/^\uFEFF/, " "));
  } catch {
    return null;
  }
}

function refused(message: string, next: string): BumpRefusal {
  return { kind: "refused", message, next };
}
