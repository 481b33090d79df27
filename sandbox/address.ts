import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

type Range = readonly [network: string, reason: string];

/** What the library counts as public, or does not tell apart, and no name may lead to. */
const refused: readonly Range[] = [
  ["168.63.129.16/32", "Azure's platform service, on every virtual machine"],
  ["2001:db8::/32", "documentation (RFC 3849)"],
  ["::/3", "outside the global unicast block 2000::/3 (RFC 4291), in which IPv4 may be hidden at any place"],
  ["4000::/2", "outside the global unicast block 2000::/3"],
  ["8000::/1", "outside the global unicast block 2000::/3"],
];

/**
 * What even a rule that names the very address does not open: metadata services hand out the machine's credentials, and in the
 * other ranges lies no service of the user's own.
 */
const never: readonly Range[] = [
  ["0.0.0.0/8", "this network; the kernel takes it for loopback"],
  ["169.254.0.0/16", "link-local: metadata of AWS, Azure, Google, Oracle, Tencent, OpenStack and others"],
  ["100.100.100.200/32", "metadata of Alibaba Cloud"],
  ["168.63.129.16/32", "Azure's platform service"],
  ["192.0.0.192/32", "metadata of Oracle Cloud Classic"],
  ["224.0.0.0/4", "multicast"],
  ["240.0.0.0/4", "reserved, and broadcast"],
  ["::/128", "no address"],
  ["fd00:ec2::/32", "metadata and time of AWS over IPv6"],
  ["fd20:ce::254/128", "metadata of Google Cloud over IPv6"],
  ["fd00:42::42/128", "metadata of Scaleway over IPv6"],
  ["fe80::/10", "link-local"],
  ["ff00::/8", "multicast"],
];

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Whether an address is a public one that a *name* may resolve to. Loopback, private, link-local, shared, benchmark, multicast,
 * documentation, reserved and metadata ranges are not, in IPv6 clothes neither, nor is an address of this machine (`own`).
 * Not an address: false.
 */
export function isPublicAddress(address: string, own: readonly string[]): boolean {
  const read = readAddress(address);
  if (read === null || read.range() !== "unicast" || isIn(read, refused) || isIn(read, never)) return false;
  return !own.some((one) => readAddress(one)?.toString() === read.toString());
}

/**
 * Whether even a rule that names this very address does not open it. A registry on a private address or on loopback is the user's
 * own affair; a metadata service is not. What is no address is false: it is a name, and its answer is judged.
 */
export function isNeverOpened(address: string): boolean {
  const read = readAddress(address);
  return read !== null && isIn(read, never);
}

/** The address, an IPv4 one taken out of its IPv6 clothes; null for anything else. A zone (`%eth0`) does not count. */
function readAddress(text: string): Address | null {
  const plain = text.replace(/%.*$/, "");
  if (isIP(plain) === 0) return null;
  const address = ipaddr.parse(plain);
  return address instanceof ipaddr.IPv6 ? (carried(address) ?? address) : address;
}

/** IPv4 that an IPv6 address carries: mapped, compatible, NAT64 (RFC 6052) at its end, 6to4 (RFC 3056) after its prefix. */
function carried(address: ipaddr.IPv6): ipaddr.IPv4 | null {
  const bytes = address.toByteArray();
  const at = (start: number) => new ipaddr.IPv4(bytes.slice(start, start + 4));
  if (address.match(ipaddr.IPv6.parseCIDR("2002::/16"))) return at(2);
  for (const prefix of ["::ffff:0:0/96", "64:ff9b::/96"])
    if (address.match(ipaddr.IPv6.parseCIDR(prefix))) return at(12);
  // `::` and `::1` are addresses of their own.
  const isCompatible = bytes.slice(0, 12).every((byte) => byte === 0) && (address.parts[6] ?? 0) > 0;
  return isCompatible ? at(12) : null;
}

function isIn(address: Address, ranges: readonly Range[]): boolean {
  return ranges.some(([network]) => {
    const [base, bits] = ipaddr.parseCIDR(network);
    return base.kind() === address.kind() && address.match(base, bits);
  });
}
