import { z } from "zod";
import { type ClientOptions, openOctokit } from "./client.ts";
import { failure, statusOf, unreadable } from "./failure.ts";

export interface PublicApp {
  id: number;
  /** Account id of its bot. */
  botId: number;
}

/** An App by its slug, as everybody may see it. null: there is none of that name, or it is private and not the asker's. */
export async function publicApp(
  options: Pick<ClientOptions, "token" | "apiUrl">,
  slug: string,
): Promise<PublicApp | null> {
  const octokit = openOctokit(options);
  const ask = async (route: string, parameters: Record<string, string>): Promise<number | null> => {
    try {
      const parsed = WithId.safeParse((await octokit.request(route, parameters)).data);
      if (!parsed.success) throw unreadable(route, z.prettifyError(parsed.error));
      return parsed.data.id;
    } catch (thrown) {
      const error = failure(route, thrown);
      if (statusOf(error) === 404) return null;
      throw error;
    }
  };
  const id = await ask("GET /apps/{app_slug}", { app_slug: slug });
  const botId = id === null ? null : await ask("GET /users/{username}", { username: `${slug}[bot]` });
  return id === null || botId === null ? null : { id, botId };
}

const WithId = z.object({ id: z.int().positive() });
