import { actionRoutes } from "./rest-actions.ts";
import { appRoutes } from "./rest-apps.ts";
import { checkRoutes } from "./rest-checks.ts";
import { commentRoutes } from "./rest-comments.ts";
import { redeliveryRoute } from "./rest-redelivery.ts";
import { gitRoutes } from "./rest-git.ts";
import { issueRoutes } from "./rest-issues.ts";
import { pullRoutes } from "./rest-pulls.ts";
import { repositoryRoutes } from "./rest-repository.ts";
import { ruleRoutes } from "./rest-rules.ts";
import { teamRoutes } from "./rest-teams.ts";
import { threadRoutes } from "./rest-threads.ts";
import type { Route } from "./route.ts";
import type { Operation } from "./slice.ts";
import { operationOf } from "./slice.ts";

export interface Endpoint {
  route: Route;
  operation: Operation;
  pattern: RegExp;
  names: string[];
}

/** Parameters that may hold slashes. */
const greedy = new Set(["ref", "path", "branch", "basehead"]);

/** Every route with GitHub's description of it, the most literal path first. @throws Error for a route GitHub does not have. */
export function endpoints(redeliver: (id: number) => void): Endpoint[] {
  const routes = [
    ...appRoutes,
    redeliveryRoute(redeliver),
    ...repositoryRoutes,
    ...gitRoutes,
    ...issueRoutes,
    ...commentRoutes,
    ...pullRoutes,
    ...threadRoutes,
    ...checkRoutes,
    ...ruleRoutes,
    ...teamRoutes,
    ...actionRoutes,
  ];
  const made = routes.map((route) => endpoint(route));
  return made.toSorted((a, b) => literalLength(b.route.path) - literalLength(a.route.path));
}

/** The endpoint a path belongs to, with its decoded parameters; null when GitHub's slice has none. */
export function match(
  all: Endpoint[],
  method: string,
  pathname: string,
): { endpoint: Endpoint; params: Record<string, string> } | null {
  for (const endpoint of all) {
    if (endpoint.route.method !== method) continue;
    const found = endpoint.pattern.exec(pathname);
    if (found === null) continue;
    const values = endpoint.names.map((name, at) => [name, decodeURIComponent(found[at + 1] ?? "")] as const);
    return { endpoint, params: Object.fromEntries(values) };
  }
  return null;
}

function endpoint(route: Route): Endpoint {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  const source = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => (greedy.has(name) ? "(.+)" : "([^/]+)"));
  return { route, operation: operationOf(route.method, route.path), pattern: new RegExp(`^${source}$`), names };
}

function literalLength(path: string): number {
  return path.split("/").filter((part) => part !== "" && !part.startsWith("{")).length;
}
