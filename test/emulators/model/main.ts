import { readFile } from "node:fs/promises";
import { z } from "zod";
import { startModel } from "./server.ts";
import { Script } from "./step.ts";

// `node main.ts script.json` prints the server's URL as its first line and the key that it takes as its second, and serves until it is told to stop (SIGTERM or SIGINT).
// `GET /state` at that origin tells how many requests came, how many steps are left and what was wrong. It exits with 1 and the reason when the script was not played exactly.
const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write("usage: node test/emulators/model/main.ts script.json\n");
  process.exit(2);
}
const script = Script.safeParse(JSON.parse(await readFile(file, "utf8")));
if (!script.success) {
  process.stderr.write(`${file}: ${z.prettifyError(script.error)}\n`);
  process.exit(2);
}
const model = await startModel(script.data.steps, script.data.key);
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    try {
      model.assertDone();
      process.exit(0);
    } catch (thrown) {
      process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
      process.exit(1);
    }
  });
}
// Last, so that whoever reads the address can already stop the process.
process.stdout.write(`${model.url}\n${model.key}\n`);
