//! The hand-written reasons of differences, `tests/conformance/explanations.json`.

use anyhow::Context;
use serde::Deserialize;

use super::kits::folder;

/// Why a tracer reads something else than what was sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Explanation {
    /// Ids of the runs, as `python-ddtrace` or `python-ddtrace+b3`.
    pub(super) tracers: Vec<String>,
    /// The versions that were looked at; another one has to be looked at again.
    pub(super) versions: Vec<String>,
    /// Names of the cases; `*` stands for anything.
    pub(super) cases: Vec<String>,
    /// The difference, as the page words it; `*` stands for anything.
    pub(super) difference: String,
    /// Whose defect it is, or `nobody's`.
    pub(super) defect_of: String,
    /// Why it is so, and what it means for a user.
    pub(super) why: String,
    /// Where that can be read.
    pub(super) source: String,
}

impl Explanation {
    /// Is this difference the one?
    pub(super) fn explains(&self, run: &str, version: &str, case: &str, difference: &str) -> bool {
        self.tracers.iter().any(|tracer| tracer == run)
            && self.versions.iter().any(|known| known == version)
            && self.cases.iter().any(|pattern| matches(pattern, case))
            && matches(&self.difference, difference)
    }
}

/// Every explanation, in the file's order.
pub(super) fn read() -> anyhow::Result<Vec<Explanation>> {
    let path = folder("explanations.json");
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("read {}", path.display()))
}

/// Does the text match a pattern in which `*` stands for anything?
fn matches(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else {
        return rest.is_empty();
    };
    for piece in pieces {
        let Some((_, behind)) = rest.split_once(piece) else {
            return false;
        };
        rest = behind;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "ab", true),
            ("*b", "ab", true),
            ("*", "", true),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abde", false),
            ("ab*b", "ab", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
