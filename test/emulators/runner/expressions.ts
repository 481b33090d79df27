import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import type { FunctionDefinition } from "@actions/expressions/funcs/info";
import { falsy } from "@actions/expressions/result";

/** A value of the workflow file: literal text or one expression (GitHub's parser turns mixed text into `format(…)`). */
export type Template = { kind: "literal"; value: string } | { kind: "expression"; source: string };

/** What `success()`, `failure()` and `cancelled()` answer at this place; `always()` is always true. */
export interface Status {
  success: boolean;
  failure: boolean;
  cancelled: boolean;
}

/** The named contexts (`github`, `needs`, …) as plain JSON data. A name that is absent cannot be used: the expression is refused. */
export type Contexts = Readonly<Record<string, unknown>>;

/**
 * The text of a template, coerced as GitHub does: null is empty, numbers and booleans are written out.
 * @throws ExpressionError for a syntax error, an unknown context or an unknown function.
 */
export function render(template: Template, contexts: Contexts): string {
  return template.kind === "literal" ? template.value : evaluate(template.source, contexts).coerceString();
}

/** Every value of a mapping rendered. */
export function renderAll(templates: Readonly<Record<string, Template>>, contexts: Contexts): Record<string, string> {
  return Object.fromEntries(Object.entries(templates).map(([key, value]) => [key, render(value, contexts)]));
}

/** Whether an `if` holds: false, 0, "" and null do not. */
export function holds(source: string, contexts: Contexts, status: Status): boolean {
  return !falsy(evaluate(source, contexts, status));
}

function evaluate(source: string, contexts: Contexts, status?: Status): data.ExpressionData {
  const functions = status === undefined ? [] : statusFunctions(status);
  const tree = new Parser(new Lexer(source).lex().tokens, Object.keys(contexts), functions).parse();
  return new Evaluator(tree, toData(contexts), new Map(functions.map((one) => [one.name, one]))).evaluate();
}

function statusFunctions(status: Status): FunctionDefinition[] {
  const constant = (name: string, value: boolean): FunctionDefinition => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(value),
  });
  return [
    constant("always", true),
    constant("success", status.success),
    constant("failure", status.failure),
    constant("cancelled", status.cancelled),
  ];
}

function toData(contexts: Contexts): data.Dictionary {
  const value: unknown = JSON.parse(JSON.stringify(contexts), data.reviver);
  if (!(value instanceof data.Dictionary)) throw new TypeError("contexts must be an object");
  return value;
}
