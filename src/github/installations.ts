import { z } from "zod";
import { RepositoryAnswer } from "./answers.ts";
import type { Request } from "./api.ts";
import type { Installed } from "./app.ts";
import { openOctokit } from "./client.ts";
import { failure, unreadable } from "./failure.ts";
import { allPages, type Page } from "./pages.ts";

export interface InstallationsOptions {
  /** Authenticated with the App's own key. */
  request: Request;
  /** A token of one installation that may read the metadata of all its repositories. */
  tokenFor: (installation: number) => Promise<string>;
  apiUrl: string;
  timeoutMs: number;
}

/** Every repository that an App is installed on, without archived ones and suspended installations. */
export async function installedRepositories(
  options: InstallationsOptions,
): Promise<(Installed & { defaultBranch: string })[]> {
  const all: (Installed & { defaultBranch: string })[] = [];
  for (const { id, suspended_at: suspended } of await installations(options))
    if (suspended == null) all.push(...(await repositoriesOf(id, options)));
  return all;
}

async function installations({ request }: InstallationsOptions): Promise<z.output<typeof Installation>[]> {
  return await listed("GET /app/installations", Installation, async (route, page) => {
    const answer = await request(route, { ...page });
    return { answer, items: z.array(z.unknown()).parse(answer.data) };
  });
}

async function repositoriesOf(
  installation: number,
  { tokenFor, apiUrl, timeoutMs }: InstallationsOptions,
): Promise<(Installed & { defaultBranch: string })[]> {
  const octokit = openOctokit({ token: await tokenFor(installation), apiUrl, timeoutMs });
  const found = await listed("GET /installation/repositories", RepositoryAnswer, async (route, page) => {
    const answer = await octokit.request(route, { ...page });
    return { answer, items: z.object({ repositories: z.array(z.unknown()) }).parse(answer.data).repositories };
  });
  return found
    .filter(({ archived }) => !archived)
    .map(({ id, name, owner, defaultBranch }) => ({ installation, repository: { id, name, owner }, defaultBranch }));
}

async function listed<Schema extends z.ZodType>(
  route: string,
  schema: Schema,
  read: (route: string, page: Page) => ReturnType<Parameters<typeof allPages>[1]>,
): Promise<z.output<Schema>[]> {
  try {
    const items = await allPages(route, (page) => read(route, page));
    return items.map((item) => schema.parse(item));
  } catch (thrown) {
    throw thrown instanceof z.ZodError ? unreadable(route, z.prettifyError(thrown)) : failure(route, thrown);
  }
}

const Installation = z.object({ id: z.int().positive(), suspended_at: z.string().nullish() });
