// GitHub's workflow parser imports its JSON tables without an import attribute, which Node refuses. This adds it.
import { registerHooks } from "node:module";

registerHooks({
  load: (url, context, next) =>
    url.endsWith(".min.json") ? next(url, { ...context, importAttributes: { type: "json" } }) : next(url, context),
});
