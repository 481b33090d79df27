import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { repositoryOf } from "./accounts.ts";
import { backendEnvironment } from "./git.ts";
import { credentialIn } from "./identity.ts";
import { announceChanges, refMap } from "./refs.ts";
import type { Repository, State, Token } from "./state.ts";
import { covers, findToken, permissionsOn } from "./tokens.ts";

const gitPath = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** Whether a path belongs to git's smart HTTP protocol. */
export function isGitPath(pathname: string): boolean {
  return gitPath.test(pathname);
}

/** Serves clone, fetch and push by `git http-backend`, with the token's permissions. Out: the status that was answered. */
export async function serveGit(state: State, request: IncomingMessage, response: ServerResponse): Promise<number> {
  const url = new URL(request.url ?? "/", state.url);
  const [, owner = "", name = "", service = ""] = gitPath.exec(url.pathname) ?? [];
  const isPush = service === "git-receive-pack" || url.searchParams.get("service") === "git-receive-pack";
  const credential = credentialIn(request.headers.authorization);
  const token = credential === null ? null : findToken(state, credential);
  const repository = repositoryOf(state, owner, name);
  const isOpenToAll = repository !== null && !repository.private && !isPush;
  if (token === null && !isOpenToAll) return refuse(response, 401, "Authentication required");
  if (repository === null) return refuse(response, 404, "Repository not found.");
  if (token !== null) {
    const granted = permissionsOn(token, repository);
    if (granted["metadata"] === undefined) return refuse(response, 404, "Repository not found.");
    if (isPush && !covers(granted, "contents", "write"))
      return refuse(response, 403, "Write access to repository not granted.");
    if (!covers(granted, "contents", "read")) return refuse(response, 403, "Read access to repository not granted.");
  }
  const before = isPush ? refMap(repository) : null;
  const status = await backend({ request, response, url, repository, token, service });
  if (before !== null && token !== null && service === "git-receive-pack")
    announceChanges(state, repository, token.account, before);
  return status;
}

/** A push that brings workflow files is refused by this hook unless the token has the permission. */
export function installPushHook(bare: string): void {
  const hook = join(bare, "hooks", "update");
  mkdirSync(join(bare, "hooks"), { recursive: true });
  writeFileSync(
    hook,
    `#!/bin/sh
[ "$HUB_MAY_PUSH_WORKFLOWS" = yes ] && exit 0
case $3 in 0000000000000000000000000000000000000000) exit 0 ;; esac
for commit in $(git rev-list "$3" --not --all); do
  file=$(git diff-tree --root -r --no-commit-id --name-only --no-renames --diff-filter=AMT "$commit" -- .github/workflows | head -n 1)
  [ -z "$file" ] || { echo "refusing to allow a GitHub App to create or update workflow \\\`$file\\\` without \\\`workflows\\\` permission" >&2; exit 1; }
done
`,
  );
  chmodSync(hook, 0o755);
}

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  repository: Repository;
  token: Token | null;
  service: string;
}

function backend({ request, response, url, repository, token, service }: Call): Promise<number> {
  const { headers } = request;
  const mayPushWorkflows = token !== null && covers(permissionsOn(token, repository), "workflows", "write");
  const env = {
    ...backendEnvironment(join(repository.bare, "../..")),
    PATH_INFO: `/${repository.owner.login}/${repository.name}.git/${service}`,
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method ?? "GET",
    CONTENT_TYPE: headers["content-type"] ?? "",
    REMOTE_USER: token?.account.login ?? "anonymous",
    REMOTE_ADDR: "127.0.0.1",
    GIT_PROTOCOL: String(headers["git-protocol"] ?? ""),
    HTTP_CONTENT_ENCODING: headers["content-encoding"] ?? "",
    HUB_MAY_PUSH_WORKFLOWS: mayPushWorkflows ? "yes" : "no",
    ...(headers["content-length"] === undefined ? {} : { CONTENT_LENGTH: headers["content-length"] }),
  };
  const cgi = spawn("git", ["http-backend"], { env, stdio: ["pipe", "pipe", "ignore"] });
  request.pipe(cgi.stdin);
  cgi.stdin.on("error", () => {});
  let head = Buffer.alloc(0);
  let status = 0;
  cgi.stdout.on("data", (chunk: Buffer) => {
    if (status !== 0) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    const lines = head.subarray(0, end).toString("latin1").split("\r\n");
    const fields = lines.map((line) => [line.split(": ", 1)[0] ?? "", line.slice(line.indexOf(": ") + 2)] as const);
    status = Number.parseInt(fields.find(([key]) => key.toLowerCase() === "status")?.[1] ?? "200", 10);
    response.writeHead(status, Object.fromEntries(fields.filter(([key]) => key.toLowerCase() !== "status")));
    response.write(head.subarray(end + 4));
  });
  return new Promise((resolve) => {
    cgi.on("close", () => {
      if (status === 0) response.writeHead(500);
      response.end();
      resolve(status === 0 ? 500 : status);
    });
  });
}

function refuse(response: ServerResponse, status: number, message: string): number {
  const challenge: Record<string, string> = status === 401 ? { "WWW-Authenticate": 'Basic realm="GitHub"' } : {};
  response.writeHead(status, { "Content-Type": "text/plain", ...challenge });
  response.end(message);
  return status;
}
