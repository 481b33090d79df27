/** Code points that HFS+ leaves out when it compares names, so that `.g\u200cit` opens `.git` there (the list of git's `utf8.c`). */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * Whether some file system takes this path segment for `.git`: other case, NTFS short name (`git~1`), trailing dots and spaces, a stream
 * (`.git::$INDEX_ALLOCATION`), HFS+ ignorables, full-width letters, a backslash as separator.
 */
export function isGitName(segment: string): boolean {
  return segment.split("\\").some((part) => {
    const name = fileSystemName(part);
    return name === ".git" || /^git~\d+$/.test(name);
  });
}

/** Whether some file system takes this path segment for `.gitmodules` (NTFS short names: git's `path.c`, `is_ntfs_dotgitmodules`). */
export function isGitmodulesName(segment: string): boolean {
  return segment.split("\\").some((part) => {
    const name = fileSystemName(part);
    return name === ".gitmodules" || /^(?:gitmod~\d+|gi7(?:e(?:ba?)?)?~\d+)$/.test(name);
  });
}

/** What a careless file system makes of one name. */
export function fileSystemName(segment: string): string {
  const stream = segment.indexOf(":");
  const name = stream === -1 ? segment : segment.slice(0, stream);
  return foldName(name.replaceAll(ignoredByHfs, "")).replace(/[. ]+$/, "");
}

/** One form for all names that differ only by case or by how Unicode writes them: what NTFS, APFS or HFS+ may take for equal. */
export function foldName(name: string): string {
  return name.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
}
