//! The requests.

use super::{Case, Decision, Ids};

const ALL: &[&str] = &["datadog", "tracecontext", "b3", "b3multi", "sw8", "baggage"];

/// Each format alone, what is usual together, and all at once.
const ROWS: [(&str, &[&str]); 9] = [
    ("`datadog`", &["datadog"]),
    ("`tracecontext`", &["tracecontext"]),
    ("`b3`", &["b3"]),
    ("`b3multi`", &["b3multi"]),
    ("`sw8`", &["sw8"]),
    ("`datadog`, `tracecontext`", &["datadog", "tracecontext"]),
    ("`datadog`, `baggage`", &["datadog", "baggage"]),
    ("`tracecontext`, `baggage`", &["tracecontext", "baggage"]),
    ("all at once", ALL),
];

/// Shaped as the core draws them: seconds, 32 zero bits, 64 random bits.
const USUAL: Ids = Ids {
    trace: 0x68a1_b2c3_0000_0000_5e2f_4a71_9c3d_8b06,
    span: 0x1d7a_93c4_5b2e_f081,
};

const COLUMNS: [(&str, Ids, Decision); 6] = [
    ("kept", USUAL, Decision::Kept),
    (
        "64-bit trace id",
        Ids {
            trace: 0x5e2f_4a71_9c3d_8b06,
            ..USUAL
        },
        Decision::Kept,
    ),
    (
        "highest bits set",
        Ids {
            trace: 0xffee_ddcc_bbaa_9988_8877_6655_4433_2211,
            span: 0xf1d7_a93c_45b2_ef08,
        },
        Decision::Kept,
    ),
    (
        "leading zeros",
        Ids {
            trace: 0x0000_002a_0000_0000_0000_0000_0000_002a,
            span: 0x7,
        },
        Decision::Kept,
    ),
    ("kept by force", USUAL, Decision::Forced),
    ("not kept", USUAL, Decision::NotKept),
];

/// Every request, in the order of the tables.
pub fn all() -> Vec<Case> {
    let matrix = ROWS.iter().flat_map(|(row, formats)| {
        COLUMNS.iter().map(|(column, ids, decision)| Case {
            row: (*row).to_owned(),
            column,
            formats,
            ids: *ids,
            decision: *decision,
            ..Case::plain("")
        })
    });
    let mut cases: Vec<Case> = matrix.collect();
    cases.push(Case {
        formats: ALL,
        decision: Decision::Silent,
        ..Case::plain("nothing: not kept, injection `sampled`")
    });
    cases.extend(baggage());
    cases.extend(tracestate());
    cases.extend(sw8());
    cases.extend(own_trace());
    cases
}

impl Case {
    fn plain(row: &str) -> Self {
        Self {
            row: row.to_owned(),
            column: "",
            formats: &[],
            ids: USUAL,
            decision: Decision::Kept,
            source: "android",
            version: Some("2.3.2".to_owned()),
            arms_pid: None,
            user: Some("4711".to_owned()),
            account: Some("acme"),
            host: "api.example.com",
            path: "/cart/items".to_owned(),
            app_headers: Vec::new(),
            own_trace: None,
            own_tracestate: &[],
            own_baggage: &[],
        }
    }
}

