import type { PackageFacts, Packages } from "../handoff/packages.ts";
import type { Report } from "../handoff/report.ts";
import { cell, code, joined, type KnownSecrets, type Outgoing, ours } from "../text/outgoing.ts";

/** Rows of the table, and code units of all of them, escaping included. What does not fit is counted. */
const rowsMax = 20;
const rowsUnitsMax = 9_000;
const nameUnits = 100;
const wordsUnits = 120;
const dayMs = 86_400_000;

/**
 * The packages that the change brings, for whoever reviews. Empty when it brings none. Names and words are strangers' text: they stand in
 * code spans and cells. Popularity is not shown, because the registry of a machine need not know it.
 */
export function packagesSection({ packages }: Pick<Report, "packages">, known: KnownSecrets): Outgoing {
  switch (packages.kind) {
    case "none":
      return ours``;
    case "not_run":
      return ours`### Packages\n\n⚠️ The packages that this change brings were **not looked up**: ${cell(packages.reason, known)}.`;
    case "looked":
      return table(packages, known);
  }
}

function table(
  { as_of: asOf, packages, left_out: leftOut }: Extract<Packages, { kind: "looked" }>,
  known: KnownSecrets,
) {
  const rows = packages.slice(0, rowsMax).map((one) => row(one, Date.parse(asOf), known));
  let room = rowsUnitsMax;
  const fitting = rows.filter((line) => {
    room -= line.length + 1;
    return room >= 0;
  });
  const more = packages.length - fitting.length;
  return joined(
    [
      ours`### Packages\n`,
      ours`| Package | Version | First release | This version | Maintainers | Notes |`,
      ours`| :-- | :-- | :-- | :-- | --: | :-- |`,
      ...fitting,
      ...(more > 0 ? [ours`| and ${more} more, in the run's papers | | | | | |`] : []),
      ...(leftOut > 0 ? [ours`\n⚠️ ${leftOut} more packages were **not looked up**.`] : []),
    ],
    "\n",
  );
}

function row(one: PackageFacts, asOf: number, known: KnownSecrets): Outgoing {
  const { name, version, before, registry } = one;
  const versions = [...(before === null ? [] : [before]), version ?? "not locked"].map((text) =>
    text.slice(0, nameUnits),
  );
  const shownVersion = joined(
    versions.map((text) => code(text, known)),
    " → ",
  );
  const first = registry.kind === "known" ? registry.first_release : null;
  const released = registry.kind === "known" ? registry.released : null;
  const count = registry.kind === "known" ? registry.maintainers : null;
  const notes = notesOn(one, known);
  return ours`| ${code(name.slice(0, nameUnits), known)} | ${shownVersion} | ${ageOf(first, asOf)} | ${ageOf(released, asOf)} | ${count ?? ours`unknown`} | ${notes.length === 0 ? ours`` : joined(notes, "; ")} |`;
}

function notesOn({ direct, resembles, registry }: PackageFacts, known: KnownSecrets): Outgoing[] {
  const like = resembles === null ? [] : [ours`⚠️ **could be taken for ${code(resembles, known)}**`];
  const asked = direct ? [] : [ours`asked for by another package`];
  switch (registry.kind) {
    case "absent":
      return [...like, ours`⚠️ **the registry has no such package or version**`, ...asked];
    case "unpublished":
      return [...like, ours`⚠️ **taken down**`, ...asked];
    case "unanswered":
      return [...like, ours`⚠️ **not looked up**: ${cell(registry.reason.slice(0, wordsUnits), known)}`, ...asked];
    case "known":
      return [
        ...like,
        ...(registry.hash === "differs" ? [ours`⚠️ **the lockfile's hash is not the registry's**`] : []),
        ...(registry.install_script ? [ours`⚠️ **runs a script when it is installed**`] : []),
        ...(registry.publisher_changed === true ? [ours`⚠️ published by another account than before`] : []),
        ...(registry.deprecated === null
          ? []
          : [ours`deprecated: ${cell(registry.deprecated.slice(0, wordsUnits), known)}`]),
        ...(registry.repository ? [] : [ours`names no repository`]),
        ...asked,
      ];
  }
}

function ageOf(date: string | null, asOf: number): Outgoing {
  if (date === null) return ours`unknown`;
  const days = Math.floor((asOf - Date.parse(date)) / dayMs);
  if (days < 1) return ours`**today**`;
  if (days < 60) return days === 1 ? ours`**1 day ago**` : ours`**${days} days ago**`;
  if (days < 730) return ours`${Math.floor(days / 30)} months ago`;
  return ours`${Math.floor(days / 365)} years ago`;
}
