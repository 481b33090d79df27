import { call, escapes } from "./escape.ts";
import { withoutRules } from "./weaken.ts";

const control = "`--new-session`, seccomp on `TIOCSTI` and `TIOCLINUX` (low 32 bits compared)";
const ioctl = { x64: 16, arm64: 29 };
const twin = { without: "the rules on ioctl", weaken: () => withoutRules("ioctl"), escaped: /^answer (25|14|22)\n/ };

escapes("terminal", [
  {
    id: "C079",
    control,
    attack: "types into the caller's terminal (TIOCSTI)",
    needs: ["perl"],
    run: () => call(ioctl, 0, 0x5412, 0),
    held: /^answer 1\n/,
    twin,
  },
  {
    id: "E110",
    control,
    attack: "types with a request whose upper half is not zero (CVE-2019-10063)",
    needs: ["perl"],
    run: () => call(ioctl, 0, 0x1_0000_5412, 0),
    held: /^answer 1\n/,
    twin,
  },
  {
    id: "C080",
    control,
    attack: "pastes into a virtual console (TIOCLINUX)",
    needs: ["perl"],
    run: () => call(ioctl, 0, 0x541c, 0),
    held: /^answer 1\n/,
    twin,
  },
  {
    id: "E111",
    control,
    attack: "opens the terminal that Airlock was started in (/dev/tty)",
    run: () => "echo typed > /dev/tty",
    held: /No such device/,
    twin: { none: "a test has no terminal of its own to lose" },
  },
]);
