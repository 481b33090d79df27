import { hostname } from "node:os";
import { call, escapes } from "./escape.ts";
import { sharing, without, withoutRules } from "./weaken.ts";

const unshare = { x64: 272, arm64: 97 };
const clone = { x64: 56, arm64: 220 };
const NEWUSER = 0x10000000;
const control = "`--disable-userns`, seccomp on `clone`, `clone3`, `unshare`, `setns`";
const rules = withoutRules("unshare", "clone");
const rule = { without: "the rule", weaken: () => rules, escaped: /answer ok\n/ };

escapes("namespaces", [
  {
    id: "C037",
    control,
    attack: "makes a user namespace by unshare, with the filter alone to stop it",
    needs: ["perl"],
    already: without("--disable-userns"),
    run: () => call(unshare, NEWUSER),
    held: /^answer 1\n/,
    twin: rule,
  },
  {
    id: "E040",
    control,
    attack: "makes a user namespace by clone, with bits above the low 32",
    needs: ["perl"],
    already: without("--disable-userns"),
    run: () => call(clone, 0x7_0000_0000 + NEWUSER + 17, 0, 0, 0, 0),
    held: /^answer 1\n/,
    twin: rule,
  },
  {
    id: "E041",
    control,
    attack: "makes a user namespace by unshare, with bwrap's own switch alone to stop it",
    needs: ["perl"],
    already: rules,
    run: () => call(unshare, NEWUSER),
    held: /^answer (1|28)\n/,
    twin: { without: "--disable-userns", weaken: () => without("--disable-userns"), escaped: /^answer ok\n/ },
  },
  {
    id: "C038",
    control,
    attack: "mounts in a nested namespace (unshare -Urm)",
    needs: ["unshare"],
    files: { ".git/config": "old" },
    run: () => "unshare -Urm sh -c 'mount -t tmpfs none /tmp/home && echo mounted'",
    held: /Operation not permitted|No space left/,
    twin: {
      without: "--disable-userns, the filter and the read-only /proc (uid_map)",
      weaken: () => without("--disable-userns", "--seccomp", "--remount-ro /proc"),
      escaped: /mounted/,
    },
  },
  {
    id: "C039",
    control,
    attack: "makes a network namespace of its own to configure it",
    needs: ["unshare"],
    run: () => "unshare -Urn true && echo made",
    held: /Operation not permitted|No space left/,
    twin: {
      without: "--disable-userns, the filter and the read-only /proc (uid_map)",
      weaken: () => without("--disable-userns", "--seccomp", "--remount-ro /proc"),
      escaped: /made/,
    },
  },
  {
    id: "C040",
    control,
    attack: "starts bwrap inside, to map itself to root",
    needs: ["bwrap"],
    run: () => "bwrap --unshare-user --uid 0 --ro-bind / / id -u",
    held: /Operation not permitted|No permissions|No space left|namespace/,
    twin: {
      without: "--disable-userns, the filter and the read-only /proc (uid_map)",
      weaken: () => without("--disable-userns", "--seccomp", "--remount-ro /proc"),
      escaped: /^0\n/,
    },
  },
  {
    id: "C041",
    control,
    attack: "hides the flags of a namespace behind clone3",
    needs: ["perl"],
    run: () => call({ x64: 435, arm64: 435 }, 0, 0),
    held: /^answer 38\n/,
    twin: { without: "the rule on clone3", weaken: () => withoutRules("clone3"), escaped: /^answer 22\n/ },
  },
  {
    id: "C042",
    control: "`--unshare-user --unshare-all`",
    attack: "reads the name of the host",
    run: () => "cat /proc/sys/kernel/hostname",
    held: /^airlock\n/,
    twin: {
      without: "a host name of its own",
      weaken: () => sharing("uts"),
      escaped: new RegExp(`^${hostname().replaceAll(".", "\\.")}\n`),
    },
  },
]);
