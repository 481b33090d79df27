/** One style sheet for all pages; wide on a desk, one column on a phone. */
export const style = `
:root { --line:#d1d9e0; --soft:#f6f8fa; --ink:#1f2328; --dim:#59636e; --link:#0969da; --green:#1a7f37; --red:#cf222e; --purple:#8250df; --amber:#9a6700; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", Helvetica, Arial, sans-serif; background: #fff; overflow-wrap: anywhere; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
header { background: var(--soft); border-bottom: 1px solid var(--line); padding: 12px 16px 0; }
header .name { font-size: 16px; } header .name b { font-weight: 600; }
.note-bar { color: var(--dim); font-size: 12px; float: right; }
nav { display: flex; gap: 4px; margin-top: 8px; overflow-x: auto; }
nav a { color: var(--ink); padding: 8px 12px; border-bottom: 2px solid transparent; white-space: nowrap; }
nav a.here { border-color: #fd8c73; font-weight: 600; }
main { max-width: 1100px; margin: 0 auto; padding: 20px 16px 60px; }
h1 { font-size: 26px; font-weight: 400; margin: 0 0 8px; line-height: 1.25; } h1 .number { color: var(--dim); font-weight: 300; }
h2 { font-size: 18px; margin: 28px 0 10px; } h3 { font-size: 16px; }
.dim { color: var(--dim); } .small { font-size: 12px; }
.badge { display: inline-block; color: #fff; border-radius: 2em; padding: 4px 12px; font-weight: 500; margin-right: 6px; background: var(--green); }
.badge.draft { background: var(--dim); } .badge.closed { background: var(--red); } .badge.merged { background: var(--purple); }
.label { display: inline-block; border-radius: 2em; padding: 0 9px; font-size: 12px; line-height: 20px; font-weight: 500; margin: 0 4px 4px 0; border: 1px solid #0001; }
.tag { border: 1px solid var(--line); border-radius: 2em; padding: 0 7px; font-size: 12px; color: var(--dim); white-space: nowrap; }
.tag.good { color: var(--green); border-color: var(--green); } .tag.warn { color: var(--amber); border-color: #d4a72c; }
.branch { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; background: #ddf4ff; color: var(--link); padding: 2px 6px; border-radius: 6px; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) 240px; gap: 24px; margin-top: 16px; }
aside section { border-bottom: 1px solid var(--line); padding: 8px 0 12px; } aside h4 { margin: 0 0 6px; font-size: 12px; color: var(--dim); }
.box { border: 1px solid var(--line); border-radius: 6px; margin: 0 0 16px; background: #fff; }
.box > .head { background: var(--soft); border-bottom: 1px solid var(--line); border-radius: 6px 6px 0 0; padding: 8px 14px; }
.box > .row { padding: 8px 14px; border-top: 1px solid var(--line); } .box > .row:first-child, .box > .head + .row { border-top: 0; }
.box > .text { padding: 14px; } .avatar { width: 20px; height: 20px; border-radius: 50%; vertical-align: text-bottom; margin-right: 6px; }
.box.attention { border-color: #d4a72c; } .box.attention > .head { background: #fff8c5; }
.dot { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 8px; background: var(--dim); }
.dot.success { background: var(--green); } .dot.failure { background: var(--red); } .dot.action_required, .dot.in_progress, .dot.queued { background: #d4a72c; }
.markdown > :first-child { margin-top: 0; } .markdown > :last-child { margin-bottom: 0; }
.markdown table { border-collapse: collapse; display: block; max-width: 100%; overflow-x: auto; margin: 12px 0; overflow-wrap: normal; }
.markdown th, .markdown td { border: 1px solid var(--line); padding: 5px 12px; text-align: left; } .markdown tr:nth-child(2n) td { background: var(--soft); }
.markdown blockquote { margin: 0 0 12px; padding: 0 1em; color: var(--dim); border-left: 4px solid var(--line); }
.markdown h1, .markdown h2 { border-bottom: 1px solid var(--line); padding-bottom: .3em; font-weight: 600; } .markdown h1 { font-size: 22px; } .markdown h2 { font-size: 18px; }
.markdown li:has(> input[type="checkbox"]) { list-style: none; margin-left: -1.4em; }
.markdown img { max-width: 100%; } .mention { font-weight: 600; color: var(--ink); }
code, pre { font: 12px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; } code { background: #818b981f; padding: .2em .4em; border-radius: 6px; }
pre { background: var(--soft); padding: 12px; border-radius: 6px; overflow-x: auto; margin: 12px 0; overflow-wrap: normal; } pre code { background: none; padding: 0; }
table.diff { width: 100%; border-collapse: collapse; font: 12px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; table-layout: fixed; }
table.diff td { padding: 0 8px; white-space: pre-wrap; vertical-align: top; } table.diff td.n { width: 44px; text-align: right; color: var(--dim); user-select: none; }
table.diff tr.add { background: #dafbe1; } table.diff tr.del { background: #ffebe9; } table.diff tr.hunk { background: #ddf4ff; color: var(--dim); }
.plus { color: var(--green); } .minus { color: var(--red); } details > summary { cursor: pointer; }
button { background: #1f883d; color: #fff; border: 0; border-radius: 6px; padding: 6px 14px; font: inherit; font-weight: 500; cursor: pointer; }
@media (max-width: 767px) { .columns { grid-template-columns: minmax(0, 1fr); gap: 0; } aside { order: -1; margin-bottom: 16px; } aside section { padding: 6px 0; } h1 { font-size: 21px; } table.diff td.n { width: 30px; padding: 0 3px; } .note-bar { float: none; display: block; } }
`;