/// Every kind of byte in a value, beside all other formats.
fn baggage() -> Vec<Case> {
    let user = |row: &str, id: &str| Case {
        formats: ALL,
        user: Some(id.to_owned()),
        ..Case::plain(row)
    };
    vec![
        user("baggage: space, comma, quotes", r#"Ann "Bo" Lee, Jr."#),
        user("baggage: umlauts, Chinese, emoji", "Zoë Müller 李小龙 🚲"),
        user(
            "baggage: percent, equals, semicolon, backslash",
            r"100%=a;b\c%41",
        ),
        user(
            "baggage: every other visible character",
            "!#$&'()*+-./:<>?@[]^_`{|}~",
        ),
        user("baggage: control characters", "a\tb\r\nc\u{0}d\u{7f}e"),
        user("baggage: 256 characters of two bytes", &"ü".repeat(256)),
        Case {
            formats: ALL,
            app_headers: vec![(
                "baggage",
                "cart=7;ttl=60,theme=dark%20blue,session.id=stale".to_owned(),
            )],
            own_baggage: &[("cart", "7"), ("theme", "dark blue")],
            ..Case::plain("baggage: behind the app's own members, one with a property")
        },
        Case {
            formats: ALL,
            app_headers: vec![("baggage", "beta=,cart=7".to_owned())],
            own_baggage: &[("beta", ""), ("cart", "7")],
            ..Case::plain("baggage: behind the app's own members, one without a value")
        },
    ]
}

/// Members of `tracestate`: the app's, ARMS's, both.
fn tracestate() -> Vec<Case> {
    const FORMATS: &[&str] = &["datadog", "tracecontext"];
    const PID: Option<&str> = Some("f3r6s2u3hn@53df7ad2afe8301");
    const OWN: &[(&str, &str)] = &[("vendor", "opaque:1"), ("tenant@system", "t61rcWkgMzE")];
    const MANY: &[(&str, &str)] = &[
        ("m0", "0"),
        ("m1", "1"),
        ("m2", "2"),
        ("m3", "3"),
        ("m4", "4"),
        ("m5", "5"),
        ("m6", "6"),
        ("m7", "7"),
        ("m8", "8"),
        ("m9", "9"),
        ("m10", "10"),
        ("m11", "11"),
        ("m12", "12"),
        ("m13", "13"),
        ("m14", "14"),
        ("m15", "15"),
        ("m16", "16"),
        ("m17", "17"),
        ("m18", "18"),
        ("m19", "19"),
        ("m20", "20"),
        ("m21", "21"),
        ("m22", "22"),
        ("m23", "23"),
        ("m24", "24"),
        ("m25", "25"),
        ("m26", "26"),
        ("m27", "27"),
        ("m28", "28"),
        ("m29", "29"),
        ("m30", "30"),
    ];
    let header = |members: &[(&str, &str)]| {
        let members: Vec<_> = members.iter().map(|(k, v)| format!("{k}={v}")).collect();
        members.join(",")
    };
    let with = |row: &str, arms_pid, own_tracestate: &'static [(&str, &str)], stale: &str| Case {
        formats: FORMATS,
        arms_pid,
        app_headers: match own_tracestate {
            [] => Vec::new(),
            members => vec![("tracestate", format!("{stale}{}", header(members)))],
        },
        own_tracestate,
        ..Case::plain(row)
    };
    vec![
        with("tracestate: the app's own members", None, OWN, ""),
        with(
            "tracestate: the app's own members, one of them an old `dd`",
            None,
            OWN,
            "dd=s:0;o:old,",
        ),
        with("tracestate: 31 members of the app's", None, MANY, ""),
        with("tracestate: ARMS's member", PID, &[], ""),
        with("tracestate: ARMS's and the app's members", PID, OWN, ""),
        Case {
            decision: Decision::NotKept,
            ..with("tracestate: ARMS's member, not kept", PID, OWN, "")
        },
    ]
}

/// Fields of `sw8` that are long, empty or not ASCII.
fn sw8() -> Vec<Case> {
    let plain = |row: &str| Case {
        formats: &["sw8"],
        ..Case::plain(row)
    };
    vec![
        Case {
            version: None,
            path: "/".to_owned(),
            ..plain("sw8: no version, no path")
        },
        Case {
            version: Some("2.3.2-beta+".repeat(10)),
            path: format!("/{}", "very-long/".repeat(50)),
            ..plain("sw8: long version, long path")
        },
        Case {
            version: Some("2.3-ü–李🚲".to_owned()),
            path: "/caf%C3%A9/%E6%9D%8E~!$&'()*+,;=:@".to_owned(),
            ..plain("sw8: version and path outside ASCII")
        },
        Case {
            source: "ios",
            host: "2001:db8::1",
            ..plain("sw8: iOS, an IPv6 host")
        },
    ]
}

/// A trace of the app's own, which the core leaves whole and records.
fn own_trace() -> Vec<Case> {
    let Ids { trace, span } = USUAL;
    let own = |format, headers: Vec<(&'static str, String)>| Case {
        formats: ALL,
        app_headers: headers,
        own_trace: Some(format),
        ..Case::plain(&format!("the app's own `{format}`"))
    };
    let low = trace as u64;
    let high = trace >> 64;
    vec![
        Case {
            own_tracestate: &[("vendor", "opaque:1")],
            ..own(
                "tracecontext",
                vec![
                    ("traceparent", format!("00-{trace:032x}-{span:016x}-01")),
                    ("tracestate", "vendor=opaque:1".to_owned()),
                ],
            )
        },
        own(
            "datadog",
            vec![
                ("x-datadog-trace-id", low.to_string()),
                ("x-datadog-parent-id", span.to_string()),
                ("x-datadog-sampling-priority", "1".to_owned()),
                ("x-datadog-tags", format!("_dd.p.tid={high:016x}")),
            ],
        ),
        own("b3", vec![("b3", format!("{trace:032x}-{span:016x}-1"))]),
    ]
}
