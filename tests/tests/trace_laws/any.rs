//! Requests of every shape.

use handspan_core::trace::{Format, Formats};
use handspan_tests::laws::hop::{Hop, Verdict};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::subsequence;

/// Ids that have gone wrong somewhere: the smallest and the largest, 64 bits, the top bits set, a second in front.
pub(crate) fn trace() -> impl Strategy<Value = u128> {
    let low = 1..=u64::MAX;
    prop_oneof![
        Just(1),
        Just(u128::MAX),
        Just(1 << 127 | 1 << 63),
        low.clone().prop_map(u128::from),
        (any::<u64>(), low.clone())
            .prop_map(|(high, low)| u128::from(high) << 64 | u128::from(low)),
        (any::<u32>(), low).prop_map(|(second, low)| u128::from(second) << 96 | u128::from(low)),
    ]
}

pub(crate) fn span() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(1),
        Just(u64::MAX),
        Just(1 << 63),
        1..=u64::MAX,
        1..=0xffff_u64
    ]
}

/// What a person, a build or a hostile page may put where a text is wanted.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "\\PC{0,40}",
        2 => any::<String>(),
        2 => "[\\x00-\\x20\\x7f-\\u{a0}]{0,8}",
        2 => "[ -~]{0,60}",
        2 => "[,;=%\"\\\\ \ta]{0,20}",
        1 => (1..300_usize).prop_map(|length| "a\u{e4}\u{1f600}".repeat(length)),
    ]
}

/// What stands in most headers, with what stands in few: white space, empty members, too long and too many ones.
pub(crate) fn tracestate() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        "[a-z0-9][a-z0-9@/_*-]{0,12}",
        Just("dd".to_owned()),
        Just("rum".to_owned())
    ];
    let value = prop_oneof![8 => "[!-+.-<>-~ ]{0,40}[!-+.-<>-~]", 1 => (1..=256_usize).prop_map(|length| "x".repeat(length))];
    let member = (key, value).prop_map(|(key, value)| format!("{key}={value}"));
    let piece = prop_oneof![20 => member, 2 => "[ \t]{0,2}", 1 => text()];
    prop_oneof![4 => vec(piece.clone(), 0..6), 1 => vec(piece, 30..36)]
        .prop_map(|pieces| pieces.join(","))
}

/// The same of `baggage`.
pub(crate) fn baggage() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        "[a-zA-Z.!_-]{1,8}",
        Just("session.id".to_owned()),
        Just("user.id".to_owned())
    ];
    let value = prop_oneof![8 => "[!#-+.-:<-\\[\\]-~]{0,20}(;p=1)?", 1 => (1..4_000_usize).prop_map(|length| "x".repeat(length))];
    let member =
        (key, "[ \t]?=[ \t]?", value).prop_map(|(key, is, value)| format!("{key}{is}{value}"));
    let piece = prop_oneof![30 => member, 1 => "[ \t]{0,2}", 1 => "[ -~]{0,10}"];
    let legal = prop_oneof![4 => vec(piece.clone(), 0..6), 1 => vec(piece, 60..68)];
    prop_oneof![5 => legal.prop_map(|pieces| pieces.join(",")), 1 => text()]
}

/// Headers that are no trace, and stand in no one's way.
fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    let named = |name: &'static str| Just(name.to_owned());
    let header = prop_oneof![
        (
            prop_oneof![named("tracestate"), named("TraceState")],
            prop_oneof![tracestate(), text()]
        ),
        (
            prop_oneof![named("baggage"), named("Baggage")],
            prop_oneof![baggage(), text()]
        ),
        (named("x-datadog-origin"), text()),
        (text(), text()),
    ];
    vec(header, 0..4)
}

pub(crate) fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        Just(Verdict::Kept),
        Just(Verdict::NotKept),
        Just(Verdict::Forced)
    ]
}

fn formats() -> impl Strategy<Value = Formats> {
    prop_oneof![
        Just(Format::ALL.into_iter().collect()),
        subsequence(Format::ALL.to_vec(), 1).prop_map(Formats::from_iter),
        subsequence(Format::ALL.to_vec(), 1..6).prop_map(Formats::from_iter),
    ]
}

fn host() -> impl Strategy<Value = String> {
    let ours = [
        "example.com",
        "API.Example.com.",
        "b\u{fc}cher.example.com",
        "192.0.2.1",
        "2001:db8::1",
        "[2001:DB8:0::1]",
    ];
    prop_oneof![8 => subsequence(ours.to_vec(), 1).prop_map(|host| host.concat()), 1 => text()]
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![4 => "(/[a-z0-9%._~-]{0,12}){0,5}", 1 => (120..160_usize).prop_map(|length| "/".repeat(length)), 1 => text()]
}

/// A hop without a trace of the app's own.
pub(crate) fn hop() -> impl Strategy<Value = Hop> {
    let decided = (formats(), any::<bool>(), verdict(), trace(), span());
    let app = (
        prop_oneof![Just("android"), Just("ios")],
        option::of(text()),
        option::of(text()),
    );
    let person = (option::of(text()), option::of(text()));
    let request = (host(), any::<u16>(), path(), headers());
    (decided, app, person, request).prop_map(|(decided, app, person, request)| {
        let (formats, inject_all, verdict, trace, span) = decided;
        let (source, version, arms_pid) = app;
        let (user, account) = person;
        let (host, port, path, headers) = request;
        Hop {
            formats,
            inject_all,
            verdict,
            trace,
            span,
            source: source.to_owned(),
            version,
            arms_pid,
            user,
            account,
            host,
            port,
            path,
            headers,
        }
    })
}
