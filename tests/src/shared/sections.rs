//! Where the vectors stand in the published files, and who translates them.

use serde_json::Value;

use super::{Item, baggage, emit, hosts, ids, limits, reading, rum, sampling, sw8, writing};

/// A section: where it stands, and who translates one of its vectors. None of a translation: unknown shape.
pub(super) struct Section {
    pub(super) pointer: &'static str,
    pub(super) translate: fn(&Value, &Value) -> Option<Item>,
}

/// What is known of a file.
pub(super) struct Tables {
    pub(super) sections: &'static [Section],
    /// Where other things stand, and what they are.
    pub(super) not_vectors: &'static [(&'static str, &'static str)],
}

pub(super) fn of(file: &str) -> Tables {
    match file {
        "datadog" => Tables {
            sections: DATADOG,
            not_vectors: NOT_VECTORS_OF_DATADOG,
        },
        _ => Tables {
            sections: PROTOCOL,
            not_vectors: NOT_VECTORS_OF_PROTOCOL,
        },
    }
}

const fn section(pointer: &'static str, translate: fn(&Value, &Value) -> Option<Item>) -> Section {
    Section { pointer, translate }
}

const NOT_BUILT: &str = "about something that is not built";
const PROSE: &str = "prose";
const GRAMMAR: &str = "a grammar, without examples";
const LIST: &str = "a list that other vectors name";

/// Sections of `datadog.json`.
const DATADOG: &[Section] = &[
    section("/host_matching/ios_union_semantics", hosts::matching),
    section(
        "/host_matching/android_exact_then_first_suffix_semantics",
        hosts::matching,
    ),
    section(
        "/host_matching/wildcard_patterns_2026/ios_sanitizer",
        hosts::configured,
    ),
    section(
        "/host_matching/wildcard_patterns_2026/android_sanitizer",
        hosts::configured,
    ),
    section(
        "/host_matching/wildcard_patterns_2026/doc_rules",
        hosts::wildcard,
    ),
    section("/host_sanitizer/ios", hosts::configured),
    section("/host_sanitizer/android", hosts::configured),
    section("/headers_ios_writers", writing::writer),
    section("/headers_ios_end_to_end", writing::end_to_end),
    section("/headers_android/sampled_ptags", writing::android_tags),
    section("/headers_android/not_sampled", writing::android_not_sampled),
    section("/headers_android/b3_sampled_format", writing::android_b3),
    section(
        "/headers_android/sampling_decision_from_existing_headers",
        reading::decision,
    ),
    section("/header_readers_ios", reading::reader),
    section("/trace_id_strings", ids::trace_id),
    section("/span_id_strings", ids::span_id),
    section("/sampling/vectors", sampling::decision),
    section("/sampling/seed_from_session", sampling::seed),
    section("/sampling/composition", sampling::composition),
    section("/baggage/ios_merge", baggage::merge),
    section("/baggage/android", baggage::android),
];

/// What else `datadog.json` holds.
const NOT_VECTORS_OF_DATADOG: &[(&str, &str)] = &[
    ("/host_matching/first_party_urls", LIST),
    ("/host_matching/third_party_urls", LIST),
    ("/host_sanitizer/android_bug", PROSE),
    ("/sampling/formula", PROSE),
    ("/resource_header_capture_ios", NOT_BUILT),
    ("/resource_key_android", NOT_BUILT),
    ("/remote_config_url", NOT_BUILT),
];

/// Sections of `protocol.json`.
const PROTOCOL: &[Section] = &[
    section("/emit", emit::emit),
    section("/parse", reading::observed),
    section("/tracestate_grammar/max_members", limits::members),
    section(
        "/tracestate_grammar/should_propagate_chars",
        limits::characters,
    ),
    section(
        "/tracestate_grammar/long_entry_threshold",
        limits::long_entry,
    ),
    section(
        "/tracestate_rum_component/safe_charset_recommended",
        rum::charset,
    ),
    section("/tracestate_rum_component/cases", rum::component),
    section("/tracestate_merge_derived", reading::merge),
    section("/b3_spec/single", reading::b3_single),
    section("/b3_spec/multi", reading::b3_multi),
    section("/datadog/hex_to_decimal", ids::hex_to_decimal),
    section("/datadog/tid", reading::tid),
    section("/datadog/priority_reconcile_py", reading::reconciled),
    section("/datadog/tracestate_dd_member", reading::dd_member),
    section("/sw8/java_test", sw8::of_agent),
    section("/sw8/go_test", sw8::of_agent),
    section("/sw8/correlation", sw8::beside),
    section("/sw8/sw8-x", sw8::beside),
    section("/sw8/strictness", sw8::strictness),
    section("/baggage", baggage::written),
    section("/sampling/knuth", sampling::knuth),
    section("/sampling/session_uuid", sampling::session_uuid),
    section("/sampling/combined_rate", sampling::combined_rate),
    section("/host_matching_observed", hosts::observed),
];

/// What else `protocol.json` holds.
const NOT_VECTORS_OF_PROTOCOL: &[(&str, &str)] = &[
    ("/traceparent_grammar", GRAMMAR),
    ("/tracestate_grammar/key_ed_level3", GRAMMAR),
    ("/tracestate_grammar/key_level1_simple", GRAMMAR),
    ("/tracestate_grammar/key_level1_multitenant", GRAMMAR),
    ("/tracestate_grammar/value", GRAMMAR),
    ("/b3_spec/precedence", PROSE),
    ("/datadog/conflict", PROSE),
    ("/datadog/known_bug", PROSE),
    ("/sampling/algorithm", PROSE),
    ("/sampling/session_id_rule", PROSE),
];
