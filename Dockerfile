# The image of the service: docs/deploy.md says how to build and run it. `npm run test:image` runs these steps.
#
# The tags move with the patches of Node and Debian. To build from exactly what you have scanned, pin the digest:
#   docker pull node:24-bookworm-slim
#   docker image inspect --format '{{index .RepoDigests 0}}' node:24-bookworm-slim
# and write FROM node:24-bookworm-slim@sha256:… below; the same for the other base.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN node_modules/.bin/nest build && rm dist/.tsbuildinfo
COPY scripts/sbom.mjs ./scripts/
RUN node scripts/sbom.mjs > sbom.cdx.json

FROM node:24-bookworm-slim AS production
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

# Node and the C library, and neither a shell nor a package manager.
FROM gcr.io/distroless/nodejs24-debian12:nonroot
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="conversation-store" \
      org.opencontainers.image.description="A REST backend that stores chat conversations" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="gcr.io/distroless/nodejs24-debian12:nonroot"
WORKDIR /app
ENV NODE_ENV=production
COPY --from=production /app/package.json ./
COPY --from=production /app/node_modules ./node_modules
COPY --from=build /app/sbom.cdx.json ./
COPY --from=build /app/dist ./dist
# A number, so that Kubernetes can tell that it is not root. All files belong to root: the service writes none.
USER 10001:10001
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["/nodejs/bin/node", "dist/cli/health.js"]
ENTRYPOINT ["/nodejs/bin/node"]
# The flags of `npm start`.
CMD ["--max-semi-space-size=32", "--heap-growing-percent=200", "--no-allocation-site-pretenuring", "dist/main.js"]
