// Runs inside the sandbox, under the same filter as the command: carries connections from 127.0.0.1 to the host's
// egress proxy, whose socket is the only thing of the host that is mounted for it. Holds no policy and no secret.
// Usage: node forward.mjs SOCKET PROGRAM [ARGUMENT …]
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { constants } from "node:os";

const [socketPath, program, ...words] = process.argv.slice(2);

const server = createServer({ allowHalfOpen: true }, (client) => {
  const upstream = connect({ path: socketPath, allowHalfOpen: true });
  client.pipe(upstream).pipe(client);
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ]) {
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
  }
});

server.listen(0, "127.0.0.1", () => {
  const proxy = `http://127.0.0.1:${server.address().port}`;
  const child = spawn(program, words, {
    stdio: "inherit",
    env: {
      // Loopback inside is the sandbox's own; a profile that needs a host's loopback sets its own list.
      NO_PROXY: "localhost,127.0.0.1,::1",
      no_proxy: "localhost,127.0.0.1,::1",
      ...process.env,
      HTTP_PROXY: proxy,
      HTTPS_PROXY: proxy,
      http_proxy: proxy,
      https_proxy: proxy,
      npm_config_proxy: proxy,
      npm_config_https_proxy: proxy,
      NODE_USE_ENV_PROXY: "1",
    },
  });
  child.on("error", (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(126);
  });
  child.on("exit", (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
});
