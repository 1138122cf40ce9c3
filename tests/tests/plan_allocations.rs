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

use handspan_core::config::HostRule;
use handspan_core::hosts::HostTable;
use handspan_core::trace::{FixedIds, HopRequest, Reason, SessionIdentity, TraceSettings, plan};

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

/// The reason of a plan, and the allocations that it took.
fn planned(settings: &TraceSettings, host: &str, headers: &[(&str, &str)]) -> (Reason, usize) {
    let session = SessionIdentity {
        id: "88ef85ab-7902-45f0-b93b-2def1ec3e5fe",
        hash: 1,
        ..SessionIdentity::default()
    };
    let request = HopRequest {
        method: "GET",
        scheme: "https",
        host,
        port: 443,
        path: "/",
        headers,
        ids: FixedIds::default(),
        keep: false,
    };
    let before = ALLOCATIONS.with(Cell::get);
    let plan = plan(settings, &session, &request, 1, &mut || 7);
    (plan.reason, ALLOCATIONS.with(Cell::get) - before)
}

#[test]
fn plans_allocate_what_they_hand_over_and_nothing_else() {
    let formats = vec!["datadog".to_owned(), "tracecontext".to_owned()];
    let rule = HostRule {
        formats,
        sample_rate: None,
    };
    let hosts: BTreeMap<_, _> = (0..10_000)
        .map(|n| (format!("h{n}.example.com"), rule.clone()))
        .collect();
    let settings = TraceSettings {
        hosts: HostTable::build(&hosts, "first_party_hosts", &mut Vec::new()),
        ..TraceSettings::default()
    };
    assert_eq!(settings.hosts.len(), 10_000);

    assert_eq!(
        planned(&settings, "WWW.Elsewhere.ORG", &[]),
        (Reason::HostNotFirstParty, 0)
    );
    assert_eq!(
        planned(&settings, "example.com", &[]),
        (Reason::HostNotFirstParty, 0)
    );
    assert_eq!(
        planned(&settings, "[2001:db8::1]", &[]),
        (Reason::HostNotFirstParty, 0)
    );
    let own = [(
        "traceparent",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    )];
    assert_eq!(
        planned(&settings, "h7.example.com", &own),
        (Reason::AppHeaders, 0)
    );

    let (reason, allocations) = planned(&settings, "api.h7.example.com", &[]);
    assert_eq!(reason, Reason::Traced);
    // The text, its ranges, and the two pieces that a tracestate is merged from.
    assert!(allocations <= 4, "{allocations} allocations");
}
