import type { Model } from "../model/model.ts";
import { openaiModel } from "../model/openai.ts";

/** The model that solve talks to. In: its key; the root of another endpoint that speaks the Responses API, if not OpenAI's own. */
export function modelFor({ apiKey, baseUrl }: { apiKey: string; baseUrl?: string }): Model {
  return openaiModel({ apiKey, ...(baseUrl === undefined ? {} : { baseUrl }) });
}
