import type { ChangedFile } from "./git-diff.ts";
import type { Html } from "./page-html.ts";
import { html } from "./page-html.ts";

/** Changed files one below the other, unified, with line numbers. */
export function diff(files: ChangedFile[]): Html[] {
  return files.map(
    (file) =>
      html`<div class="box">
        <div class="head">
          <span class="plus">+${file.additions}</span> <span class="minus">−${file.deletions}</span>
          <code>${file.previousPath === null ? file.path : `${file.previousPath} → ${file.path}`}</code>
          <span class="tag">${file.status}</span>
        </div>
        ${file.patch === null ? html`<div class="row dim">Binary file or no content change.</div>` : patch(file.patch)}
      </div>`,
  );
}

function patch(text: string): Html {
  let [before, after] = [0, 0];
  const rows = text.split("\n").map((line) => {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
    if (hunk) {
      [before, after] = [Number(hunk[1]), Number(hunk[2])];
      return row("hunk", ["", ""], line);
    }
    if (line.startsWith("\\")) return row("dim", ["", ""], line);
    if (line.startsWith("+")) return row("add", ["", String(after++)], line);
    if (line.startsWith("-")) return row("del", [String(before++), ""], line);
    return row("", [String(before++), String(after++)], line);
  });
  return html`<table class="diff">
    ${rows}
  </table>`;
}

function row(kind: string, [before, after]: [string, string], line: string): Html {
  return html`<tr class="${kind}">
    <td class="n">${before}</td>
    <td class="n">${after}</td>
    <td>${line}</td>
  </tr>`;
}
