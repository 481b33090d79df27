import { describe, expect, test } from "vitest";
import { runnerOf } from "../../src/checks/runner.ts";

const script = (text: string) => [["sh", "-c", text]];

function added(command: string[][]): string | null {
  const found = runnerOf(command);
  if (found.kind === "unknown") return null;
  const step = found.withReport("/r");
  return `${found.runner} ${found.step}: ${step[0] === "sh" ? (step[2] ?? "") : step.join(" ")}`;
}

const vitestOptions = "--reporter=default --reporter=json --outputFile.json=/r";
const nodeOptions =
  "--test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit --test-reporter-destination=/r";

describe("a script that calls its runner", () => {
  test.each([
    ["vitest run", `vitest 0: vitest run ${vitestOptions}`],
    ["vitest", `vitest 0: vitest ${vitestOptions}`],
    ["TZ=UTC npx vitest run src", `vitest 0: TZ=UTC npx vitest run src ${vitestOptions}`],
    ["vitest run --reporter=dot", "vitest 0: vitest run --reporter=dot --reporter=json --outputFile.json=/r"],
    ["tsc && vitest run", `vitest 0: tsc && vitest run ${vitestOptions}`],
    ["cross-env NODE_ENV=test jest --ci", "jest 0: cross-env NODE_ENV=test jest --ci --json --outputFile=/r"],
    ["node --test", `node:test 0: node --test ${nodeOptions}`],
    ["node --test 'test/**/*.js'", `node:test 0: node --test ${nodeOptions} 'test/**/*.js'`],
    ["node --import tsx --test a.ts", `node:test 0: node --import tsx --test ${nodeOptions} a.ts`],
    ["tsx --test a.ts", `node:test 0: tsx --test ${nodeOptions} a.ts`],
    ["mocha -r tsx test", "mocha 0: mocha --reporter=json --reporter-option=output=/r -r tsx test"],
    ["c8 mocha", "mocha 0: c8 mocha --reporter=json --reporter-option=output=/r"],
    ["ava", "ava 0: ava --tap > /r"],
    ["./node_modules/.bin/ava a.js && tsd", "ava 0: ./node_modules/.bin/ava --tap a.js > /r && tsd"],
  ])("%s", (text, expected) => {
    expect(added(script(text))).toBe(expected);
  });

  test("is found between its pre and post scripts, and in a list without a shell", () => {
    expect(added([...script("tsc"), ...script("jest"), ...script("echo done")])).toBe(
      "jest 1: jest --json --outputFile=/r",
    );
    expect(added([["npx", "vitest", "run"]])).toBe(`vitest 0: npx vitest run ${vitestOptions}`);
  });
});

describe("a script that nobody can add a reporter to", () => {
  test.each([
    "npm run unit",
    "vitest run; true",
    "vitest run || true",
    "vitest run | tee log",
    "vitest run $FILES",
    "vitest run `ls`",
    "vitest run -- --x",
    "vitest bench",
    "vitest run --outputFile=x",
    "vitest run && jest",
    "jest --watch",
    "jest --json",
    "mocha --reporter dot",
    "mocha -g 'a  b'",
    "node --test --test-reporter=tap",
    "node run.js --test",
    "node test.js",
    "echo vitest",
    "tap",
    "",
  ])("%s", (text) => {
    expect(runnerOf(script(text)).kind).toBe("unknown");
  });

  test("says why", () => {
    expect(runnerOf([...script("jest"), ...script("mocha")])).toEqual({
      kind: "unknown",
      reason: "the check calls more than one test runner",
    });
    // No shell would send the report elsewhere.
    expect(runnerOf([["ava"]]).kind).toBe("unknown");
  });
});
