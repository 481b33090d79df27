import { isBasicExpression, isMapping, isScalar, isSequence } from "@actions/workflow-parser";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/index";
import { EmulatorLimit } from "./limit.ts";

/** The text of a plain value; null when the key is absent. Expressions, lists and mappings are refused. */
export function scalar(token: TemplateToken | undefined): string | null {
  if (token === undefined) return null;
  if (token.isExpression) throw new EmulatorLimit(`an expression is not imitated in line ${token.line ?? 0}`);
  if (!isScalar(token)) throw new EmulatorLimit(`a plain value is expected in line ${token.line ?? 0}`);
  return token.toString();
}

/** The whole tree as plain data, expressions written as `${{ … }}`: what tests of a file compare. */
export function plain(token: TemplateToken | undefined): unknown {
  if (token === undefined) return undefined;
  if (isBasicExpression(token)) return token.source ?? `\${{ ${token.expression} }}`;
  if (isSequence(token)) return Array.from(token, (one) => plain(one));
  if (isMapping(token))
    return Object.fromEntries(Array.from(token, ({ key, value }) => [key.toString(), plain(value)]));
  return token.toJSON();
}
