//! Services under Datadog's and under OpenTelemetry's tracer export to the Collector that the phone exports to: their spans
//! hang under the phone's.

use std::time::Duration;

use handspan_core::rum::call::FinishedCall;
use handspan_core::trace::HopRequest;
use serde_json::json;

use crate::collector::Collector;
use crate::output::Output;
use crate::phone;
use crate::services::Service;

#[test]
#[ignore = "needs the Collector: cargo xtask test --only collector"]
fn spans_of_services_hang_under_the_phones() {
    let collector = Collector::start();
    let services = [
        ("under-ddtrace", Service::under_ddtrace(&collector.datadog)),
        (
            "under-opentelemetry",
            Service::under_opentelemetry(&collector.otlp),
        ),
    ];
    let core = phone::start(
        "collector-backends",
        &json!([{"type": "otlp", "url": collector.otlp}]),
    );
    let mut sent = Vec::new();
    for (name, service) in &services {
        // The name that the app's configuration knows the service by; the bytes go to this machine.
        let request = HopRequest {
            method: "GET",
            scheme: "https",
            host: "shop.example",
            port: 443,
            path: "/hello",
            ..HopRequest::default()
        };
        let planned = core.plan(&request, None);
        let headers = planned
            .plan
            .headers()
            .map(|(name, value)| -> (&str, &str) { (name, value) });
        let status = service.get("/hello", headers);
        let hop = planned.hop(format!("https://shop.example/hello?{name}"), Some(status));
        let ids = hop.trace_id.unwrap().to_string();
        sent.push((*name, ids, hop.span_id.unwrap().to_string()));
        core.finish(FinishedCall {
            method: "GET".to_owned(),
            url: hop.url.clone(),
            duration_ns: 1_000_000,
            status_code: Some(status),
            hops: vec![hop],
            ..FinishedCall::default()
        });
    }
    assert!(core.flush(Duration::from_secs(30)), "{:?}", core.status());
    core.shutdown();

    let of = |output: &Output, service: &str| {
        output
            .spans
            .iter()
            .filter(|span| span.resource["service.name"] == service)
            .count()
    };
    let output = collector.until(|output| {
        of(output, "shop") == 2 && services.iter().all(|(name, _)| of(output, name) > 0)
    });
    for (service, trace_id, span_id) in &sent {
        let phones = output
            .spans
            .iter()
            .find(|span| span.span_id == *span_id)
            .unwrap();
        assert_eq!((&phones.trace_id, phones.kind), (trace_id, 3), "{service}");
        let child = output.spans.iter().find(|span| span.parent == *span_id);
        let child = child
            .unwrap_or_else(|| panic!("nothing of {service} under the phone's span: {output:#?}"));
        assert_eq!(
            (
                child.resource["service.name"].as_str(),
                &child.trace_id,
                child.kind
            ),
            (Some(*service), trace_id, 2)
        );
    }
}
