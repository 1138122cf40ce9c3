//! What OkHttp and URLSession take as a header.

use std::collections::BTreeSet;

use handspan_core::trace::{Plan, READ_HEADER_NAMES};

/// Every header of a plan is one that both take, stands once, and would be read back.
///
/// OkHttp (`Headers.checkValue`) takes tabs too, and URLSession drops white space around a value; ours has neither.
pub fn check(plan: &Plan) {
    let mut names = BTreeSet::new();
    for (name, value) in plan.headers() {
        assert!(names.insert(name), "{name} stands twice");
        assert!(
            READ_HEADER_NAMES.contains(&name),
            "{name} would not be read back"
        );
        assert!(
            name.bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')),
            "{name} is not a lower-case token"
        );
        assert!(
            value.bytes().all(|byte| matches!(byte, b' '..=b'~')),
            "{name}: {value:?}"
        );
        assert!(
            !value.is_empty() && value.trim() == value,
            "{name}: {value:?}"
        );
    }
}
