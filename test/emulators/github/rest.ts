import { Refusal, refusalJson } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { identify } from "./identity.ts";
import type { Identity } from "./identity.ts";
import { authorise } from "./route.ts";
import type { Endpoint } from "./router.ts";
import { endpoints, match } from "./router.ts";
import { answerMistakes, requestMistakes } from "./schema.ts";
import type { State } from "./state.ts";

/** One request as it came over HTTP. `path` has no `/api/v3`. */
export interface RestRequest {
  method: string;
  path: string;
  url: URL;
  authorization: string | undefined;
  accept: string;
  body: Buffer;
}

export interface Rest {
  answer: (request: RestRequest) => Answer;
}

const documentation = "https://docs.github.com/rest";

/**
 * The REST API. `violation` hears of every request GitHub's description does not know and of every defect of the
 * emulator itself: answers that do not fit GitHub's schema (when `checkAnswers`) and exceptions.
 */
export function restOf(
  state: State,
  options: { redeliver: (id: number) => void; violation: (sentence: string) => void; checkAnswers: boolean },
): Rest {
  const all = endpoints(options.redeliver);

  const handle = (request: RestRequest): Answer => {
    const identity = identify(state, request.authorization);
    const found = match(all, request.method, request.path);
    if (found === null) {
      options.violation(`${request.method} ${request.path}: the embedded GitHub has no such operation`);
      throw new Refusal(404, "Not Found");
    }
    const { endpoint, params } = found;
    const body = readBody(request, options.violation);
    const query = request.url.searchParams;
    const mistakes = requestMistakes(endpoint.operation, { params, query, body });
    if (mistakes.length > 0) {
      for (const mistake of mistakes) options.violation(`${request.method} ${request.path}: ${mistake}`);
      throw new Refusal(422, "Invalid request.", { errors: mistakes });
    }
    const answer = run(endpoint, { state, identity, request, params, body });
    if (options.checkAnswers) {
      const wrong =
        answer.text === undefined && answer.bytes === undefined
          ? answerMistakes(endpoint.operation, answer.status, answer.json)
          : [];
      for (const mistake of wrong) options.violation(`answer of ${request.method} ${request.path}: ${mistake}`);
    }
    return answer;
  };

  return {
    answer: (request) => {
      try {
        return handle(request);
      } catch (thrown) {
        return refused(thrown, request, options.violation);
      }
    },
  };
}

function run(
  endpoint: Endpoint,
  asked: { state: State; identity: Identity; request: RestRequest; params: Record<string, string>; body: unknown },
): Answer {
  const { state, identity, request, params, body } = asked;
  const { url, accept } = request;
  const ask = { state, identity, url, params, query: url.searchParams, body, accept };
  authorise(ask, endpoint.route.need);
  return endpoint.route.run(ask);
}

function readBody({ method, path, body }: RestRequest, violation: (sentence: string) => void): unknown {
  if (body.byteLength === 0) return undefined;
  if (method === "GET") {
    violation(`GET ${path}: a body`);
    return undefined;
  }
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    violation(`${method} ${path}: the body is not JSON`);
    throw new Refusal(400, "Problems parsing JSON");
  }
}

function refused(thrown: unknown, { method, path }: RestRequest, violation: (sentence: string) => void): Answer {
  if (thrown instanceof Refusal) {
    return { status: thrown.status, json: refusalJson(thrown, documentation), headers: thrown.headers };
  }
  const words = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  violation(`${method} ${path}: the embedded GitHub failed: ${words}`);
  return { status: 500, json: { message: "Server Error", status: "500" } };
}
