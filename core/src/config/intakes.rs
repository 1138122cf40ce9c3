//! Where events go: from what the app wrote to what is sent to.

use super::validate::{http_url, unknown};
use super::{IntakeRule, Refusal, RefusalCode};
use crate::upload::Intake;
use crate::upload::otlp::{Encoding, Signal};

/// Headers that the upload sets itself.
const OWN_HEADERS: [&str; 4] = ["content-type", "content-encoding", "content-length", "host"];

/// The good ones, each once. A bad one is refused alone.
pub(super) fn validate(rules: &[IntakeRule], refusals: &mut Vec<Refusal>) -> Vec<Intake> {
    let mut taken: Vec<Intake> = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let field = format!("intakes[{index}]");
        let found = match rule.kind.as_str() {
            "datadog" => datadog(rule, &field, refusals),
            "proxy" => url(rule, &field, refusals).map(|url| vec![Intake::Proxy { url }]),
            "otlp" => base_url(rule, &field, &["/v1/traces", "/v1/logs"], refusals)
                .map(|url| otlp(rule, &url, &field, refusals)),
            other => {
                let known = ["datadog", "proxy", "otlp"];
                refusals.push(unknown(format!("{field}.type"), other, &known, "no"));
                None
            }
        };
        let Some(found) = found else { continue };
        if found.iter().any(|intake| is_listed(&taken, intake)) {
            refusals.push(Refusal::new(
                field,
                "",
                RefusalCode::Duplicate,
                "this intake is listed already; events are sent to it once",
            ));
        } else {
            taken.extend(found);
        }
    }
    taken
}

/// By the key under which deliveries are remembered: another encoding or token makes no other place.
fn is_listed(taken: &[Intake], intake: &Intake) -> bool {
    taken.iter().any(|known| known.key() == intake.key())
}

fn datadog(rule: &IntakeRule, field: &str, refusals: &mut Vec<Refusal>) -> Option<Vec<Intake>> {
    let base_url = if rule.url.is_some() {
        base_url(rule, field, &["/api/v2/rum", "/api/v2/logs"], refusals)?
    } else {
        let site = rule.site.as_deref().unwrap_or("us1");
        let Some(host) = Intake::datadog_site(site) else {
            let sites = ["us1", "us3", "us5", "eu1", "us1_fed", "ap1", "ap2"];
            refusals.push(unknown(format!("{field}.site"), site, &sites, "no"));
            return None;
        };
        format!("https://{host}")
    };
    Some(vec![Intake::Datadog { base_url }])
}

/// An address for each signal: what one has taken is not sent again because the other is down.
fn otlp(rule: &IntakeRule, url: &str, field: &str, refusals: &mut Vec<Refusal>) -> Vec<Intake> {
    let encoding = match rule.encoding.as_deref() {
        None | Some("protobuf") => Encoding::Protobuf,
        Some("json") => Encoding::Json,
        Some(other) => {
            refusals.push(unknown(
                format!("{field}.encoding"),
                other,
                &["protobuf", "json"],
                "protobuf",
            ));
            Encoding::Protobuf
        }
    };
    let headers = headers(rule, field, refusals);
    [Signal::Traces, Signal::Logs]
        .map(|signal| Intake::Otlp {
            base_url: url.to_owned(),
            signal,
            encoding,
            headers: headers.clone(),
        })
        .into()
}

