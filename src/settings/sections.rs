//! Each section's keys, defaults and checks.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;

use super::api::api;
use super::b2c::{b2c, susi};
use super::client::{auth_request, authority_kind, client, complete_scopes};
use super::layers::Layers;
use super::providers::{Around, Table, check, default_display_name, display_name, domains, providers};
use super::reader::Reader;
use super::site::site as site_settings;
use super::site_url::{public_url, site};
use super::{
    DemoProviderSettings, Profile, ServerSettings, SessionSettings, Settings, StoreKind, TelemetrySettings, TlsSettings,
};
use crate::flows::{CookieSettings, Endpoints};
use crate::oidc::secret::Secret;
use crate::session::backend::redis::{ClientCertificate, RedisSettings};
use crate::session::record::SessionLimits;
use crate::web::limits::LimitsSettings;

const DAY_SECONDS: u64 = 86_400;
const MEBIBYTE: u64 = 1024 * 1024;

/// Reads every section. Returns `None` if a value without a default is missing; the reader has the problem.
pub(super) fn read(reader: &mut Reader, layers: Layers) -> Option<Settings> {
    let profile = layers.profile;
    let demo_provider = demo_provider(reader);
    let endpoints = endpoints(reader);
    let server = server(reader);
    let (tls, api) = (tls(reader, &server), api(reader, &server));
    let redis = redis(reader);
    let redis_chosen = !redis.url.expose().is_empty();
    let (session, limits) = (session(reader, profile, &server, redis_chosen), limits(reader));
    let telemetry = telemetry(reader);
    let site = site_settings(reader);
    let kind = authority_kind(reader, Table::Default);
    let auth_request = auth_request(reader, Table::Default, &server, &endpoints);
    let (policy, b2c) = (susi(reader, Table::Default, kind), b2c(reader, kind));
    let ca_certificate = reader.file("client.ca_certificate");
    let (display_name, domains) = (display_name(reader, Table::Default), domains(reader, Table::Default));
    let around = Around { profile, demo: &demo_provider, server: &server, endpoints: &endpoints };
    let client = client(reader, Table::Default, around, kind, policy);
    let providers = providers(reader, around);
    let (demo, provider, client) = client?;
    check(reader, demo, &[&provider.policy, &b2c.profile, &b2c.password], &domains, &providers);
    let display_name = display_name.unwrap_or_else(|| default_display_name(&provider));
    let mut auth_request = auth_request?;
    complete_scopes(&mut auth_request.scopes, &provider);
    let redis =
        if redis_chosen { redis } else { RedisSettings { url: Secret::new("redis://127.0.0.1:6379/"), ..redis } };
    Some(Settings {
        profile,
        demo,
        display_name,
        domains,
        provider,
        b2c,
        client,
        ca_certificate,
        auth_request,
        providers,
        endpoints,
        api,
        server,
        tls,
        session,
        redis,
        limits,
        telemetry,
        site,
        demo_provider,
        layers,
    })
}

pub(super) fn endpoints(reader: &mut Reader) -> Endpoints {
    let mut path = |key: &str, default: &str| {
        let path = format!("auth_endpoints.{key}");
        let value = reader.text_or(&path, default);
        let plain = |c: char| c.is_ascii_alphanumeric() || "/_-.~".contains(c);
        if !value.starts_with('/') || value.ends_with('/') || !value.chars().all(plain) || value.contains("//") {
            reader.problem(&path, "must be a path such as /auth, made of letters, digits and -._~");
        }
        value
    };
    let prefix = path("prefix", "/auth");
    let mut route = |key: &str| format!("{prefix}{}", path(key, &format!("/{key}")));
    Endpoints {
        sign_in: route("sign_in"),
        redirect: route("redirect"),
        sign_out: route("sign_out"),
        post_sign_out: route("post_sign_out"),
        edit_profile: route("edit_profile"),
        front_channel_logout: route("front_channel_logout"),
        back_channel_logout: route("back_channel_logout"),
        prefix,
    }
}

fn address(reader: &mut Reader, path: &str, default: &str) -> SocketAddr {
    let parse = |text: &str| text.parse().ok();
    let expected = "an address and a port, such as 127.0.0.1:5000";
    reader.parsed(path, expected, parse).or_else(|| parse(default)).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0)))
}

