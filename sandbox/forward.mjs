// Runs inside the sandbox, under the same filter as the command: carries connections from 127.0.0.1 over one inherited socket pair to
// the host's egress proxy, as HTTP/2 streams. Holds no policy and no secret; the command it starts does not get the pair.
// Usage: node forward.mjs DESCRIPTOR PROGRAM [ARGUMENT …]
import { spawn } from "node:child_process";
import { connect } from "node:http2";
import { Socket, createServer } from "node:net";
import { constants } from "node:os";

// Node would open its inspector on this signal, which the command may send us, and hand it our memory and the pair.
process.on("SIGUSR1", () => {});

const [descriptor, program, ...words] = process.argv.slice(2);

// Bytes that may be on their way to us, in one connection and in all.
const windowBytes = 1_048_576;
const session = connect("http://egress", {
  createConnection: () => new Socket({ fd: Number(descriptor), readable: true, writable: true }),
  settings: { enablePush: false, initialWindowSize: windowBytes },
});
session.once("connect", () => session.setLocalWindowSize(16 * windowBytes));

const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  const stream = session.request({ ":method": "CONNECT", ":authority": "proxy" });
  for (const [from, to] of [
    [client, stream],
    [stream, client],
  ]) {
    from.pipe(to);
    from.on("error", () => to.destroy());
    // One that ended lets the other finish what it was given.
    from.on("close", () => from.readableEnded || to.destroy());
  }
});

// Without the pair there is no way out, and before the command has started nothing is started.
let isStarted = false;
const fail = (why) => {
  if (isStarted) return void server.close();
  process.stderr.write(`egress: ${why}\n`);
  process.exit(125);
};
session.on("error", (error) => fail(error.message));
session.on("close", () => fail("the pair is closed"));
server.on("error", (error) => fail(error.message));

server.listen(0, "127.0.0.1", () => {
  const ready = session.request({ ":path": "/start" });
  ready.on("error", (error) => fail(error.message));
  ready.on("response", ({ ":status": status }) => (status === 200 ? start() : fail(`refused with ${status}`)));
  ready.resume();
});

function start() {
  isStarted = true;
  const proxy = `http://127.0.0.1:${server.address().port}`;
  const child = spawn(program, words, { stdio: "inherit", env: environment(proxy) });
  child.on("error", (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(126);
  });
  child.on("exit", (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
}

function environment(proxy) {
  // Loopback inside is the sandbox's own; a profile that needs a host's loopback sets its own list.
  const none = "localhost,127.0.0.1,::1";
  return {
    NO_PROXY: none,
    no_proxy: none,
    ...process.env,
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    ALL_PROXY: proxy,
    http_proxy: proxy,
    https_proxy: proxy,
    all_proxy: proxy,
    npm_config_proxy: proxy,
    npm_config_https_proxy: proxy,
    YARN_HTTP_PROXY: proxy,
    YARN_HTTPS_PROXY: proxy,
    // Node's own fetch and http read the variables only then.
    NODE_USE_ENV_PROXY: "1",
  };
}
