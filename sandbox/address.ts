import { BlockList, isIP } from "node:net";

/** IPv4 ranges that are no public host: RFC 6890 and its successors, and metadata services of clouds outside link-local. */
const refused4: readonly (readonly [network: string, prefix: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];
const refused6: readonly (readonly [network: string, prefix: number])[] = [
  ["::", 128],
  ["::1", 128],
  ["64:ff9b:1::", 48],
  ["2001::", 32],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
];

const blocked = new BlockList();
for (const [network, prefix] of refused4) {
  blocked.addSubnet(network, prefix, "ipv4");
  // The same networks carried in IPv6: mapped, compatible, NAT64, 6to4.
  for (const carrier of ["::ffff:", "::", "64:ff9b::"]) blocked.addSubnet(`${carrier}${network}`, 96 + prefix, "ipv6");
  blocked.addSubnet(`2002:${hex(network)}::`, 16 + prefix, "ipv6");
}
for (const [network, prefix] of refused6) blocked.addSubnet(network, prefix, "ipv6");

/**
 * Whether an address is a public one that a *name* may resolve to. Loopback, private, link-local, shared, benchmark,
 * multicast, reserved and metadata ranges are not, nor is an address of this machine (`own`). Not an address: false.
 */
export function isPublicAddress(address: string, own: readonly string[]): boolean {
  const family = isIP(address);
  if (family === 0 || own.includes(address)) return false;
  return !blocked.check(address, family === 4 ? "ipv4" : "ipv6");
}

/** Ranges in which no service of the user's own lies: this network, link-local, multicast, reserved; and metadata services. */
const never = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["100.100.100.200", 32],
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["192.0.0.192", 32],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const) {
  never.addSubnet(network, prefix, "ipv4");
  for (const carrier of ["::ffff:", "64:ff9b::"]) never.addSubnet(`${carrier}${network}`, 96 + prefix, "ipv6");
  never.addSubnet(`2002:${hex(network)}::`, 16 + prefix, "ipv6");
}
never.addAddress("::", "ipv6");
never.addAddress("fd00:ec2::254", "ipv6");
never.addSubnet("fe80::", 10, "ipv6");
never.addSubnet("ff00::", 8, "ipv6");

/**
 * Whether even a rule that names this very address does not open it. A registry on a private address or on loopback is the user's
 * own affair; a metadata service hands out the machine's credentials.
 */
export function isNeverOpened(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && never.check(address, family === 4 ? "ipv4" : "ipv6");
}

function hex(network: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = network.split(".").map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
