/** A list item or quote: what its first line starts with, what its other lines start with. */
interface Container {
  first: string;
  rest: string;
  started: boolean;
  filled: boolean;
  kind: "page" | "item" | "quote";
}

/** Blocks of lines inside lists and quotes, in the form that reads back as the same blocks. */
export interface Layout {
  /** Writes one block; a blank line goes before it where one is needed. An empty block writes nothing. */
  write(block: readonly string[]): void;
  openItem(marker: string): void;
  openQuote(): void;
  /** A list begins; one inside an item follows its text closely. */
  beginList(): void;
  /** Ends the innermost item or quote, if there is one of this kind. */
  close(kind: "item" | "quote"): void;
  text(): string;
}

export function openLayout(): Layout {
  const lines: string[] = [];
  const page: Container = { first: "", rest: "", started: true, filled: false, kind: "page" };
  const open: Container[] = [page];
  let gap: string | null = null;

  const top = () => open.at(-1) ?? page;
  const askGap = () => {
    if (top().filled) gap ??= open.map(({ rest }) => rest).join("");
  };

  return {
    write(block) {
      if (block.length === 0) return;
      askGap();
      if (gap !== null) lines.push(gap.trimEnd());
      gap = null;
      for (const line of block) {
        const start = open.map((container) => (container.started ? container.rest : container.first)).join("");
        for (const container of open) Object.assign(container, { started: true, filled: true });
        lines.push(line === "" ? start.trimEnd() : start + line);
      }
    },
    openItem(marker) {
      open.push({ first: marker, rest: " ".repeat(marker.length), started: false, filled: false, kind: "item" });
    },
    openQuote() {
      askGap();
      open.push({ first: "> ", rest: "> ", started: false, filled: false, kind: "quote" });
    },
    beginList() {
      if (top().kind !== "item") askGap();
    },
    close(kind) {
      if (top().kind === kind) open.pop();
    },
    text: () => lines.join("\n"),
  };
}
