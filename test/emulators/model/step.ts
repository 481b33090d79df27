import { z } from "zod";

const Arguments = z.union([z.record(z.string(), z.unknown()), z.string()]);

const JsonCall = z.strictObject({
  name: z.string(),
  /** An object becomes JSON; a string goes out as it is, so that broken JSON can be scripted. */
  arguments: Arguments,
  /** Default: `call_<step>_<position>`. */
  call_id: z.string().optional(),
});

const Usage = z.strictObject({
  input_tokens: z.int().optional(),
  cached_tokens: z.int().optional(),
  cache_write_tokens: z.int().optional(),
  output_tokens: z.int().optional(),
});

const spoken = {
  text: z.string().optional(),
  calls: z.array(JsonCall).optional(),
  /** Adds a reasoning item with this encrypted content; the next request must give it back unchanged. */
  reasoning: z.string().optional(),
  usage: Usage.optional(),
};

/** What the next response does, as a script file can say it. */
export const JsonStep = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("reply"), ...spoken }),
  z.strictObject({ kind: z.literal("refusal"), text: z.string() }),
  z.strictObject({ kind: z.literal("incomplete"), reason: z.string() }),
  /** `response.failed` inside a stream that began well. */
  z.strictObject({ kind: z.literal("failed"), code: z.string(), message: z.string() }),
  z.strictObject({
    kind: z.literal("status"),
    status: z.int(),
    code: z.string().optional(),
    message: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
  /** The socket dies after this part (0 to 1) of the reply's bytes. */
  z.strictObject({ kind: z.literal("cut"), at: z.number().min(0).max(1), ...spoken }),
  /** The stream ends cleanly, without `response.completed`. */
  z.strictObject({ kind: z.literal("unfinished"), ...spoken }),
  /** An event whose data is not JSON. */
  z.strictObject({ kind: z.literal("garbled") }),
  /** No byte ever comes. */
  z.strictObject({ kind: z.literal("hang") }),
]);
type JsonStep = z.infer<typeof JsonStep>;

export const Script = z.strictObject({
  /** The bearer key that the client must send. */
  key: z.string().optional(),
  steps: z.array(JsonStep),
});

/** A request as the server saw it. Only the parts that a test asks about are named. */
export interface SeenRequest {
  model: string;
  instructions: string;
  input: Record<string, unknown>[];
  tools: { name: string; parameters: Record<string, unknown>; strict: boolean }[];
  [field: string]: unknown;
}

/** A call in a test may compute its arguments from the request, for instance from a tool's output. */
export type Call = Omit<z.infer<typeof JsonCall>, "arguments"> & {
  arguments: z.infer<typeof Arguments> | ((request: SeenRequest) => z.infer<typeof Arguments>);
};

type Spoken = Extract<JsonStep, { kind: "reply" }>;
type WithCalls<Step> = Step extends { kind: Spoken["kind"] | "cut" | "unfinished" }
  ? Omit<Step, "calls"> & { calls?: Call[] | undefined }
  : Step;
export type Step = WithCalls<JsonStep>;

/** The step of almost every test: the model calls one tool. */
export function call(name: string, args: Call["arguments"]): Step {
  return { kind: "reply", calls: [{ name, arguments: args }] };
}
