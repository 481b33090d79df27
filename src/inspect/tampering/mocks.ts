import type { Node } from "@babel/types";
import type { Finding } from "../../handoff/finding.ts";
import { resolves, type TestFacts } from "./facts.ts";
import { dotted, nodesIn, stringValue } from "./nodes.ts";
import { newOccurrences, occurrence } from "./occurrences.ts";
import { lineOf, tampering, textAt, type CodePair, type Source } from "./source.ts";

interface Mock {
  node: Node;
  specifier: string;
  /** Whether it keeps what the module really is, and replaces parts of it. */
  partial: boolean;
}

const mocking =
  /^(vi|jest|vitest)\.(mock|doMock|unstable_mockModule|setMock|enableAutomock|automock)$|^mock\.module$|^(t|context|ctx)\.mock\.module$/;
const stubbing =
  /^(vi|jest)\.(stubGlobal|stubEnv|useFakeTimers|setSystemTime)$|^(t\.)?mock\.timers\.enable$|^sinon\.useFakeTimers$/;

/** V11: the module under test, or one that this change edits, is replaced in its own test. V12: clocks, globals and chance are replaced. */
export function mockedSubjects({ code }: TestFacts): Finding[] {
  const tests = code.filter(({ role, after }) => role === "test" && after !== null);
  const changed = code.filter(({ role, deleted }) => role === "source" && !deleted).map(({ path }) => path);
  return [...tests.flatMap((pair) => newMocks(pair, changed)), ...stubs(tests)];
}

function newMocks({ path, before, after, added }: CodePair, changed: readonly string[]): Finding[] {
  const old = new Set(before === null ? [] : mocksIn(before).map(({ specifier }) => specifier));
  if (after === null) return [];
  return mocksIn(after).flatMap(({ node, specifier, partial }) => {
    const target = changed.find((one) => resolves(path, specifier, one));
    const own = isOwnSubject(path, specifier);
    if (old.has(specifier) || (target === undefined && !own)) return [];
    const weak = partial || (added && !own);
    const what = own ? "the module that it tests" : `${JSON.stringify(target)}, which this change edits`;
    const message = `The test replaces ${what} by ${partial ? "a partial mock" : "a mock"}.`;
    return [
      tampering({
        rule: "v11-subject-mocked",
        level: weak ? "warn" : "block",
        path,
        line: lineOf(node),
        message,
        before: null,
        after: textAt(after, node),
      }),
    ];
  });
}

/** `src/a.test.ts` and `test/a.ts` test `a`. */
function isOwnSubject(path: string, specifier: string): boolean {
  const name = (text: string) =>
    (text.split("/").at(-1) ?? "").replace(/\.[cm]?[jt]sx?$/, "").replace(/[._-](test|tests|spec|e2e|cy)$/, "");
  return specifier.startsWith(".") && name(path) !== "" && name(path) !== "index" && name(path) === name(specifier);
}

function mocksIn(source: Source): Mock[] {
  return [...nodesIn(source.tree)].flatMap(({ node }) => {
    if (node.type !== "CallExpression" || !mocking.test(dotted(node.callee))) return [];
    const [first, factory] = node.arguments;
    const dynamic = first?.type === "ImportExpression" ? first.source : first;
    const specifier = stringValue(dynamic);
    if (specifier === null) return [];
    const kept =
      factory === undefined
        ? false
        : /\b(importActual|importOriginal|requireActual)\b|spy:\s*true/.test(textAt(source, factory));
    return [{ node, specifier, partial: kept }];
  });
}

/** In tests that existed: only for a reader, because a fake clock is how one tests a clock. */
function stubs(tests: readonly CodePair[]): Finding[] {
  const existing = tests.filter(({ before }) => before !== null);
  const found = newOccurrences(existing, (source) =>
    [...nodesIn(source.tree)].flatMap(({ node }) => {
      const name = node.type === "CallExpression" ? dotted(node.callee) : "";
      return stubbing.test(name) ? [occurrence(source, node, `${source.path} ${name}`)] : [];
    }),
  );
  return found.map(({ path, line, text }) =>
    tampering({
      rule: "v12-stub-added",
      level: "info",
      path,
      line,
      message: "An existing test file replaces a clock, a global or the environment now.",
      before: null,
      after: text,
    }),
  );
}
