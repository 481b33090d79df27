import { unzipSync } from "fflate";

/** Bytes of one artifact's zip, and files one may hold. A paper directory holds at most four. */
export const zipBytesMax = 32 * 1024 * 1024;
const filesMax = 100;
/**
 * Bytes of one paper that is taken from a zip. Far below what a paper may have between the jobs of one run: the App reads what any job may
 * have put there, and serves every repository with one process.
 */
export const zippedPaperBytesMax = 2 * 1024 * 1024;

/** The paper files of a zip. Nothing is written to disk, so links and odd paths in it mean nothing; a stated size is a hard limit. */
export function unzipped(zip: Uint8Array): Map<string, Uint8Array> {
  let count = 0;
  const seen = new Set<string>();
  const files = unzipSync(zip, {
    filter: ({ name, originalSize }) => {
      count += 1;
      if (count > filesMax) throw new Error(`the zip holds more than ${filesMax} files`);
      if (!/^(?:task|solution|report|verdict|stop)\.json$/.test(name)) return false;
      if (originalSize > zippedPaperBytesMax) throw new Error(`${name} has more than ${zippedPaperBytesMax} bytes`);
      if (seen.has(name)) throw new Error(`the zip holds ${name} twice`);
      seen.add(name);
      return true;
    },
  });
  return new Map(Object.entries(files));
}
