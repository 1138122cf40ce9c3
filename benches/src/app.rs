//! Calls as an app makes them, so that what is measured of events looks like events.

use handspan_core::instance::Handspan;
use handspan_core::rum::call::{FinishedCall, Phase, Timings};
use handspan_core::trace::HopRequest;

/// Method, host, path, content type and bytes of the answer. The last host is not the app's.
const CALLS: [(&str, &str, &str, &str, u64); 6] = [
    (
        "GET",
        "api.example.com",
        "/v2/cart",
        "application/json",
        1_840,
    ),
    (
        "GET",
        "api.example.com",
        "/v2/customers/{}/orders?page=2",
        "application/json",
        12_311,
    ),
    (
        "POST",
        "api.example.com",
        "/v2/cart/items",
        "application/json",
        96,
    ),
    (
        "GET",
        "img.example.com",
        "/products/{}/front.webp",
        "image/webp",
        48_120,
    ),
    (
        "GET",
        "api.example.com",
        "/v2/products/{}?lang=es-ES",
        "application/json",
        5_204,
    ),
    ("POST", "metrics.elsewhere.org", "/collect", "text/plain", 2),
];

/// Plans and reports call number `n`, as OkHttp's interceptor would.
pub fn call(core: &Handspan, n: u64) {
    let at = usize::try_from(n).unwrap_or_default() % CALLS.len();
    let Some(&(method, host, path, content_type, bytes)) = CALLS.get(at) else {
        return;
    };
    let number = n.wrapping_mul(2_654_435_761) % 100_000;
    let path = path.replace("{}", &number.to_string());
    let request = HopRequest {
        method,
        scheme: "https",
        host,
        port: 443,
        path: path.split('?').next().unwrap_or_default(),
        ..HopRequest::default()
    };
    let planned = core.plan(&request, None);
    let status = if n % 50 == 49 { 500 } else { 200 };
    let url = format!("https://{host}{path}");
    let first_byte = 40_000_000 + number * 1_337;
    let download = bytes * 701;
    let hop = planned.hop(url.clone(), Some(status));
    core.finish(FinishedCall {
        method: method.to_owned(),
        url,
        duration_ns: first_byte + download + 911_000,
        status_code: Some(status),
        hops: vec![hop],
        protocol: Some("h2".to_owned()),
        request_body_bytes: (method == "POST").then_some(number % 900),
        response_body_bytes: Some(bytes),
        content_type: Some(content_type.to_owned()),
        timings: Timings {
            first_byte: Some(Phase {
                start_ns: 911_000,
                duration_ns: first_byte,
            }),
            download: Some(Phase {
                start_ns: 911_000 + first_byte,
                duration_ns: download,
            }),
            ..Timings::default()
        },
        ..FinishedCall::default()
    });
}

/// The configuration of that app.
pub const CONFIGURATION: &str = r#"
    "client_token":"pub1","application_id":"6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1","service":"shop-android","env":"prod",
    "version":"2026.11.3","first_party_hosts":{"example.com":["datadog","tracecontext"]},
    "device":{"os_name":"Android","os_version":"16","model":"Pixel 9","brand":"google","type":"mobile",
    "architecture":"arm64-v8a","locale":"es-ES"}"#;
