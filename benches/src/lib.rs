//! What benchmarks run, so that times and instructions are of the same thing: the requests that are planned, what an
//! app tells, and the events that are appended.

pub mod app;
pub mod appends;
pub mod callgrind;
pub mod cpu_time;
pub mod intake;
pub mod recording;

use std::collections::BTreeMap;

use handspan_core::config::{Configuration, HostRule};
use handspan_core::rum::person::Person;
use handspan_core::trace::{
    FixedIds, Format, HopRequest, Plan, SessionIdentity, TraceSettings, plan,
};

/// A host of the app's.
const OURS: &str = "api.example.com";
/// A host of somebody else's.
const NOT_OURS: &str = "cdn.elsewhere.org";
/// The formats that services with default settings read.
const DEFAULT: &[Format] = &[Format::Datadog, Format::TraceContext];
const ALL: &[Format] = &Format::ALL;

/// A request, and the configuration it meets.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// As it is shown.
    pub name: &'static str,
    /// How many hosts are configured.
    pub hosts: usize,
    /// What each of them gets.
    pub formats: &'static [Format],
    /// Where the request goes, as the platform has parsed it.
    pub host: &'static str,
    /// The trace headers on it.
    pub headers: &'static [(&'static str, &'static str)],
}

const fn case(name: &'static str, hosts: usize, formats: &'static [Format]) -> Case {
    Case {
        name,
        hosts,
        formats,
        host: OURS,
        headers: &[],
    }
}

const fn not_ours(name: &'static str, hosts: usize) -> Case {
    Case {
        host: NOT_OURS,
        ..case(name, hosts, ALL)
    }
}

const fn with_header(name: &'static str, header: &'static [(&'static str, &'static str)]) -> Case {
    Case {
        headers: header,
        ..case(name, 10, ALL)
    }
}

/// Every case.
pub const CASES: [Case; 18] = [
    case("all formats/10", 10, ALL),
    case("all formats/100", 100, ALL),
    case("all formats/1000", 1_000, ALL),
    case("all formats/10000", 10_000, ALL),
    not_ours("not ours/10", 10),
    not_ours("not ours/100", 100),
    not_ours("not ours/1000", 1_000),
    not_ours("not ours/10000", 10_000),
    case("datadog and tracecontext", 10, DEFAULT),
    case("datadog", 10, &[Format::Datadog]),
    case("tracecontext", 10, &[Format::TraceContext]),
    case("b3", 10, &[Format::B3]),
    case("b3multi", 10, &[Format::B3Multi]),
    case("sw8", 10, &[Format::Sw8]),
    case("b3 and baggage", 10, &[Format::B3, Format::Baggage]),
    with_header(
        "the app's own trace",
        &[(
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        )],
    ),
    with_header(
        "the app's tracestate",
        &[("tracestate", "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7")],
    ),
    with_header(
        "the app's baggage",
        &[("baggage", "tenant=4711,region=eu-central-1;p=1")],
    ),
];

impl Case {
    /// An app with so many hosts, and all that a header may name.
    pub fn settings(&self) -> TraceSettings {
        let formats = self.formats.iter().map(|format| format.name().to_owned());
        let rule = HostRule {
            formats: formats.collect(),
            sample_rate: None,
        };
        let others = (1..self.hosts).map(|n| format!("h{n}.example.net"));
        let first_party_hosts: BTreeMap<_, _> = others
            .chain(["example.com".to_owned()])
            .map(|host| (host, rule.clone()))
            .collect();
        let configuration = Configuration {
            first_party_hosts,
            version: Some("2026.11.3".to_owned()),
            arms_pid: Some("f3r6s2u3hn@53df7ad2afe8301".to_owned()),
            ..Configuration::default()
        };
        configuration.trace_settings(&mut Vec::new())
    }
}

/// Who uses the app, as a core keeps them.
pub fn person() -> Person {
    Person::default()
        .with_user(Some("5b3f8c0e-2f43-4f0e-9c59-3c8d6f0a1b2c".into()))
        .with_account(Some("4711".into()))
}

/// The plan of a usual request.
pub fn planned(
    settings: &TraceSettings,
    person: &Person,
    host: &str,
    headers: &[(&str, &str)],
) -> Plan {
    let session = SessionIdentity {
        id: "88ef85ab-7902-45f0-b93b-2def1ec3e5fe",
        hash: 9_352_408_235_296_220_786,
        user_id: person.user_id.as_ref().map(|id| &id.in_baggage),
        account_id: person.account_id.as_ref().map(|id| &id.in_baggage),
    };
    let request = HopRequest {
        method: "GET",
        scheme: "https",
        host,
        port: 443,
        path: "/api/v2/customers/4711/orders",
        headers,
        ids: FixedIds::default(),
        keep: false,
    };
    plan(settings, &session, &request, 0x6789_abcd, &mut || {
        0xa3ce_929d_0e0e_4736
    })
}
