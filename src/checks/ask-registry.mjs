// Runs inside the sandbox, with the registry as the only host and nothing of the repository: asks what the registry knows of some packages and
// writes the few facts that are wanted, because whole answers are megabytes. Judges nothing.
// Usage: node --input-type=module - ORDER < ask-registry.mjs, where ORDER is JSON: { registry, packages: [{ name, version, before }
// or { name, releases: true }], bytesMax, timeoutMs, together, wordsMax }
import { request as plain } from "node:http";
import { request as secure } from "node:https";
import { connect } from "node:tls";
import { gunzipSync } from "node:zlib";

const { registry, packages, bytesMax, timeoutMs, together, wordsMax } = JSON.parse(process.argv[2]);
const proxy = new URL(process.env.HTTP_PROXY);

const answers = [];
const open = packages.map((order, index) => ({ order, index }));
await Promise.all(Array.from({ length: together }, work));
process.stdout.write(JSON.stringify(answers));

async function work() {
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { order, index } = next;
    answers[index] = await ask(order).catch((error) => ({
      kind: "unanswered",
      reason: short(error.message) ?? "no reason",
    }));
  }
}

async function ask({ name, version, before, releases }) {
  const root = registry.endsWith("/") ? registry : `${registry}/`;
  const { status, body } = await get(new URL(`${root}${name.replace("/", "%2f")}`));
  if (status === 404) return { kind: "absent" };
  if (status !== 200) return { kind: "unanswered", reason: `the registry answered ${status}` };
  const packument = JSON.parse(body);
  const time = packument.time ?? {};
  if (time.unpublished !== undefined) return { kind: "unpublished" };
  if (releases === true) return releasesOf(packument);
  const wanted = version ?? packument["dist-tags"]?.latest;
  const found = packument.versions?.[wanted];
  if (found === undefined) return { kind: time[wanted] === undefined ? "absent" : "unpublished" };
  const earlier = packument.versions[before] ?? packument.versions[lastBefore(time, packument.versions, wanted)];
  return {
    kind: "known",
    first_release: date(time.created) ?? earliest(time),
    released: date(time[wanted]),
    maintainers: Array.isArray(packument.maintainers) ? packument.maintainers.length : null,
    publisher: short(found._npmUser?.name),
    publisher_before: short(earlier?._npmUser?.name),
    deprecated:
      found.deprecated === undefined || found.deprecated === false ? null : (short(found.deprecated) ?? "deprecated"),
    install_script: runsScript(found),
    install_script_before: earlier !== undefined && runsScript(earlier),
    repository: (found.repository ?? packument.repository) !== undefined,
    integrity: short(found.dist?.integrity),
    shasum: short(found.dist?.shasum),
  };
}

/** All that is there; what cannot be written down whole is left out. */
function releasesOf({ versions = {}, time = {}, "dist-tags": tags = {} }) {
  const latest = short(tags.latest);
  const releases = Object.entries(versions)
    .filter(([version]) => version.length <= wordsMax)
    .map(([version, { deprecated }]) => ({
      version,
      released: date(time[version]),
      deprecated: deprecated !== undefined && deprecated !== false && deprecated !== "",
    }));
  return { kind: "releases", latest, releases };
}

/** Some mirrors leave `created` out. */
function earliest(time) {
  const dates = Object.values(time).flatMap((text) => date(text) ?? []);
  return dates.toSorted()[0] ?? null;
}

function lastBefore(time, versions, wanted) {
  return Object.keys(versions)
    .filter((one) => one !== wanted && Date.parse(time[one]) < Date.parse(time[wanted]))
    .toSorted((a, b) => Date.parse(time[a]) - Date.parse(time[b]))
    .at(-1);
}

function runsScript({ hasInstallScript, scripts }) {
  return (
    hasInstallScript === true || ["preinstall", "install", "postinstall"].some((name) => scripts?.[name] !== undefined)
  );
}

function date(text) {
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

function short(text) {
  return typeof text === "string" && text !== "" ? text.slice(0, wordsMax) : null;
}

async function get(url) {
  const headers = { accept: "application/json", "accept-encoding": "gzip" };
  const signal = AbortSignal.timeout(timeoutMs);
  const request =
    url.protocol === "http:"
      ? plain({
          host: proxy.hostname,
          port: proxy.port,
          path: url.href,
          headers: { ...headers, host: url.host },
          signal,
        })
      : secure(url, { headers, signal, createConnection: await tunnel(url, signal) });
  const response = await new Promise((resolve, reject) => {
    request.on("response", resolve).on("error", reject).end();
  });
  const chunks = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error(`an answer of more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  const packed = Buffer.concat(chunks);
  const isPacked = response.headers["content-encoding"] === "gzip";
  return {
    status: response.statusCode,
    body: (isPacked ? gunzipSync(packed, { maxOutputLength: bytesMax }) : packed).toString(),
  };
}

/** Through the proxy by hand: not every Node that may be inside does it by itself. */
async function tunnel(url, signal) {
  const target = `${url.hostname}:${url.port === "" ? 443 : url.port}`;
  const socket = await new Promise((resolve, reject) => {
    plain({
      host: proxy.hostname,
      port: proxy.port,
      method: "CONNECT",
      path: target,
      headers: { host: target },
      signal,
    })
      .on("connect", ({ statusCode }, opened) =>
        statusCode === 200 ? resolve(opened) : reject(new Error(`the way to the registry is closed (${statusCode})`)),
      )
      .on("error", reject)
      .end();
  });
  return () => connect({ socket, servername: url.hostname });
}
