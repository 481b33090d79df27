import type { Answer } from "./api.ts";
import { unreadable } from "./failure.ts";

/** Items asked for per page: GitHub's maximum. */
const perPage = 100;

/** Pages read of one list before it counts as unreadable: 10,000 items. */
const pagesMax = 100;

export interface Page {
  per_page: number;
  page: number;
}

/**
 * Reads a list to its end. A page ends the list when it is not full and names no next page; a proxy that drops the `Link`
 * header therefore cannot shorten a list.
 * @throws AirlockError `github-unreadable` when the list does not end, or repeats itself: never a part of it.
 */
export async function allPages(
  route: string,
  read: (page: Page) => Promise<{ answer: Answer; items: unknown[] }>,
): Promise<unknown[]> {
  const all: unknown[] = [];
  let before = "";
  for (let page = 1; page <= pagesMax; page += 1) {
    const { answer, items } = await read({ per_page: perPage, page });
    const text = JSON.stringify(items);
    if (items.length > 0 && text === before) throw unreadable(route, `page ${page} repeats page ${page - 1}`);
    before = text;
    all.push(...items);
    if (items.length === 0 || (items.length < perPage && !namesNext(answer))) return all;
  }
  throw unreadable(route, `the list has more than ${pagesMax} pages of ${perPage}`);
}

function namesNext({ headers }: Answer): boolean {
  return typeof headers["link"] === "string" && headers["link"].includes('rel="next"');
}
