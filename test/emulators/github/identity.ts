import { createVerify } from "node:crypto";
import { Refusal } from "./answer.ts";
import type { App, State, Token } from "./state.ts";
import { findToken } from "./tokens.ts";

/** Who asks. An App by its JWT may ask only about itself; a token acts on repositories. */
export type Identity = { kind: "anonymous" } | { kind: "app"; app: App } | { kind: "token"; token: Token };

const jwtLifeSecondsMax = 600;
/** How far in the future GitHub lets a clock be. */
const clockSkewSeconds = 60;

/** Reads an `Authorization` header. @throws Refusal 401 for anything GitHub would not know. */
export function identify(state: State, header: string | undefined): Identity {
  const credential = credentialIn(header);
  if (credential === null) return { kind: "anonymous" };
  const token = findToken(state, credential);
  if (token !== null) {
    token.asked += 1;
    return { kind: "token", token };
  }
  if (!credential.startsWith("gh") && credential.split(".").length === 3)
    return { kind: "app", app: appOf(state, credential) };
  throw new Refusal(401, "Bad credentials");
}

/** The token of `Bearer`, `token` or `Basic` (the scheme in any case); null when the header is absent. */
export function credentialIn(header: string | undefined): string | null {
  if (header === undefined || header === "") return null;
  const [scheme = "", value = ""] = header.split(/ +(.*)/s);
  if (scheme.toLowerCase() !== "basic") return value.trim();
  const [user = "", password = ""] = Buffer.from(value, "base64").toString("utf8").split(/:(.*)/s);
  return password === "" || password === "x-oauth-basic" ? user : password;
}

function appOf(state: State, jwt: string): App {
  const [head = "", claims = "", signature = ""] = jwt.split(".");
  const header = decode(head);
  const facts = decode(claims);
  const app = state.apps.find(
    (one) => [String(one.id), one.clientId].includes(String(facts["iss"])) && one.publicKeyPem !== "",
  );
  if (app === undefined) throw new Refusal(404, "Integration not found");
  const genuine =
    header["alg"] === "RS256" &&
    createVerify("RSA-SHA256")
      .update(`${head}.${claims}`)
      .verify(app.publicKeyPem, Buffer.from(signature, "base64url"));
  if (!genuine) throw new Refusal(401, "A JSON web token could not be decoded");
  checkTimes(facts, Math.floor(state.now() / 1000));
  return app;
}

function checkTimes(facts: Record<string, unknown>, now: number): void {
  const { iat, exp } = facts;
  if (typeof iat !== "number" || iat > now + clockSkewSeconds) {
    throw new Refusal(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
  if (typeof exp !== "number" || exp <= now) {
    throw new Refusal(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (exp > now + jwtLifeSecondsMax + clockSkewSeconds) {
    throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future");
  }
}

function decode(part: string): Record<string, unknown> {
  try {
    const claims: Record<string, unknown> = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return claims;
  } catch {
    throw new Refusal(401, "A JSON web token could not be decoded");
  }
}
