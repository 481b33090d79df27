import { readBumpOrder } from "../brief/bump-order.ts";
import type { Config } from "../config.ts";
import type { Brief } from "../handoff/task.ts";
import { wordless } from "../request/command.ts";
import { stop, type Stopped } from "./stop.ts";

/** What `/agent bump` asks for. In: the rest of the command's line, and the issue that it stands on. Pure. */
export function bumpBrief(args: string, issue: number, { bump }: Config): { kind: "brief"; brief: Brief } | Stopped {
  const order = readBumpOrder(args);
  switch (order.kind) {
    case "all": {
      const { message, next } = wordless("bump");
      return stop("not-a-command", message, next);
    }
    case "refused":
      return stop("not-a-command", order.message, order.next.replaceAll("`bump", "`/agent bump"));
    case "package":
      return {
        kind: "brief",
        brief: {
          kind: "bump",
          number: issue,
          package: order.name,
          range: order.range,
          age_days: bump.min_release_age_days,
        },
      };
  }
}
