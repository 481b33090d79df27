import { randomBytes } from "node:crypto";
import type { OnEvent } from "../../src/agent/session.ts";
import type { Model } from "../../src/model/model.ts";
import { pipeline, type PipelineResult } from "../../src/phases/pipeline.ts";
import { canaryFrom } from "../../src/text/canary.ts";
import type { LocalScene } from "./local-scene.ts";

/** The four phases on a scene, with this model. The session is not kept. */
export function runPipeline(
  { local, repository, ground, audit, now }: LocalScene,
  model: Model,
  onEvent: OnEvent = () => {},
): Promise<PipelineResult> {
  return pipeline(
    { text: "Quantities are ignored.", revision: "HEAD" },
    {
      local,
      source: repository.root,
      ground,
      model,
      audit,
      now,
      session: () => {},
      onEvent,
      onProgress: ground.onProgress,
      known: [],
      canary: canaryFrom(randomBytes(30)),
      variable: () => undefined,
    },
  );
}