pub(super) fn server(reader: &mut Reader) -> ServerSettings {
    let listen = address(reader, "server.listen", "127.0.0.1:5000");
    let public_url = public_url(reader);
    let network = |text: &String| text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).ok();
    let proxies = reader.list("server.trusted_proxies");
    let trusted_proxies: Vec<_> = proxies.iter().filter_map(network).collect();
    if trusted_proxies.len() != proxies.len() {
        reader.problem("server.trusted_proxies", "must be a list of networks, such as 10.0.0.0/8");
    }
    ServerSettings {
        listen,
        operations_listen: address(reader, "server.operations_listen", "127.0.0.1:5100"),
        public_url: public_url.unwrap_or_else(|| unreachable!("the default is a URL")),
        trusted_proxies,
        workers: usize::try_from(reader.number("server.workers", 0, 0..=1024)).ok().filter(|workers| *workers > 0),
        shutdown_grace: Duration::from_secs(reader.number("server.shutdown_grace_seconds", 20, 0..=3600)),
    }
}

fn tls(reader: &mut Reader, server: &ServerSettings) -> TlsSettings {
    #[derive(Clone, Copy, PartialEq)]
    enum Mode {
        AdHoc,
        Files,
        Off,
    }
    let choices = [("adhoc", Mode::AdHoc), ("files", Mode::Files), ("off", Mode::Off)];
    let mode = reader.choice("tls.mode", &choices).unwrap_or(Mode::AdHoc);
    let https = server.public_url.scheme() == "https";
    if mode == Mode::Off && https && server.trusted_proxies.is_empty() {
        reader.problem("tls.mode", "off requires server.public_url to be http on loopback, or server.trusted_proxies");
    }
    if mode != Mode::Off && !https {
        reader.problem("tls.mode", "must be off, because server.public_url is http");
    }
    let certificate = reader.text("tls.certificate");
    let private_key = reader.text("tls.private_key");
    match (mode, certificate, private_key) {
        (Mode::Off, ..) => TlsSettings::Off,
        (Mode::AdHoc, ..) => TlsSettings::AdHoc,
        (Mode::Files, Some(certificate), Some(private_key)) => {
            TlsSettings::Files { certificate: certificate.into(), private_key: private_key.into() }
        }
        (Mode::Files, ..) => {
            reader.problem("tls.mode", "files requires tls.certificate and tls.private_key");
            TlsSettings::AdHoc
        }
    }
}

fn session(reader: &mut Reader, profile: Profile, server: &ServerSettings, redis_chosen: bool) -> SessionSettings {
    let chosen = reader.choice("session.store", &[("memory", StoreKind::Memory), ("redis", StoreKind::Redis)]);
    let store = chosen.unwrap_or(if redis_chosen { StoreKind::Redis } else { StoreKind::Memory });
    if profile == Profile::Production && chosen.is_none() && !redis_chosen {
        let message = "is unset; set redis.url, or choose memory if sessions may end with this process";
        reader.problem("session.store", message);
    }
    let keys = reader.secret("session.keys");
    if profile == Profile::Production && store == StoreKind::Redis && keys.is_none() {
        reader.problem("session.keys", "is unset; `identity-web new-key` prints a key");
    }
    if let Some(Err(error)) = keys.clone().map(crate::session::key_ring::KeyRing::new) {
        reader.problem("session.keys", error.to_string());
    }
    let secure = server.public_url.scheme() == "https";
    let own = server.cookie_name("identity", '~');
    let name = reader.text_or("session.cookie_name", own.trim_end_matches('~'));
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) || (!secure && name.starts_with("__")) {
        reader.problem("session.cookie_name", "must be made of letters, digits, -, _ and .; over http without __Host-");
    }
    let seconds = |reader: &mut Reader, key: &str, default| {
        Duration::from_secs(reader.number(&format!("session.{key}"), default, 10..=30 * DAY_SECONDS))
    };
    let is_cached = reader.choice("session.cache", &[("on", true), ("off", false)]).unwrap_or(true);
    let cache_bytes = reader.number("session.cache_bytes", 16 * MEBIBYTE, MEBIBYTE..=1024 * MEBIBYTE);
    let cache_bytes = usize::try_from(cache_bytes).unwrap_or(usize::MAX);
    SessionSettings {
        store,
        keys,
        cookie: CookieSettings { name, secure },
        limits: SessionLimits {
            idle_timeout: seconds(reader, "idle_timeout_seconds", 3600),
            absolute_timeout: seconds(reader, "absolute_timeout_seconds", 28800),
            bytes: bytes(reader, "limits.session_bytes", 65536),
            cache_bytes: if is_cached { cache_bytes } else { 0 },
        },
    }
}

