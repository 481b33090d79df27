import type { NetworkRow } from "../handoff/network.ts";
import { networkRowsMax } from "../handoff/network.ts";
import type { Report } from "../handoff/report.ts";
import type { Solution } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";
import { code, joined, type KnownSecrets, type Outgoing, ours, word } from "../text/outgoing.ts";

/** Rows of each list, and opened entries of each phase. A host has at most 253 characters, so the section stays below 12,000. */
const shownMax = 15;

interface Shown {
  task: Pick<Task, "config">;
  solution: Pick<Solution, "network">;
  report: Pick<Report, "network">;
  known: KnownSecrets;
}

/**
 * What was opened, what was asked and refused, and what was reached, for whoever reviews. Empty when nothing was opened: then nothing
 * could be asked. Host names were chosen inside the sandbox and stand in code spans.
 */
export function networkSection({ task, solution, report, known }: Shown): Outgoing {
  const { prepare, solve, verify } = task.config.network;
  const opened = [
    ...openedLine(ours`the installation`, prepare.allow, known),
    ...openedLine(ours`the agent`, solve.allow, known),
    ...openedLine(ours`the checks`, verify.allow, known),
  ];
  const asked = [
    ...solution.network.map((row) => ({ row, who: row.where === "prepare" ? ours`installation` : ours`agent` })),
    ...report.network.map((row) => ({
      row,
      who: row.where === "prepare" ? ours`installation for the checks` : ours`checks`,
    })),
  ];
  if (opened.length === 0 && asked.length === 0) return ours``;
  const listOf = (allowed: boolean) =>
    asked.filter(({ row }) => row.allowed === allowed).map(({ row, who }) => rowLine(row, who, known));
  const isCut = [solution.network, report.network].some((rows) =>
    ["prepare", undefined].some((from) => rows.filter(({ where }) => where === from).length >= networkRowsMax),
  );
  return joined(
    [
      ours`### Network\n`,
      ...opened,
      ...titled(ours`**Blocked network requests**`, listOf(false)),
      ...titled(ours`**Reached hosts**`, listOf(true)),
      ...(isCut ? [ours`\nThere were more different requests than a paper keeps (${networkRowsMax}).`] : []),
    ],
    "\n",
  );
}

function openedLine(who: Outgoing, allow: readonly string[], known: KnownSecrets): Outgoing[] {
  if (allow.length === 0) return [];
  const shown = allow.slice(0, shownMax).map((entry) => code(entry, known));
  const more = allow.length - shown.length;
  return [ours`- opened for ${who}: ${joined([...shown, ...(more > 0 ? [ours`and ${more} more`] : [])], ", ")}`];
}

function titled(title: Outgoing, lines: readonly Outgoing[]): Outgoing[] {
  if (lines.length === 0) return [];
  const more = lines.length - shownMax;
  return [
    ours`\n${title}\n`,
    ...lines.slice(0, shownMax),
    ...(more > 0 ? [ours`- and ${more} more, in the run's papers`] : []),
  ];
}

function rowLine({ host, port, method, reason, count }: NetworkRow, who: Outgoing, known: KnownSecrets): Outgoing {
  const at = code(`${host.includes(":") ? `[${host}]` : host}:${port}`, known);
  const times = count === 1 ? ours`` : ours`, ${count} times`;
  const why = reason === "allowed" ? ours`` : ours` (${code(reason, known)})`;
  return ours`- ${who}: ${at} ${word(method, known)}${times}${why}`;
}
