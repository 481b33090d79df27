// Does what its input says, as the built action would: its own process, files for outputs, nothing but its environment.
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";

const text = process.env.INPUT_TEXT ?? "";
switch (process.env.INPUT_DO) {
  case "show": {
    const paper = `${process.env.RUNNER_TEMP}/paper`;
    mkdirSync(paper);
    const event = JSON.parse(process.getBuiltinModule("fs").readFileSync(process.env.GITHUB_EVENT_PATH, "utf8"));
    const uid = process.getuid();
    writeFileSync(`${paper}/seen.json`, JSON.stringify({ env: process.env, cwd: process.cwd(), event, uid }));
    appendFileSync(process.env.GITHUB_OUTPUT, `paper=${paper}\nproceed=true\nmany<<END\na\nb\nEND\n`);
    appendFileSync(process.env.GITHUB_STEP_SUMMARY, `# done ${process.env["INPUT_GITHUB-TOKEN"]}\n`);
    break;
  }
  case "fail":
    console.log("::error::it went wrong");
    process.exitCode = 1;
    break;
  case "hang":
    setInterval(() => {}, 1000);
    break;
  case "print":
    console.log(text);
    break;
  case "exists":
    appendFileSync(process.env.GITHUB_OUTPUT, `exists=${existsSync(text)}\n`);
    break;
  default:
    throw new Error(`no such thing: ${process.env.INPUT_DO}`);
}
