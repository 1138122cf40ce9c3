//! What Alibaba Cloud's ARMS reads of a phone: the `rum` member of `tracestate`, and the names of its entry span.

/// Key of the member.
pub(super) const KEY: &str = "rum";
/// Version of the member's layout.
const VERSION: &str = "v2";

/// `rum=<version>&<app type>&<pid>&`: the member of a kept trace, up to the session's id.
pub(super) fn member(source: &str, pid: &str) -> String {
    format!("{KEY}={VERSION}&{source}&{pid}&")
}

/// A pid as it may stand in the member: what is none of `[A-Za-z0-9@._-]` becomes `_`, and 200 characters are enough, so that
/// the member stays below the 256 that a `tracestate` value holds.
pub fn safe_pid(pid: &str) -> String {
    pid.chars()
        .take(crate::limits::ARMS_PID_CHARS)
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '_' | '-') {
                c
            } else {
                '_'
            }
        })
        .collect()
}

/// The application that ARMS shows a phone's spans under: `rum-android`, `rum-ios`.
pub(super) fn application(source: &str) -> String {
    format!("rum-{source}")
}

/// What the name of a request's entry span begins with; its path follows: `android.request:/path`, `ios.request:/path`.
pub(super) fn entry_span(source: &str) -> String {
    format!("{source}.request:")
}

#[cfg(test)]
mod tests {
    use super::{application, entry_span, member, safe_pid};

    #[test]
    fn names_say_the_platform() {
        assert_eq!(application("ios"), "rum-ios");
        assert_eq!(entry_span("android"), "android.request:");
        assert_eq!(member("ios", "a@b"), "rum=v2&ios&a@b&");
    }

    #[test]
    fn a_pid_cannot_break_the_header() {
        assert_eq!(safe_pid("a,b=c&d e\u{fc}"), "a_b_c_d_e_");
        assert_eq!(
            safe_pid("f3r6s2u3hn@53df7ad2afe8301"),
            "f3r6s2u3hn@53df7ad2afe8301"
        );
        assert_eq!(safe_pid(&"x".repeat(1_000)).len(), 200);
    }
}
