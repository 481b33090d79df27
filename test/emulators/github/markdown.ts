import { micromark } from "micromark";
import type { Options } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { escape, safe } from "./page-html.ts";
import type { Html } from "./page-html.ts";

/** Raw tags that survive, without attributes, as on GitHub. */
const tags = new Set(["details", "summary", "br", "sub", "sup", "kbd", "b", "i", "em", "strong", "del", "ins"]);

/** Names and numbers that become links. */
export interface Links {
  user: (login: string) => string | null;
  issue: (number: number) => string | null;
}

/** GitHub-flavoured Markdown as a page shows it: raw HTML is text except for a few plain tags, comments are gone. */
export function markdown(text: string, links: Links): Html {
  const made = micromark(text, { extensions: [gfm()], htmlExtensions: [gfmHtml(), rawHtml] });
  return safe(linked(made, links));
}

type HtmlExtension = NonNullable<Options["htmlExtensions"]>[number];

const rawHtml: HtmlExtension = {
  exit: {
    htmlFlow(token) {
      this.lineEndingIfNeeded();
      this.raw(filtered(this.sliceSerialize(token)));
    },
    htmlFlowData() {},
    htmlText(token) {
      this.raw(filtered(this.sliceSerialize(token)));
    },
    htmlTextData() {},
  },
};

function filtered(raw: string): string {
  const visible = raw.replaceAll(/<!--[\s\S]*?(?:-->|$)/g, "");
  return visible
    .split(/(<\/?[a-zA-Z][^<>]*>)/)
    .map((piece) => {
      const [, slash, name = ""] = /^<(\/?)([a-zA-Z]+)/.exec(piece) ?? [];
      return slash !== undefined && tags.has(name.toLowerCase()) ? `<${slash}${name.toLowerCase()}>` : escape(piece);
    })
    .join("");
}

/** Mentions and issue numbers in running text, not in code and not inside other links. */
function linked(markup: string, links: Links): string {
  let depth = 0;
  return markup
    .split(/(<[^>]*>)/)
    .map((piece) => {
      if (/^<(?:a|code|pre)[\s>]/.test(piece)) depth += 1;
      if (/^<\/(?:a|code|pre)>/.test(piece)) depth -= 1;
      return piece.startsWith("<") || depth > 0 ? piece : withLinks(piece, links);
    })
    .join("");
}

function withLinks(text: string, links: Links): string {
  return text
    .replaceAll(/(?<![\w/])@([A-Za-z0-9-]+)/g, (whole, login: string) => {
      const href = links.user(login);
      return href === null ? whole : `<a class="mention" href="${escape(href)}">${whole}</a>`;
    })
    .replaceAll(/(?<![\w/&])#(\d+)\b(?!;)/g, (whole, number: string) => {
      const href = links.issue(Number(number));
      return href === null ? whole : `<a href="${escape(href)}">${whole}</a>`;
    });
}
