import { isGitmodulesName, isGitName } from "./git-name.ts";

/** Bytes of one segment (ext4, APFS and NTFS agree) and of a whole path that every checkout can hold. */
const segmentBytesMax = 255;
const pathBytesMax = 1_000;

export interface PathProblem {
  rule: string;
  message: string;
}

/**
 * Why a path may not be in a Change, whatever its content; empty when it may. `isNew` is false for a path that the base already has:
 * its name cannot be blamed on the change where only portability is at stake.
 */
export function pathProblems(path: string, isNew: boolean): PathProblem[] {
  const segments = path.split("/");
  const found = [...dangers(path, segments), ...(isNew ? portability(path, segments) : [])];
  return found.filter((problem) => problem !== null);
}

type Found = PathProblem | null;

/** Paths that mean another place, or hide what they are. */
function dangers(path: string, segments: readonly string[]): Found[] {
  return [
    when(
      path.startsWith("/") || /^[A-Za-z]:/.test(path),
      "path-absolute",
      "The path is absolute; a change holds paths inside the tree only.",
    ),
    when(
      segments.includes("..") || segments.includes("."),
      "path-traversal",
      "The path has `.` or `..` in it and may name another place.",
    ),
    when(segments.includes(""), "path-empty-segment", "The path has an empty name in it."),
    when(path.includes("\\"), "path-backslash", "The path has a backslash, which Windows takes for a separator."),
    when(
      segments.some(isGitName),
      "path-git",
      "The path is git's own directory, or a name that some file system takes for `.git`.",
    ),
    when(
      segments.some(isGitmodulesName),
      "path-gitmodules",
      "The path is `.gitmodules`, which brings in other repositories.",
    ),
    when(/\p{Cc}/u.test(path), "path-control", "The path has a control character, such as a line break, in it."),
    when(/[\p{Cs}\ufffd]/u.test(path), "path-unicode", "The path is not valid Unicode."),
    when(
      /[\p{Cf}\p{Co}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u.test(path),
      "path-invisible",
      "The path has invisible or direction characters in it.",
    ),
  ];
}

/** Names that some checkout cannot hold, or would change. */
function portability(path: string, segments: readonly string[]): Found[] {
  const tooLong = segments.some((segment) => Buffer.byteLength(segment) > segmentBytesMax);
  return [
    when(
      path !== path.normalize("NFC"),
      "path-normalisation",
      "The path is not in Unicode form NFC: macOS and Linux would see different names.",
    ),
    when(
      segments.some(isReservedByWindows),
      "path-windows",
      'Windows cannot hold this name (reserved name, one of <>:"|?*, or a dot or space at its end).',
    ),
    when(tooLong, "path-length", `A name in the path has more than ${segmentBytesMax} bytes.`),
    when(Buffer.byteLength(path) > pathBytesMax, "path-length", `The path has more than ${pathBytesMax} bytes.`),
  ];
}

/** Microsoft, "Naming Files, Paths, and Namespaces": device names count with any extension, and with superscript digits. */
function isReservedByWindows(segment: string): boolean {
  const device = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:\.|$)/i;
  return device.test(segment) || /[<>:"|?*]/.test(segment) || (/[. ]$/.test(segment) && !/^\.{1,2}$/.test(segment));
}

function when(holds: boolean, rule: string, message: string): Found {
  return holds ? { rule, message } : null;
}
