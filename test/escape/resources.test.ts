import { statSync } from "node:fs";
import { join } from "node:path";
import { limits } from "../sandbox/room.ts";
import { escapes } from "./escape.ts";
import { withoutLimits } from "./weaken.ts";

const control = "`prlimit`";
const twin = { without: "the limits", weaken: () => withoutLimits };

escapes("resources", [
  {
    id: "C075",
    control: "`prlimit`, control group, the guard's looks",
    attack: "forks without end (a bounded variant)",
    profile: () => ({ limits: { ...limits, processes: 30 } }),
    run: () => "i=0; while [ $i -lt 200 ]; do sleep 3 & i=$((i+1)); done; echo all 200",
    held: /fork|^limit$/im,
    twin: { ...twin, profile: () => ({ limits }), escaped: /^all 200\n/ },
  },
  {
    id: "C077",
    control,
    attack: "opens more files than it may",
    needs: ["perl"],
    run: () => [
      "perl",
      "-e",
      'my @f; for (1..6000) { open(my $f, "<", "/dev/null") or do { print "stopped\\n"; exit }; push @f, $f } print "6000\\n"',
    ],
    held: /^stopped\n/,
    twin: { none: "the hard limit of the machine may be as low" },
  },
  {
    id: "C078",
    control,
    attack: "raises its limits again",
    run: () => "ulimit -n 100000; ulimit -c 1; ulimit -n; ulimit -c",
    held: /^4096\n0\n/,
    twin: { none: "what the hard limits of the machine are is not known to a test" },
  },
  {
    id: "E100",
    control,
    attack: "makes a file of a terabyte that takes no room, for the host to read",
    run: () => "truncate -s 1T big; stat -c %s big",
    host: ({ workspace }) => statSync(join(workspace, "big"), { throwIfNoEntry: false })?.size ?? 0,
    held: /(too large|limit exceeded)[\s\S]*host: 0$/i,
    twin: { ...twin, escaped: /host: 1099511627776$/ },
  },
  {
    id: "E101",
    control: "output drained and cut to head and tail",
    attack: "prints without end",
    profile: () => ({ limits: { ...limits, output: { headBytes: 10, tailBytes: 10 } } }),
    run: () => "head -c 50000000 /dev/zero | tr '\\0' x",
    held: /^x{10}\n\[\.\.\. 49999980 bytes left out/,
    twin: { none: "there is no way to run without a cap" },
  },
]);
