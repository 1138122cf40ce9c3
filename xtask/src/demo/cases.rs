//! The requests that every sample app sends, and what must come of each.

use serde::Deserialize;

/// What a request should come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Expect {
    /// A span of a backend hangs under it.
    Joined,
    /// Nothing was sent, on purpose.
    NotExpected,
    /// No server was there: it left with trace headers that nobody saw, or (OkHttp, which connects before it hands out
    /// the hop) never came to leave at all.
    NoBackend,
}

/// One request of every app.
pub(crate) struct Case {
    /// Its name; a URL carries it as `case=<app>-<name>`.
    pub(crate) name: &'static str,
    pub(crate) expect: Expect,
    /// Status that the app gets; none where no server answers.
    pub(crate) status: Option<u16>,
    /// Whether the third party takes part: it must then have seen the request, or "no header there" would say nothing.
    pub(crate) third_party: bool,
    /// Reason code on the event, where it is another one than the verdict alone tells.
    pub(crate) reason: Option<&'static str>,
}

const fn case(name: &'static str, expect: Expect, status: Option<u16>) -> Case {
    Case {
        name,
        expect,
        status,
        third_party: false,
        reason: None,
    }
}

/// All of them.
pub(crate) const CASES: [Case; 10] = [
    case("hello-shop", Expect::Joined, Some(200)),
    case("subdomain", Expect::Joined, Some(200)),
    case("hello-pay", Expect::Joined, Some(200)),
    case("hello-embedded", Expect::Joined, Some(200)),
    Case {
        third_party: true,
        reason: Some("host_not_first_party"),
        ..case("third-party", Expect::NotExpected, Some(200))
    },
    Case {
        third_party: true,
        ..case("redirect-out", Expect::Joined, Some(200))
    },
    Case {
        third_party: true,
        ..case("redirect-back", Expect::Joined, Some(200))
    },
    case("fail-500", Expect::Joined, Some(500)),
    case("fail-connect", Expect::NoBackend, None),
    Case {
        reason: Some("app_headers"),
        ..case("app-traceparent", Expect::Joined, Some(200))
    },
];

/// A line that a sample app prints about a case.
#[derive(Debug, Deserialize)]
pub(crate) struct Line {
    pub(crate) app: String,
    /// `<app>-<name>`.
    pub(crate) case: String,
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
    pub(crate) expect: Expect,
}

/// A case as an app ran it.
pub(crate) struct Run {
    pub(crate) case: &'static Case,
    /// `<app>-<name>`, as in the URL.
    pub(crate) name: String,
}

/// Is this one of the URL's query parameters: `case=<name>`?
pub(crate) fn is_of(url: &str, name: &str) -> bool {
    url.split_once('?').is_some_and(|(_, query)| {
        query.split('&').any(|pair| {
            pair.strip_prefix("case=")
                .is_some_and(|value| value == name)
        })
    })
}

/// Pairs an app's lines with the cases; gives a sentence for each difference.
pub(crate) fn pair(app: &str, lines: &[Line]) -> (Vec<Run>, Vec<String>) {
    let mut runs = Vec::new();
    let mut problems = Vec::new();
    for case in &CASES {
        let name = format!("{app}-{}", case.name);
        match lines
            .iter()
            .filter(|line| line.app == app && line.case == name)
            .collect::<Vec<_>>()
            .as_slice()
        {
            [line] => {
                if line.expect != case.expect {
                    problems.push(format!(
                        "{name}: the app expects {:?}, the demo {:?}",
                        line.expect, case.expect
                    ));
                }
                if line.status != case.status {
                    let error = line.error.as_deref().unwrap_or("no error");
                    problems.push(format!(
                        "{name}: status {:?} instead of {:?} ({error})",
                        line.status, case.status
                    ));
                }
                runs.push(Run { case, name });
            }
            lines => problems.push(format!(
                "{name}: the app told {} times of it instead of once",
                lines.len()
            )),
        }
    }
    (runs, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_told_by_its_own_parameter() {
        assert!(is_of("http://h/hello?case=rust-a", "rust-a"));
        assert!(is_of(
            "http://h/redirect?to=http%3A%2F%2Fx%3Fcase%3Db&case=rust-a",
            "rust-a"
        ));
        assert!(!is_of("http://h/hello?case=rust-ab", "rust-a"));
        assert!(!is_of("http://h/case=rust-a", "rust-a"));
    }

    #[test]
    fn what_an_app_leaves_out_or_sees_otherwise_is_told() {
        let line = |case: &Case, status| Line {
            app: "rust".into(),
            case: format!("rust-{}", case.name),
            status,
            error: None,
            expect: case.expect,
        };
        let all: Vec<Line> = CASES.iter().map(|case| line(case, case.status)).collect();
        assert_eq!(pair("rust", &all).1, Vec::<String>::new());
        assert_eq!(pair("rust", &all).0.len(), CASES.len());
        let mut lines: Vec<Line> = CASES
            .iter()
            .skip(1)
            .map(|case| line(case, case.status))
            .collect();
        lines[0].status = Some(502);
        let (runs, problems) = pair("rust", &lines);
        assert_eq!(
            (runs.len(), problems.len()),
            (CASES.len() - 1, 2),
            "{problems:?}"
        );
    }
}
