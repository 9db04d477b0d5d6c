# The image of Valiant: the server's sources as they are (Node runs them), its production packages and the built terminal.
#   docker build -t valiant .                       the server
#   docker build -t valiant-command --target command .   one-off commands: docker run --rm valiant-command audit
# Nothing is compiled for a platform, so the first two stages run on the builder's own, whatever the image is for, and
# the last one only copies.
ARG BASE=node:24-bookworm-slim

FROM --platform=$BUILDPLATFORM ${BASE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY shared/package.json shared/
COPY server/package.json server/
COPY web/package.json web/
# What is optional is a Node, which the base has, and the Postgres of an installation without one.
RUN --mount=type=cache,target=/root/.npm \
    npm ci --omit=dev --omit=optional --ignore-scripts -w server -w shared && mkdir /data

FROM --platform=$BUILDPLATFORM ${BASE} AS web
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY shared/package.json shared/
COPY server/package.json server/
COPY web/package.json web/
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts -w web -w shared
COPY shared shared
COPY web web
ARG VERSION=0.1.0
ARG REVISION=local
ARG SENTRY_ORG
ARG SENTRY_PROJECT
ARG SENTRY_URL
# Source maps go to Sentry, for this release, where the build is given the secret `sentry_auth_token`. Its uploader finds
# no certificate authorities in a slim image: Node has them.
RUN --mount=type=secret,id=sentry_auth_token \
    if [ -s /run/secrets/sentry_auth_token ]; then \
      SENTRY_AUTH_TOKEN=$(cat /run/secrets/sentry_auth_token) && export SENTRY_AUTH_TOKEN && \
      export SENTRY_RELEASE="valiant@$VERSION+$REVISION" SSL_CERT_FILE=/tmp/authorities.pem && \
      node -p 'tls.rootCertificates.join("\n")' >"$SSL_CERT_FILE"; \
    fi && \
    npm run build -w web

FROM ${BASE} AS release
ARG VERSION=0.1.0
ARG REVISION=local
LABEL org.opencontainers.image.title="Valiant" \
      org.opencontainers.image.description="A live, simulated exchange that anyone can trade on" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production \
    DATA_DIR=/data \
    SENTRY_RELEASE=valiant@${VERSION}+${REVISION}
WORKDIR /app
# A volume that is mounted here is of its first owner.
COPY --from=packages --chown=node:node /data /data
COPY --from=packages /app ./
COPY --chmod=0755 infra/image /usr/local/bin
COPY db db
COPY shared shared
COPY server server
COPY --from=web /app/web/build web/build
USER node

FROM release AS command
ENTRYPOINT ["valiant"]
CMD ["--help"]

FROM release AS app
EXPOSE 3000
# Whether it lives; whether it may take traffic is asked of /readyz, by a load balancer.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["healthy", "/healthz"]
# node itself is process 1, so that SIGTERM arrives and it can send its clients away: give it 30 s.
STOPSIGNAL SIGTERM
CMD ["node", "server/main.ts"]
