# syntax=docker/dockerfile:1
# Builds with everything, ships with what runs: no compiler, no tests, no Prisma CLI, not root.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY prisma ./prisma
COPY scripts/prisma.mjs scripts/schema-engine.mjs ./scripts/
COPY src ./src
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# npm installs the Prisma CLI as an optional peer of its client; the server never calls it.
RUN npm ci --omit=dev && rm -rf node_modules/prisma node_modules/@prisma/engines node_modules/@prisma/studio-core

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 TIMBREL_DATA_DIR=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/prisma/migrations ./prisma/migrations
COPY package.json LICENSE ./
COPY openapi ./openapi
RUN mkdir /data && chown node:node /data
# Only the embedded database and its key file write, and only here: the rest of the file system may be read-only.
VOLUME /data
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/server.js"]
