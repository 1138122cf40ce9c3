//! A request that is not ours must cost next to nothing: most of an app's requests may be such.
#![allow(
    unsafe_code,
    reason = "counting allocations takes an allocator, and that is an unsafe trait"
)]
#![allow(
    clippy::unwrap_used,
    reason = "a test stops where it meets what it did not expect"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::BTreeMap;

use handspan_core::config::{Configuration, HostRule};
use handspan_core::trace::{
    BaggageValue, FixedIds, Format, HopRequest, Plan, Reason, SessionIdentity, TraceSettings, plan,
};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps alloc's contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps dealloc's contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A configuration with a host for every format alone, one for all of them, and 10,000 in all, wildcards among them.
fn settings() -> TraceSettings {
    let rule = |formats: &[Format]| HostRule {
        formats: formats
            .iter()
            .map(|format| format.name().to_owned())
            .collect(),
        sample_rate: None,
    };
    let mut hosts: BTreeMap<_, _> = Format::ALL
        .iter()
        .map(|format| (format!("{}.example.com", format.name()), rule(&[*format])))
        .collect();
    hosts.insert("all.example.com".to_owned(), rule(&Format::ALL));
    for n in hosts.len()..10_000 {
        let host = match n % 3 {
            0 => format!("h{n}.example.com"),
            1 => format!("*.w{n}.example.com"),
            _ => format!("p{n}-*.example.net"),
        };
        hosts.insert(host, rule(&[]));
    }
    let configuration = Configuration {
        first_party_hosts: hosts,
        version: Some("2026.11.3-release".to_owned()),
        arms_pid: Some("f3r6s2u3hn@53df7ad2afe8301".to_owned()),
        ..Configuration::default()
    };
    configuration.trace_settings(&mut Vec::new())
}

/// A plan, and the allocations that it took.
fn planned(settings: &TraceSettings, host: &str, headers: &[(&str, &str)]) -> (Plan, usize) {
    let user_id = BaggageValue::new("5b3f8c0e-2f43-4f0e-9c59-3c8d6f0a1b2c");
    let account_id = BaggageValue::new("Soci\u{e9}t\u{e9} G\u{e9}n\u{e9}rale, Paris");
    let session = SessionIdentity {
        id: "88ef85ab-7902-45f0-b93b-2def1ec3e5fe",
        hash: 1,
        user_id: Some(&user_id),
        account_id: Some(&account_id),
    };
    let request = HopRequest {
        method: "GET",
        scheme: "https",
        host,
        port: 443,
        path: "/api/v2/customers/5b3f8c0e-2f43-4f0e-9c59-3c8d6f0a1b2c/orders/2026-11-21",
        headers,
        ids: FixedIds::default(),
        keep: false,
    };
    let before = ALLOCATIONS.with(Cell::get);
    let plan = plan(settings, &session, &request, 1, &mut || 7 << 60);
    let allocations = ALLOCATIONS.with(Cell::get) - before;
    (plan, allocations)
}

#[test]
fn a_host_that_is_not_ours_costs_no_allocation() {
    let settings = settings();
    assert_eq!(settings.hosts.len(), 10_000);
    for host in [
        "WWW.Elsewhere.ORG",
        "example.com",
        "cdn.example.net",
        "P7-cdn.example.net",
        "W13.Example.com.",
        "[2001:db8::1]",
    ] {
        let (plan, allocations) = planned(&settings, host, &[]);
        assert_eq!((plan.reason, allocations), (Reason::HostNotFirstParty, 0));
    }
}

#[test]
fn the_apps_own_trace_costs_no_allocation() {
    let own = [(
        "traceparent",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    )];
    let (plan, allocations) = planned(&settings(), "all.example.com", &own);
    assert_eq!((plan.reason, allocations), (Reason::AppHeaders, 0));
}

#[test]
fn a_plan_allocates_a_text_and_its_ranges() {
    let settings = settings();
    let formats = Format::ALL.iter().map(|format| format.name());
    for name in formats.chain(["all"]) {
        let host = format!("api.{name}.example.com");
        let (plan, allocations) = planned(&settings, &host, &[]);
        // Baggage alone is no trace.
        let wanted = if name == "baggage" {
            (Reason::NoFormats, 0)
        } else {
            (Reason::Traced, 2)
        };
        assert_eq!((plan.reason, allocations), wanted, "{name}");
    }
    let (plan, _) = planned(&settings, "all.example.com", &[]);
    assert_eq!(plan.headers().count(), 14);
}
