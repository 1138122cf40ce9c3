//! What Alibaba Cloud's ARMS reads of a phone: the `rum` member of `tracestate`, and the names of its entry span.

use std::fmt;

use super::outgoing::Outgoing;

/// Key of the member.
pub(super) const KEY: &str = "rum";
/// Version of the member's layout.
const VERSION: &str = "v2";

/// `rum=<version>&<app type>&<pid>&<session id>`, of a kept trace, where a pid is configured.
pub(super) fn member<'a>(out: &Outgoing<'a>) -> Option<impl fmt::Display + use<'a>> {
    let pid = out.app.arms_pid.as_deref()?;
    let (source, session) = (out.app.source.as_str(), out.session.id);
    out.verdict
        .kept()
        .then(|| fmt::from_fn(move |f| write!(f, "{KEY}={VERSION}&{source}&{pid}&{session}")))
}

/// A pid as it may stand in the member: what is none of `[A-Za-z0-9@._-]` becomes `_`, and 200 characters are enough, so that
/// the member stays below the 256 that a `tracestate` value holds.
pub(crate) fn safe_pid(pid: &str) -> String {
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
pub(super) fn application(source: &str) -> impl fmt::Display + use<'_> {
    fmt::from_fn(move |f| write!(f, "rum-{source}"))
}

/// The name of a request's entry span: `android.request:/path`, `ios.request:/path`.
pub(super) fn entry_span<'a>(source: &'a str, path: &'a str) -> impl fmt::Display + use<'a> {
    let path = if path.is_empty() { "/" } else { path };
    fmt::from_fn(move |f| write!(f, "{source}.request:{path}"))
}

#[cfg(test)]
mod tests {
    use super::{application, entry_span, safe_pid};

    #[test]
    fn names_say_the_platform() {
        assert_eq!(application("ios").to_string(), "rum-ios");
        assert_eq!(
            entry_span("android", "/api/login").to_string(),
            "android.request:/api/login"
        );
        assert_eq!(entry_span("android", "").to_string(), "android.request:/");
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