/// Names that are tokens and values of visible ASCII (RFC 9110, 5.1 and 5.5); a value is never shown.
fn headers(rule: &IntakeRule, field: &str, refusals: &mut Vec<Refusal>) -> Vec<(String, String)> {
    let token = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    };
    let legal = |value: &str| {
        value
            .bytes()
            .all(|byte| matches!(byte, b'\t' | 0x20..=0x7e))
    };
    rule.headers
        .iter()
        .filter(|(name, value)| {
            let own = OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str());
            let good = token(name) && legal(value) && !own;
            if !good {
                refusals.push(Refusal::new(
                    format!("{field}.headers[{name:?}]"),
                    "(hidden)",
                    RefusalCode::InvalidCharacter,
                    if own {
                        "is set by the upload itself; leave it out"
                    } else {
                        "is no header that HTTP can carry; it is left out"
                    },
                ));
            }
            good
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// A URL that a path is put behind: without a query or a fragment, which would swallow it, and without that path itself.
fn base_url(
    rule: &IntakeRule,
    field: &str,
    own_paths: &[&str],
    refusals: &mut Vec<Refusal>,
) -> Option<String> {
    let url = url(rule, field, refusals)?;
    let base = url.trim_end_matches('/');
    let own_path = own_paths.iter().find(|path| base.ends_with(**path));
    if own_path.is_none() && !base.contains(['?', '#']) {
        return Some(base.to_owned());
    }
    refusals.push(Refusal::new(
        format!("{field}.url"),
        "(hidden)",
        RefusalCode::InvalidUrl,
        match own_path {
            Some(path) => format!("leave out {path}: it is put behind this URL"),
            None => "a path is put behind this URL: leave out its query and fragment".to_owned(),
        },
    ));
    None
}

fn url(rule: &IntakeRule, field: &str, refusals: &mut Vec<Refusal>) -> Option<String> {
    let url = rule.url.as_deref().unwrap_or_default();
    if http_url(url) {
        return Some(url.to_owned());
    }
    refusals.push(Refusal::new(
        format!("{field}.url"),
        // User info and queries may be secrets.
        if url.contains(['@', '?']) {
            "(hidden)"
        } else {
            url
        },
        RefusalCode::InvalidUrl,
        "must be an http or https URL, as https://proxy.example.com/rum",
    ));
    None
}

#[cfg(test)]
mod tests {
    use super::super::from_json;
    use super::*;

    fn validated(intakes: &str) -> (Vec<Intake>, Vec<(String, RefusalCode)>) {
        let (configuration, mut refusals) =
            from_json(&format!(r#"{{"intakes":[{intakes}]}}"#)).unwrap();
        let taken = validate(&configuration.intakes, &mut refusals);
        let told = refusals.into_iter().map(|r| (r.field, r.code)).collect();
        (taken, told)
    }

    #[test]
    fn an_otlp_receiver_is_an_address_for_each_signal() {
        let (taken, refusals) = validated(
            r#"{"type":"otlp","url":"https://c.example:4318/","encoding":"json","headers":{"x-token":"secret"}}"#,
        );
        assert_eq!(refusals, []);
        let of = |signal| Intake::Otlp {
            base_url: "https://c.example:4318".to_owned(),
            signal,
            encoding: Encoding::Json,
            headers: vec![("x-token".to_owned(), "secret".to_owned())],
        };
        assert_eq!(taken, [of(Signal::Traces), of(Signal::Logs)]);
    }

    #[test]
    fn a_url_that_would_swallow_the_path_or_has_it_already_is_refused() {
        for intake in [
            r#"{"type":"otlp","url":"https://c.example/?token=1"}"#,
            r#"{"type":"otlp","url":"https://c.example/v1/traces"}"#,
            r#"{"type":"otlp","url":"https://c.example/otlp/v1/logs/"}"#,
            r##"{"type":"datadog","url":"https://c.example/#x"}"##,
            r#"{"type":"datadog","url":"https://c.example/api/v2/rum"}"#,
        ] {
            let expected = ("intakes[0].url".to_owned(), RefusalCode::InvalidUrl);
            assert_eq!(validated(intake), (vec![], vec![expected]), "{intake}");
        }
        let (taken, refusals) = validated(
            r#"{"type":"otlp","url":"https://c.example/otlp"},{"type":"proxy","url":"https://p.example/?a=b"}"#,
        );
        assert_eq!((taken.len(), refusals), (3, vec![]));
    }

    #[test]
    fn a_bad_header_or_encoding_takes_nothing_good_with_it() {
        let (taken, refusals) = validated(
            r#"{"type":"otlp","url":"http://c.example","encoding":"xml",
                "headers":{"a b":"1","good":"2","Host":"3","bad":"4\n","number":5}},
               {"type":"otlp","url":"http://c.example/"},{"type":"otlp"},{"type":"zipkin"}"#,
        );
        assert_eq!(taken.len(), 2);
        assert!(
            matches!(&taken[0], Intake::Otlp { encoding: Encoding::Protobuf, headers, .. }
                if *headers == [("good".to_owned(), "2".to_owned())])
        );
        let field = |name: &str| format!("intakes[0].headers[{name:?}]");
        assert_eq!(
            refusals,
            [
                (field("number"), RefusalCode::WrongType),
                ("intakes[0].encoding".to_owned(), RefusalCode::UnknownName),
                (field("Host"), RefusalCode::InvalidCharacter),
                (field("a b"), RefusalCode::InvalidCharacter),
                (field("bad"), RefusalCode::InvalidCharacter),
                ("intakes[1]".to_owned(), RefusalCode::Duplicate),
                ("intakes[2].url".to_owned(), RefusalCode::InvalidUrl),
                ("intakes[3].type".to_owned(), RefusalCode::UnknownName),
            ]
        );
    }
}
