import { GraphQLError } from "graphql";
import { accountPage, nodeId } from "./show-account.ts";
import type { Account, State } from "./state.ts";

export type Fields = Record<string, unknown>;
export type Arguments = Record<string, unknown>;

/** A page of a list by `first`/`after` or `last`/`before`; cursors are positions. */
export function connection(all: Fields[], { first, after, last, before }: Arguments): Fields {
  const from = typeof after === "string" ? Number(after) + 1 : 0;
  const to = typeof before === "string" ? Number(before) : all.length;
  const start = typeof last === "number" ? Math.max(from, to - last) : from;
  const end = typeof first === "number" ? Math.min(to, start + first) : to;
  const nodes = all.slice(start, end);
  return {
    totalCount: all.length,
    filteredCount: all.length,
    pageCount: nodes.length,
    nodes,
    edges: nodes.map((node, at) => ({ node, cursor: String(start + at) })),
    pageInfo: {
      hasNextPage: end < all.length,
      hasPreviousPage: start > 0,
      startCursor: nodes.length > 0 ? String(start) : null,
      endCursor: nodes.length > 0 ? String(end - 1) : null,
    },
  };
}

export function failed(type: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } });
}

export function showActor(state: State, account: Account): Fields {
  return {
    __typename: account.type,
    id: nodeId(account.type, account.id),
    databaseId: account.id,
    login: account.type === "Bot" ? account.login.replace("[bot]", "") : account.login,
    url: accountPage(state, account),
    avatarUrl: `${state.url}/avatars/${account.id}`,
  };
}
