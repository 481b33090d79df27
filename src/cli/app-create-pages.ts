import type { Manifest } from "./manifest.ts";

/** Where GitHub sends the browser back to. */
export const callbackPath = "/created";

/** The page with the one button that posts the manifest to GitHub. In: the form's address and the manifest. */
export function formPage({ action, manifest }: { action: string; manifest: Manifest }): string {
  const rows = [
    ...Object.entries(manifest.default_permissions).map(([name, level]) => `<li>${escaped(name)}: ${level}</li>`),
    ...manifest.default_events.map((event) => `<li>event ${escaped(event)}</li>`),
  ];
  return document(`<h1>Create the GitHub App ${escaped(manifest.name)}</h1>
<p>GitHub shows these permissions and asks once more:</p>
<ul>${rows.join("")}</ul>
<form method="post" action="${escaped(action)}">
<input type="hidden" name="manifest" value="${escaped(JSON.stringify(manifest))}">
<button>Continue on GitHub</button>
</form>`);
}

export const donePage = document(
  "<h1>Done</h1><p>The App is made. You can close this page and go back to the terminal.</p>",
);
export const refusedPage = document(
  "<h1>Not this one</h1><p>This address does not belong to the App being made. Start at the address in the terminal.</p>",
);

function document(body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Airlock</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}button{font:inherit;padding:.5rem 1rem}</style>
</head><body>
${body}
</body></html>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
