//! OpenTelemetry traces, as a collector gets them.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::web::{Bytes, Data, PayloadConfig, post};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use identity_web::internals::clock::Stopwatch;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use reqwest::Method;
use url::Url;

use crate::helpers::redis::Redis;
use crate::helpers::{Browser, Program, free_port};

const SERVER: i32 = 2;
const CLIENT: i32 = 3;

/// What a collector was sent: OTLP over HTTP, protobuf.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<Bytes>>>);

impl Collector {
    /// Starts one; gives its endpoint.
    fn start() -> (Self, String) {
        let collector = Self::default();
        let data = Data::new(collector.clone());
        let server = HttpServer::new(move || {
            App::new().app_data(data.clone()).app_data(PayloadConfig::new(1 << 24)).route("/v1/traces", post().to(take))
        });
        let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", server.addrs()[0]);
        actix_web::rt::spawn(server.run());
        (collector, endpoint)
    }

    fn requests(&self) -> Vec<ExportTraceServiceRequest> {
        let bodies = self.0.lock().unwrap();
        bodies.iter().map(|body| ExportTraceServiceRequest::decode(&body[..]).unwrap()).collect()
    }

    fn spans(&self) -> Vec<Span> {
        let resources = self.requests().into_iter().flat_map(|request| request.resource_spans);
        resources.flat_map(|resource| resource.scope_spans).flat_map(|scope| scope.spans).collect()
    }

    fn spans_of(&self, trace: &str) -> Vec<Span> {
        self.spans().into_iter().filter(|span| hex(&span.trace_id) == trace).collect()
    }
}

async fn take(request: HttpRequest, body: Bytes, collector: Data<Collector>) -> HttpResponse {
    assert_eq!(request.headers().get("content-type").unwrap(), "application/x-protobuf");
    collector.0.lock().unwrap().push(body);
    HttpResponse::Ok().finish()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn attributes(of: &[KeyValue]) -> Vec<(String, String)> {
    let text = |value: &KeyValue| match value.value.as_ref().unwrap().value.as_ref().unwrap() {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        other => panic!("{other:?}"),
    };
    let mut all: Vec<_> = of.iter().map(|pair| (pair.key.clone(), text(pair))).collect();
    all.sort();
    all
}

/// A program that exports its traces every so many milliseconds, and at its end.
async fn program(endpoint: &str, every: &str) -> Program {
    Program::start(&[
        ("IDENTITY_WEB__TELEMETRY__OTLP_ENDPOINT", endpoint),
        ("IDENTITY_WEB__SERVER__TRUSTED_PROXIES", "127.0.0.1"),
        ("IDENTITY_WEB__REDIS__URL", &Redis::shared().url()),
        ("IDENTITY_WEB__REDIS__KEY_PREFIX", &format!("test-{}:", free_port())),
        ("OTEL_BSP_SCHEDULE_DELAY", every),
    ])
    .await
}

#[actix_web::test]
async fn a_sign_in_is_one_trace_that_continues_the_proxys_and_tells_no_secret() {
    let (collector, endpoint) = Collector::start();
    let (program, ada) = (program(&endpoint, "60000").await, Browser::new());
    let (trace, proxy) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let traceparent = format!("00-{trace}-{proxy}-01");
    let (callback, answer) = program.sign_in(&ada, "ada", &[("traceparent", &traceparent)]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(ada.get(&format!("{}/token_details", program.url)).await.status, 200);

    let wanted = [("accept", "application/json")];
    let failed = ada.send(Method::GET, &format!("{callback}&code=second"), &wanted, None).await;
    let problem: serde_json::Value = serde_json::from_str(&failed.body).unwrap();
    let failed_trace = problem["correlation_id"].as_str().unwrap();
    let unsampled = [("traceparent", "00-11111111111111111111111111111111-00f067aa0ba902b7-00")];
    ada.send(Method::GET, &program.url, &unsampled, None).await;
    let (code, log) = program.terminate();
    assert_eq!(code, Some(0));

    let spans = collector.spans_of(trace);
    let server = spans.iter().find(|span| span.kind == SERVER).unwrap();
    assert_eq!((server.name.as_str(), hex(&server.parent_span_id).as_str()), ("GET /auth/redirect", proxy));
    let expected =
        [("http.request.method", "GET"), ("http.response.status_code", "303"), ("http.route", "/auth/redirect")];
    assert_eq!(attributes(&server.attributes), expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    let clients: Vec<_> = spans.iter().filter(|span| span.kind == CLIENT).collect();
    assert_eq!(clients.len() + 1, spans.len());
    for client in &clients {
        assert_eq!(client.parent_span_id, server.span_id);
        assert!(client.attributes.is_empty() && client.end_time_unix_nano > client.start_time_unix_nano);
    }
    let names: Vec<_> = clients.iter().map(|span| span.name.as_str()).collect();
    assert!(names.contains(&"provider POST") && names.contains(&"redis set"), "{names:?}");
    assert!(log.lines().any(|line| line.contains("request answered") && line.contains(trace)), "{log}");

    let failed = collector.spans_of(failed_trace);
    let server = failed.iter().find(|span| span.kind == SERVER).unwrap();
    assert_eq!((server.name.as_str(), server.parent_span_id.len()), ("GET /auth/redirect", 0));
    assert!(log.contains(failed_trace));
    assert!(collector.spans_of(&"1".repeat(32)).is_empty(), "the proxy does not keep this trace");
    let names: Vec<_> = collector.spans().into_iter().map(|span| span.name).collect();
    assert!(
        ["GET /auth/sign_in", "GET /token_details", "redis get"].iter().all(|name| names.iter().any(|n| n == name))
    );

    let resource = collector.requests()[0].resource_spans[0].resource.clone().unwrap();
    assert!(attributes(&resource.attributes).contains(&("service.name".to_owned(), "identity-web".to_owned())));
    assert!(collector.spans().iter().all(|span| span.events.is_empty() && span.links.is_empty()));
    let query = Url::parse(&callback).unwrap();
    let cookies = ada.cookies.borrow().clone();
    let secrets = query.query_pairs().map(|(_, value)| value.into_owned());
    let secrets = secrets.chain(cookies.into_values()).chain(["Ada Lovelace".to_owned(), "contoso".to_owned()]);
    let sent = collector.0.lock().unwrap().concat();
    for secret in secrets {
        assert!(secret.len() > 6, "too short to look for: {secret}");
        assert!(!sent.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()), "the collector was told {secret}");
    }
}

#[actix_web::test]
async fn a_collector_that_is_away_or_silent_harms_no_request_and_is_said_once() {
    // It takes connections, and says nothing.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", listener.local_addr().unwrap());
    for endpoint in ["http://127.0.0.1:1", &silent] {
        let (program, ada) = (program(endpoint, "200").await, Browser::new());
        assert_eq!(program.sign_in(&ada, "ada", &[]).await.1.status, 303);
        let start = Stopwatch::start();
        for _ in 0..40 {
            assert_eq!(ada.get(&format!("{}/token_details", program.url)).await.status, 200);
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(start.elapsed() < Duration::from_secs(4), "{endpoint}: {:?}", start.elapsed());
        let start = Stopwatch::start();
        let (code, log) = program.terminate();
        assert_eq!(code, Some(0));
        assert!(start.elapsed() < Duration::from_secs(5), "{endpoint}: {:?}", start.elapsed());
        let said = log.matches("can't export traces").count();
        let lost = log.matches("the last traces were not exported").count();
        assert!(said == 1 || (endpoint == silent && said == 0 && lost == 1), "{endpoint}: {log}");
    }
}
