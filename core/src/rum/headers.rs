//! Headers of a request that its event tells: those that the app names, and never one that carries a secret.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::attributes::cut_to;
use crate::config::{Refusal, RefusalCode};

/// Headers of one direction that are told; names that an app may list.
pub const HEADERS: usize = 100;
/// Bytes of a value that are told.
const VALUE_BYTES: usize = 128;
/// Bytes of all names and values of one direction. These three are those of both of Datadog's SDKs (`ResourceHeadersExtractor`,
/// `HeaderProcessor`).
const BYTES: usize = 2_048;

/// Parts of names that are never told: those of Datadog's SDKs...
const SECRETS: [&str; 8] = [
    "token",
    "cookie",
    "secret",
    "authorization",
    "password",
    "credential",
    "bearer",
    "forwarded",
];
/// ...those that theirs take with one character or none between...
const SECRET_PAIRS: [(&str, &str); 7] = [
    ("api", "key"),
    ("secret", "key"),
    ("access", "key"),
    ("app", "key"),
    ("real", "ip"),
    ("connecting", "ip"),
    ("client", "ip"),
];
/// ...and what else signs somebody in: challenges and their answers, sessions, forgery tokens, signed requests.
const MORE_SECRETS: [&str; 7] = [
    "authenticat",
    "session",
    "csrf",
    "xsrf",
    "jwt",
    "signature",
    "passwd",
];

/// The names that can be used, in lower case, each once; the others are refused alone.
pub fn names(given: &[String], refusals: &mut Vec<Refusal>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in given {
        let lower = name.to_ascii_lowercase();
        let refused = if !is_told_by_schema(&lower) {
            Some((
                RefusalCode::InvalidCharacter,
                "a header is named by letters, digits and single hyphens, a letter first",
            ))
        } else if is_secret(&lower) {
            Some((
                RefusalCode::Secret,
                "a header of this name may carry a secret; it is never recorded",
            ))
        } else if names.contains(&lower) {
            None
        } else if names.len() == HEADERS {
            Some((RefusalCode::TooLarge, "at most 100 headers are recorded"))
        } else {
            names.push(lower);
            None
        };
        if let Some((code, message)) = refused {
            refusals.push(Refusal::new("captured_headers", name, code, message));
        }
    }
    names
}

/// May a header of this name, in lower case, carry a secret?
pub fn is_secret(name: &str) -> bool {
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    // `auth` as a word: `x-auth`, and not `author`.
    let is_auth = name.split('-').any(|word| word == "auth");
    is_auth
        || has(&SECRETS)
        || has(&MORE_SECRETS)
        || SECRET_PAIRS
            .iter()
            .any(|(first, second)| has_pair(name, first, second))
}

/// `api`, at most one character, `key`.
fn has_pair(name: &str, first: &str, second: &str) -> bool {
    name.match_indices(first).any(|(at, _)| {
        let behind = name.get(at + first.len()..).unwrap_or_default();
        let mut rest = behind.chars();
        rest.next();
        behind.starts_with(second) || rest.as_str().starts_with(second)
    })
}

/// Names that the event format has a place for (`resource.request.headers`).
fn is_told_by_schema(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.split('-').all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

/// The headers of one direction as a member of the event; none where there is nothing to tell. `names` are good ones; a header
/// that comes twice is told once, its values joined as HTTP joins them.
pub fn captured(names: &[String], headers: &[(String, String)]) -> Option<Value> {
    if names.is_empty() || headers.is_empty() {
        return None;
    }
    let mut given: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        let joined = given.entry(name.to_ascii_lowercase()).or_default();
        if !joined.is_empty() {
            joined.push_str(", ");
        }
        joined.push_str(value);
        cut_to(joined, VALUE_BYTES);
    }
    let mut room = BYTES;
    let mut told = Map::new();
    for name in names {
        let Some(value) = given.remove(name) else {
            continue;
        };
        let Some(left) = room.checked_sub(name.len() + value.len()) else {
            continue;
        };
        room = left;
        told.insert(name.clone(), Value::from(value));
    }
    (!told.is_empty()).then_some(Value::Object(told))
}

