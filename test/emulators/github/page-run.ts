import { unzipSync } from "fflate";
import type { JobState } from "../runner/dispatched-run.ts";
import type { Answer } from "./answer.ts";
import { notFound } from "./answer.ts";
import type { Html } from "./page-html.ts";
import { html } from "./page-html.ts";
import type { View } from "./page-layout.ts";
import { repositoryPage, text, when, who } from "./page-layout.ts";
import { runPage } from "./show-run.ts";
import type { Artifact, Run } from "./state.ts";

/** A page of something that still moves loads itself again. */
const refreshSeconds = 2;
const previewBytesMax = 200_000;

export function runListPage(view: View): Answer {
  const rows = view.repository.runs.toReversed().map(
    (run) =>
      html`<div class="row">
        ${dot(run)}<a href="${runPage(view.state, view.repository, run)}"><b>${run.title}</b></a>
        <div class="small dim">
          ${run.workflow.name} #${run.number} · started by ${run.actor.login} · ${when(run.createdAt)}
        </div>
      </div>`,
  );
  const none = html`<div class="row dim">No runs yet.</div>`;
  const content = html`<h1>Workflow runs</h1>
    <div class="box">${rows.length > 0 ? rows : none}</div>`;
  return repositoryPage(view, { title: "Actions", tab: "actions", content });
}

export function runPageOf(view: View, run: Run): Answer {
  const artifacts = view.repository.artifacts.filter((artifact) => artifact.run === run.id);
  const content = html`<h1>${run.title} <span class="number">#${run.number}</span></h1>
    <p>
      ${dot(run)}<b>${run.conclusion ?? run.status.replaceAll("_", " ")}</b> · ${who(view, run.actor)} started
      <code>${run.workflow.path}</code> · attempt ${run.attempt} · <code>${run.sha.slice(0, 7)}</code> ·
      ${when(run.startedAt)}
    </p>
    <p class="small dim">${Object.entries(run.inputs).map(([name, value]) => html`${name}: <code>${value}</code> `)}</p>
    <h2>Jobs</h2>
    ${run.jobs.map((job) => jobBox(view, run, job))}
    <h2>Artifacts</h2>
    <div class="box">
      ${artifacts.length > 0 ? artifacts.map((one) => artifactRow(view, run, one)) : html`<div class="row dim">None yet.</div>`}
    </div>`;
  const refresh = run.status === "completed" ? {} : { refreshSeconds };
  return repositoryPage(view, { title: run.title, tab: "actions", content, ...refresh });
}

/** An artifact as a zip to download. @throws Refusal 404 */
export function artifactDownload(view: View, run: Run, id: number): Answer {
  const found = view.repository.artifacts.find((one) => one.id === id && one.run === run.id);
  if (found === undefined || found.expired) throw notFound();
  const headers = {
    "Content-Type": "application/zip",
    "Content-Disposition": `attachment; filename="${found.name}.zip"`,
  };
  return { status: 200, bytes: found.zip, headers };
}

function jobBox(view: View, run: Run, job: JobState): Html {
  const seconds = job.startedAt === null ? null : ((job.completedAt ?? Date.now()) - job.startedAt) / 1000;
  const steps = job.steps.map(
    (step) => html`<div class="row"><span class="dot ${step.conclusion ?? step.status}"></span>${step.name}</div>`,
  );
  const lines = run.log.filter((line) => line.job === job.id).map((line) => `${line.step}: ${line.text}`);
  const log =
    lines.length === 0
      ? null
      : html`<div class="row">
          <details>
            <summary>Log, ${lines.length} lines</summary>
            <pre>${lines.join("\n")}</pre>
          </details>
        </div>`;
  return html`<div class="box" id="${job.id}">
    <div class="head">
      <span class="dot ${job.conclusion ?? job.status}"></span><b>${job.name}</b>
      <span class="dim"
        >${job.conclusion ?? job.status.replaceAll("_", " ")}${seconds === null ? "" : ` · ${seconds.toFixed(1)} s`}</span
      >
    </div>
    ${steps} ${job.summary === "" ? null : html`<div class="row">${text(view, job.summary)}</div>`} ${log}
  </div>`;
}

function artifactRow(view: View, run: Run, artifact: Artifact): Html {
  const href = `${runPage(view.state, view.repository, run)}/artifacts/${artifact.id}`;
  return html`<div class="row">
    <a href="${href}"><b>${artifact.name}</b></a>
    <span class="dim">${artifact.zip.byteLength} bytes · ${artifact.digest.slice(0, 19)}…</span>
    ${previews(artifact)}
  </div>`;
}

/** What is inside, readable without a download: artifacts of a run are papers. */
function previews(artifact: Artifact): Html[] {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(artifact.zip, { filter: (file) => file.originalSize <= previewBytesMax });
  } catch {
    return [html`<div class="small dim">not a readable zip</div>`];
  }
  return Object.entries(files).map(
    ([name, bytes]) =>
      html`<details>
        <summary class="small">${name}</summary>
        <pre>${pretty(name, Buffer.from(bytes).toString("utf8"))}</pre>
      </details>`,
  );
}

function pretty(name: string, content: string): string {
  if (!name.endsWith(".json")) return content;
  try {
    return JSON.stringify(JSON.parse(content), null, 2);
  } catch {
    return content;
  }
}

function dot(run: Run): Html {
  return html`<span class="dot ${run.conclusion ?? run.status}"></span>`;
}
