# The App's server. It keeps no state: run as many as you like, stop one whenever you like.
#
#   docker build -t airlock-app .
#   docker run --env-file .env -p 3000:3000 --read-only --cap-drop ALL --security-opt no-new-privileges airlock-app
#
# It needs APP_ID, PRIVATE_KEY and WEBHOOK_SECRET (`airlock app create` writes them to .env). It runs no agent and no code
# of any repository: those live in GitHub Actions, so the image has neither bubblewrap nor git.

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# --ignore-scripts: no package may run code here. None of ours needs to.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY rolldown.config.ts tsconfig.json ./
COPY src src
COPY sandbox sandbox
RUN npx rolldown --config rolldown.config.ts

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production PORT=3000
WORKDIR /app
COPY --from=build /build/dist/server*.mjs ./
# The image's own unprivileged user; the files above stay root's, so the server cannot change its own code.
USER node
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server.mjs"]