fn bytes(reader: &mut Reader, path: &str, default: u64) -> usize {
    usize::try_from(reader.number(path, default, 1024..=16 * MEBIBYTE)).unwrap_or(usize::MAX)
}

fn redis(reader: &mut Reader) -> RedisSettings {
    let url = reader.secret("redis.url").unwrap_or(Secret::new(""));
    let milliseconds = |reader: &mut Reader, key: &str, default| {
        Duration::from_millis(reader.number(&format!("redis.{key}"), default, 10..=60_000))
    };
    let certificate = (reader.file("redis.client_certificate"), reader.file("redis.client_private_key"));
    let client_certificate = match certificate {
        (Some(chain), Some(private_key)) => Some(ClientCertificate { chain, private_key }),
        (None, None) => None,
        _ => {
            reader.problem("redis.client_certificate", "and redis.client_private_key must be set together");
            None
        }
    };
    let settings = RedisSettings {
        client_certificate,
        ca_certificate: reader.file("redis.ca_certificate"),
        connect_timeout: milliseconds(reader, "connect_timeout_ms", 1000),
        command_timeout: milliseconds(reader, "command_timeout_ms", 500),
        key_prefix: reader.text_or("redis.key_prefix", "identity-web:"),
        url,
    };
    if !settings.url.expose().is_empty()
        && let Err(problem) = settings.check()
    {
        reader.problem("redis.url", problem.to_string());
    }
    settings
}

fn limits(reader: &mut Reader) -> LimitsSettings {
    let small = |reader: &mut Reader, key: &str, default, max| {
        u32::try_from(reader.number(&format!("limits.{key}"), default, 1..=max)).unwrap_or(u32::MAX)
    };
    LimitsSettings {
        sign_in_requests_per_minute: small(reader, "sign_in_requests_per_minute", 600, 1_000_000),
        request_timeout: Duration::from_secs(reader.number("limits.request_timeout_seconds", 10, 1..=3600)),
        body_bytes: bytes(reader, "limits.body_bytes", 65536),
        query_bytes: bytes(reader, "limits.query_bytes", 16384),
        cookie_bytes: bytes(reader, "limits.cookie_bytes", 16384),
        hook_timeout: Duration::from_secs(reader.number("limits.hook_timeout_seconds", 5, 1..=60)),
        sign_ins_under_way: small(reader, "sign_ins_under_way", 5, 20) as usize,
    }
}

fn telemetry(reader: &mut Reader) -> TelemetrySettings {
    let log = reader.text_or("telemetry.log", "info");
    // An application that uses the library has a log of its own.
    #[cfg(feature = "program")]
    if tracing_subscriber::EnvFilter::try_new(&log).is_err() {
        reader.problem("telemetry.log", "must be a level such as info, or a filter such as warn,identity_web=debug");
    }
    let json = reader.choice("telemetry.log_format", &[("pretty", false), ("json", true)]).unwrap_or(false);
    TelemetrySettings { log, json, otlp_endpoint: reader.url("telemetry.otlp_endpoint") }
}

fn demo_provider(reader: &mut Reader) -> DemoProviderSettings {
    let listen = address(reader, "demo_provider.listen", "127.0.0.1:5001");
    let public_url = site(reader, "demo_provider.public_url", &format!("http://{listen}"));
    DemoProviderSettings {
        listen,
        public_url: public_url.unwrap_or_else(|| unreachable!("an address makes a URL")),
        internal_url: reader.url("demo_provider.internal_url"),
    }
}
