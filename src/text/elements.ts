import type { Token } from "parse5";

const set = (names: string): ReadonlySet<string> => new Set(names.split(" "));

/** Elements without an end tag (HTML standard, "void elements"). */
export const voidElements = set("area base br col embed hr img input link meta param source track wbr");

/** Elements that start a line of their own and end an open paragraph. */
export const blockElements = set(
  "address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre search section summary table ul",
);

/** Elements whose content is not text of the page, or that GitHub does not show. */
const unseen = set(
  "applet audio base canvas datalist dialog embed frame frameset head iframe link map math meta noembed noframes noscript object param rp script select source style svg template textarea title track video xmp",
);

/** Declarations with which a style can hide. A style with an escape or a comment in it is not worth understanding. */
const hidingStyle =
  /display|visibility|opacity|font|size|width|height|clip|mask|filter|transform|position|indent|overflow|color|background|zoom|margin|left|right|top|bottom|inset|content|z-index|\\|\/\*/i;

/** Whether an element, with everything in it, is not seen. Unsure means hidden: a style, a size below 2, `hidden` in any form. */
export function hides(name: string, attrs: readonly Token.Attribute[]): boolean {
  if (name === "img" || name === "br" || name === "hr" || name === "input") return false;
  return unseen.has(name) || attrs.some(({ name: attr, value }) => hidesBy(attr, value));
}

function hidesBy(name: string, value: string): boolean {
  switch (name) {
    case "hidden":
    case "popover":
      return true;
    case "style":
      return hidingStyle.test(value);
    case "width":
    case "height":
      return /^\s*[01](?![0-9])/.test(value);
    case "size":
      return /^\s*(?:-|[01](?![0-9]))/.test(value);
    case "color":
      return true;
    default:
      return false;
  }
}

/** Elements of GitHub's own allow-list and of ours; a tag of another name shows nothing, so that its own name hides something. */
const known = set(
  "a abbr b bdo big br caption cite code col colgroup dfn del em font i img input ins kbd label mark picture q ruby s samp small span strike strong sub sup tbody td tfoot th thead tr tt u var wbr",
);

/** Attributes that say where something leads or how it lies: not words that somebody could read. */
const silent = set(
  "align aria-describedby aria-label border checked class colspan data-footnote-backref data-footnote-ref data-footnotes dir disabled height hidden href id lang name open popover rel rowspan src srcset start style target type valign value width",
);

/** Code units of a tag that carry words nobody sees: alt, title, anything unknown, the name of an unknown element. */
export function hiddenAttributeUnits(name: string, attrs: readonly Token.Attribute[]): number {
  const own = known.has(name) || blockElements.has(name) || unseen.has(name) ? 0 : name.length;
  return attrs
    .filter((attr) => !silent.has(attr.name))
    .reduce(
      (sum, attr) => sum + (attr.name === "alt" || attr.name === "title" ? 0 : attr.name.length) + attr.value.length,
      own,
    );
}
