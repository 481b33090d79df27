import { z } from "zod";
import { ArtifactAnswer, RunAnswer } from "./answers.ts";
import type { Api } from "./api.ts";
import { statusOf, unreadable } from "./failure.ts";
import type { GitHub } from "./github.ts";

/** Runs GitHub lists at most for one filter (docs.github.com, "List workflow runs"): a full list may be a cut one. */
const runsMax = 1000;

/** Workflow runs and their artifacts. */
export function runs(api: Api): Pick<GitHub, "dispatch" | "runs" | "run" | "cancelRun" | "artifacts" | "artifact"> {
  return {
    async dispatch(workflow, ref, inputs) {
      const answer = await api.call(Dispatched, "POST /actions/workflows/{workflow_id}/dispatches", {
        workflow_id: workflow,
        ref,
        inputs,
        return_run_details: true,
      });
      return { run: answer === null ? null : answer.workflow_run_id };
    },
    async runs(workflow, since) {
      const route = "GET /actions/workflows/{workflow_id}/runs";
      const parameters = { workflow_id: workflow, created: `>=${since.toISOString().replace(/\.\d+Z$/, "Z")}` };
      const found = await api.list(RunAnswer, route, { parameters, field: "workflow_runs" });
      if (found.length >= runsMax) throw unreadable(route, `the list holds ${found.length} runs, where GitHub cuts it`);
      return found.toSorted((a, b) => b.id - a.id);
    },
    run: (id) => api.find(RunAnswer, "GET /actions/runs/{run_id}", { run_id: id }),
    async cancelRun(id) {
      try {
        await api.call(z.unknown(), "POST /actions/runs/{run_id}/cancel", { run_id: id });
        return "asked";
      } catch (thrown) {
        // GitHub's answer for a run that is completed.
        if (statusOf(thrown) === 409) return "ended";
        throw thrown;
      }
    },
    artifacts: (run) =>
      api.list(ArtifactAnswer, "GET /actions/runs/{run_id}/artifacts", {
        parameters: { run_id: run },
        field: "artifacts",
      }),
    artifact: (id, bytesMax) =>
      api.bytes(
        "GET /actions/artifacts/{artifact_id}/{archive_format}",
        { artifact_id: id, archive_format: "zip" },
        bytesMax,
      ),
  };
}

/** 200 with the run's id, or 204 without a body where GitHub does not give it. */
const Dispatched = z.union([
  z.object({ workflow_run_id: z.int().positive() }),
  z.union([z.undefined(), z.null(), z.literal("")]).transform(() => null),
]);