/// Takes out what was not asked for, so that it need not wait in the queue.
pub fn keep_captured(names: &[String], headers: &mut Vec<(String, String)>) {
    headers.retain_mut(|(name, value)| {
        let asked = names.iter().any(|known| known.eq_ignore_ascii_case(name));
        if asked {
            cut_to(value, VALUE_BYTES);
        }
        asked
    });
    headers.truncate(HEADERS);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    fn read(given: &[&str]) -> (Vec<String>, Vec<(String, RefusalCode)>) {
        let given: Vec<String> = given.iter().map(|name| (*name).to_owned()).collect();
        let mut refusals = Vec::new();
        let names = names(&given, &mut refusals);
        let refused = refusals
            .into_iter()
            .map(|refusal| (refusal.value, refusal.code));
        (names, refused.collect())
    }

    #[test]
    fn what_may_carry_a_secret_is_refused_by_name() {
        for name in [
            "Authorization",
            "cookie",
            "set-cookie",
            "proxy-authorization",
            "x-api-key",
            "apikey",
            "x-access-key",
            "app-key",
            "x-auth-token",
            "x-auth",
            "www-authenticate",
            "proxy-authenticate",
            "authentication-info",
            "x-csrf-token",
            "x-xsrf",
            "x-amz-security-token",
            "x-forwarded-for",
            "forwarded",
            "x-real-ip",
            "cf-connecting-ip",
            "true-client-ip",
            "x-session-id",
            "x-hub-signature",
            "x-user-passwd",
            "x-secret",
        ] {
            let (names, refused) = read(&[name]);
            assert_eq!(
                (names, refused),
                (vec![], vec![(name.to_owned(), RefusalCode::Secret)])
            );
        }
        for name in [
            "author",
            "authority",
            "x-cache",
            "etag",
            "content-type",
            "x-keyboard",
            "x-apiary",
            "x-request-id",
        ] {
            assert_eq!(read(&[name]), (vec![name.to_owned()], vec![]));
        }
    }

    #[test]
    fn names_are_read_in_any_case_and_once_and_what_the_format_cannot_tell_is_refused() {
        let (names, refused) = read(&[
            "ETag", "etag", "X-Cache", "", "a b", "x--y", "1st", "x_y", "é",
        ]);
        assert_eq!(names, ["etag", "x-cache"]);
        let invalid = |name: &str| (name.to_owned(), RefusalCode::InvalidCharacter);
        assert_eq!(refused, ["", "a b", "x--y", "1st", "x_y", "é"].map(invalid));
    }

    #[test]
    fn only_named_headers_are_told_in_the_order_and_the_room_that_there_is() {
        let names: Vec<String> = ["etag", "x-cache", "vary"].map(str::to_owned).to_vec();
        let headers = owned(&[
            ("ETag", "\"1\""),
            ("Vary", "accept"),
            ("authorization", "Bearer x"),
            ("vary", "origin"),
        ]);
        assert_eq!(
            captured(&names, &headers),
            Some(json!({"etag": "\"1\"", "vary": "accept, origin"}))
        );
        let mut kept = headers;
        keep_captured(&names, &mut kept);
        assert_eq!(kept.len(), 3);
        assert_eq!(captured(&names, &owned(&[("x-other", "1")])), None);
        assert_eq!(captured(&[], &kept), None);
    }

    #[test]
    fn many_and_long_headers_are_told_within_2_kb() {
        let names: Vec<String> = (0..100).map(|number| format!("x-h{number}")).collect();
        let headers: Vec<_> = names
            .iter()
            .map(|name| (name.clone(), "é".repeat(1_000)))
            .collect();
        let told = captured(&names, &headers).unwrap();
        let told = told.as_object().unwrap();
        let bytes: usize = told
            .iter()
            .map(|(name, value)| name.len() + value.as_str().unwrap().len())
            .sum();
        assert!(bytes <= BYTES && bytes > BYTES - 200, "{bytes}");
        assert!(
            told.values()
                .all(|value| value.as_str().unwrap().len() == VALUE_BYTES)
        );
    }
}
