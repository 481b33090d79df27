import { expect, test } from "vitest";
import { isNeverOpened, isPublicAddress } from "../../sandbox/address.ts";

test.each([
  "127.0.0.1",
  "127.255.255.254",
  "0.0.0.0",
  "10.0.0.5",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "169.254.169.254",
  "168.63.129.16",
  "100.64.0.1",
  "100.100.100.200",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "192.0.0.1",
  "::",
  "::1",
  "fe80::1",
  "fec0::1",
  "fc00::1",
  "fd00:ec2::254",
  "ff02::1",
  "::ffff:127.0.0.1",
  "::ffff:7f00:1",
  "::127.0.0.1",
  "64:ff9b::7f00:1",
  "64:ff9b::10.1.2.3",
  "64:ff9b:1::1",
  "2002:7f00:1::",
  "2002:a00:1::1",
  "2002:a9fe:a9fe::",
  "2001::1",
  "not an address",
  "",
])("%s is not public", (address) => expect(isPublicAddress(address, [])).toBe(false));

test.each([
  "1.1.1.1",
  "8.8.8.8",
  "172.32.0.1",
  "100.128.0.1",
  "192.0.1.1",
  "168.63.129.17",
  "2606:4700::1111",
  "::ffff:1.1.1.1",
  "64:ff9b::101:101",
  "2002:101:101::",
  "2001:4860::8888",
])("%s is public", (address) => expect(isPublicAddress(address, [])).toBe(true));

test("an address of this machine is not", () => {
  expect(isPublicAddress("8.8.8.8", ["8.8.8.8"])).toBe(false);
});

test.each([
  "169.254.169.254",
  "168.63.129.16",
  "100.100.100.200",
  "0.0.0.0",
  "224.0.0.1",
  "::",
  "fe80::1",
  "ff02::1",
  "fd00:ec2::254",
  "::ffff:a9fe:a9fe",
  "64:ff9b::a9fe:a9fe",
  "2002:a9fe:a9fe::",
])("%s is opened by no rule", (address) => expect(isNeverOpened(address)).toBe(true));

test.each(["127.0.0.1", "10.0.0.5", "192.168.1.1", "::1", "fd00::1", "1.1.1.1", "localhost", "registry.example"])(
  "%s may be named by a rule",
  (name) => expect(isNeverOpened(name)).toBe(false),
);
