import type { FoundValue, SecretRule } from "./secret-rule.ts";

/** Characters of base64 in which the words of a wrapped key's first line must stand. */
const wrappedLineUnits = 120;
/** Most that is taken as one key's body: an RSA key of 16,384 bits has about 12,500 characters. */
const keyUnitsMax = 16_000;

/** Private keys, and tokens that carry their own signature. */
export const keyRules: readonly SecretRule[] = [
  {
    id: "private-key",
    name: "private key",
    source:
      "RFC 7468 (PKCS#8), RFC 8017 (PKCS#1), RFC 5915 (EC), RFC 1421 headers, RFC 9580 (PGP), OpenSSH: PROTOCOL.key",
    literals: ["-----BEGIN"],
    // Between the lines: real line ends, those of a JSON text, quotes and signs of a program that puts the lines together, headers.
    pattern:
      /-----BEGIN ?[A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:(?:\s|["'`,+>|]|\\[nr]){0,80}[A-Z][A-Za-z-]{2,30}: [^\r\n\\]{0,200}(?:[\r\n]|\\[nr])){0,6}(?:\s|["'`,+>|]|\\[nr]){0,80}[A-Za-z0-9+/=]{40}(?:[A-Za-z0-9+/=]|\s|["'`,+>|]|\\[nr])*/y,
    only: "finding",
  },
  {
    id: "private-key-masked",
    name: "private key",
    source: "as private-key; everything up to its last line, or to the end of the text",
    literals: ["-----BEGIN"],
    pattern:
      /-----BEGIN ?[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END ?[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/y,
    only: "mask",
  },
  {
    id: "private-key-in-base64",
    name: "private key in base64",
    source: "the first line of a private key in base64, at each of the three offsets",
    literals: ["LS0tLS1CRUdJTi", "0tLS0tQkVHSU4g", "LS0tLUJFR0lOI"],
    pattern: new RegExp(
      String.raw`(?:LS0tLS1CRUdJTi|0tLS0tQkVHSU4g|LS0tLUJFR0lOI)[A-Za-z0-9+/_\s-]{40,${keyUnitsMax}}={0,2}`,
      "y",
    ),
    form: wrapsPrivateKey,
  },
  {
    id: "putty-private-key",
    name: "PuTTY private key",
    source: "PuTTY: the PPK format",
    literals: ["Private-Lines:"],
    pattern: /Private-Lines: {0,4}\d{1,4}\s{1,4}[A-Za-z0-9+/=\s]{40,}/y,
  },
  {
    id: "age-secret-key",
    name: "age secret key",
    source: "age: native X25519 identities",
    literals: ["AGE-SECRET-KEY-1"],
    pattern: /AGE-SECRET-KEY-1[0-9A-Z]{58}/y,
  },
  {
    id: "json-web-token",
    name: "JSON Web Token",
    source: "RFC 7519: base64url of a JSON header, of claims, and a signature",
    literals: ["eyJ"],
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,8192}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)?/y,
    sure: hasHeader,
  },
];

function wrapsPrivateKey({ value }: FoundValue): boolean {
  const line = value.replaceAll(/\s/g, "").slice(0, wrappedLineUnits).replaceAll("-", "+").replaceAll("_", "/");
  return ["", "AA"].some((before) =>
    /BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY/.test(Buffer.from(before + line, "base64").toString("latin1")),
  );
}

/** A token's first part is JSON that names how it is signed or encrypted; one without a signature opens nothing. */
function hasHeader({ value }: FoundValue): boolean {
  const [header = "", , signature = ""] = value.split(".");
  if (signature === "") return false;
  try {
    const read: unknown = JSON.parse(Buffer.from(header, "base64url").toString("utf8"));
    return typeof read === "object" && read !== null && ("alg" in read || "enc" in read || "typ" in read);
  } catch {
    return false;
  }
}
