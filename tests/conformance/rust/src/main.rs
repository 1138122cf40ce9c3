//! A service traced by an OpenTelemetry SDK for Rust: OpenTelemetry's own, or Datadog's. Asked for anything, it answers
//! with what the tracer made of the request.
//!
//! Usage: `handspan-conformance datadog|opentelemetry`. It listens on a free port of 127.0.0.1, says so on its first line of
//! standard output, and ends when its standard input closes.

use std::collections::HashMap;
use std::error::Error;
use std::io::Read;

use opentelemetry::baggage::BaggageExt;
use opentelemetry::propagation::{TextMapCompositePropagator, TextMapPropagator};
use opentelemetry::trace::{SpanKind, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, global};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use serde_json::{Map, Value, json};
use tiny_http::{Header, Response, Server};

/// The versions that this program was built with.
const LOCK: &str = include_str!("../Cargo.lock");

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (library, provider) = match words.as_slice() {
        ["datadog"] => (
            "datadog-opentelemetry",
            datadog_opentelemetry::tracing().init(),
        ),
        ["opentelemetry"] => {
            // This SDK does not read the variable; a service that wants it does.
            let names = std::env::var("OTEL_PROPAGATORS");
            let names = names.as_deref().unwrap_or("tracecontext,baggage");
            let chosen = names.split(',').map(propagator).collect::<Result<_, _>>()?;
            global::set_text_map_propagator(TextMapCompositePropagator::new(chosen));
            ("opentelemetry_sdk", SdkTracerProvider::builder().build())
        }
        _ => return Err("usage: handspan-conformance datadog|opentelemetry".into()),
    };
    let version = version(library).ok_or("not in the lock file")?;
    let tracer = provider.tracer("conformance");
    let server = Server::http("127.0.0.1:0")?;
    println!(
        "{}",
        json!({ "listening": format!("http://{}", server.server_addr()) })
    );
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    for request in server.incoming_requests() {
        let headers = request
            .headers()
            .iter()
            .map(|header| {
                (
                    header.field.as_str().as_str().to_lowercase(),
                    header.value.to_string(),
                )
            })
            .collect();
        let body = continued(&tracer, &headers, &version).to_string();
        let json = Header::from_bytes("content-type", "application/json").map_err(|()| "header")?;
        request.respond(Response::from_string(body).with_header(json))?;
    }
    Ok(())
}

/// A propagator by the name that `OTEL_PROPAGATORS` gives it.
#[expect(deprecated, reason = "there is no other B3 for this SDK")]
fn propagator(name: &str) -> Result<Box<dyn TextMapPropagator + Send + Sync>, String> {
    match name {
        "tracecontext" => Ok(Box::new(TraceContextPropagator::new())),
        "baggage" => Ok(Box::new(BaggagePropagator::new())),
        "b3" => Ok(Box::new(opentelemetry_zipkin::Propagator::new())),
        _ => Err(format!("no propagator {name}")),
    }
}

/// A server span, as a middleware makes one, and what it continues.
fn continued(tracer: &SdkTracer, headers: &HashMap<String, String>, version: &str) -> Value {
    let extracted = global::get_text_map_propagator(|propagator| {
        propagator.extract_with_context(&Context::new(), headers)
    });
    let parent = extracted.span().span_context().clone();
    let span = tracer
        .span_builder("continued")
        .with_kind(SpanKind::Server)
        .start_with_context(tracer, &extracted);
    let context = extracted.with_span(span);
    let mut onward = HashMap::new();
    global::get_text_map_propagator(|propagator| propagator.inject_context(&context, &mut onward));
    let span = context.span().span_context().clone();
    let baggage: Map<String, Value> = context
        .baggage()
        .iter()
        .map(|(key, (value, _))| (key.to_string(), value.as_str().into()))
        .collect();
    json!({
        "version": version,
        "trace_id": span.trace_id().to_string(),
        "parent_id": parent.is_valid().then(|| parent.span_id().to_string()),
        "sampled": span.is_sampled(),
        "baggage": baggage,
        "onward": onward,
    })
}

/// The version of a package in the lock file.
fn version(package: &str) -> Option<String> {
    let (_, entry) = LOCK.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    Some(entry.split('"').next()?.to_owned())
}
