import { existsSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { startBaseline } from "../../src/phases/baseline.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { localScene } from "./local-scene.ts";

const real = realSandbox();

/** A compiler that keeps what it is told to keep. */
const compiler =
  '#!/bin/sh\nwhile [ "$#" -gt 1 ]; do shift; done\ncase "$1" in *.tsbuildinfo) echo "{}" > "$1";; esac\n';
const files = {
  "package.json": JSON.stringify({ scripts: { typecheck: "tsc --noEmit", test: "true" } }),
  "node_modules/.bin/tsc": { executable: compiler },
};

test("the base's caches are there as long as the baseline is, and gone with it", async () => {
  await using on = await localScene(real.sandbox, files);
  const { ground, repository } = on;
  const task = await on.task();
  const dependencies = { kind: "none", key: "none" } as const;
  const place = await (async () => {
    await using running = startBaseline({ task, source: repository.root, dependencies }, ground);
    const caches = (await running.ended)?.caches?.byCheck;
    expect([...(caches?.keys() ?? [])]).toEqual(["types"]);
    const apart = caches?.get("types")?.places.apart ?? "";
    expect(readdirSync(apart)).toEqual(["0.tsbuildinfo"]);
    return apart;
  })();
  expect([existsSync(place), readdirSync(ground.dir)]).toEqual([false, []]);
});
