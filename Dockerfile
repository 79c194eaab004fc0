# The image of Identity Web: the program, its templates, static files and settings, the CA certificates, and the few
# libraries it is linked with. No shell, no package manager, not root; the root file system can be read-only.

FROM rust:1-bookworm AS build
WORKDIR /src
# Build the dependencies first, with empty sources: changes to our sources don't rebuild them.
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
RUN mkdir -p src tests/it benches \
 && for file in src/main.rs tests/it/main.rs benches/latency.rs benches/sessions.rs benches/bare.rs benches/seed.rs benches/pure.rs; do echo 'fn main() {}' > "$file"; done \
 && touch src/lib.rs \
 && cargo build --release --locked
COPY src src
COPY locales locales
COPY templates templates
COPY static static
RUN touch src/main.rs src/lib.rs && cargo build --release --locked
# Collect what the program needs at run time in /image.
RUN install -D target/release/identity-web /image/app/identity-web \
 && for library in $(ldd target/release/identity-web | grep -o '/[^ ]*'); do install -D "$library" "/image$library"; done \
 && install -D -m 644 /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ca-certificates.crt

# Generates the secrets on the first start of docker-compose.yml.
FROM debian:bookworm-slim AS setup
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends openssl && rm -rf /var/lib/apt/lists/*
COPY deploy/compose/setup /usr/local/bin/setup
ENTRYPOINT ["/usr/local/bin/setup"]

FROM scratch
COPY --from=build /image /
COPY config /app/config
COPY templates /app/templates
COPY static /app/static
WORKDIR /app
USER 65532:65532
ENV IDENTITY_WEB_PROFILE=production \
    IDENTITY_WEB__SERVER__LISTEN=0.0.0.0:5000 \
    IDENTITY_WEB__SERVER__OPERATIONS_LISTEN=0.0.0.0:5100
EXPOSE 5000 5100
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/app/identity-web", "check", "--live"]
ENTRYPOINT ["/app/identity-web"]
