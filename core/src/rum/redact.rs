//! What recorded URLs do not tell: values of query parameters, and segments of paths. Only what is recorded changes, never the
//! request.

use std::borrow::Cow;
use std::collections::BTreeSet;

use url::form_urlencoded;

use super::call::FinishedCall;
use super::command::RumCommand;
use crate::config::{Refusal, RefusalCode};

/// What stands for a value (OpenTelemetry's semantic conventions, `url.query`).
pub const REDACTED: &str = "REDACTED";
/// All parameters.
const ALL: &str = "*";
/// Names of parameters, and patterns of paths: each URL is held against all of them.
const MOST: usize = 100;

/// The app's rules. By default nothing is redacted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redaction {
    all_parameters: bool,
    /// Names in lower case.
    parameters: BTreeSet<String>,
    patterns: Vec<Pattern>,
}

/// A pattern of a path, segment by segment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern(Vec<Segment>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// This text.
    Is(String),
    /// Any, and told as this, with its braces.
    Named(String),
}

impl Redaction {
    /// The rules that can be used; the others are refused alone.
    pub fn read(parameters: &[String], patterns: &[String], refusals: &mut Vec<Refusal>) -> Self {
        let mut rules = Self::default();
        let named = parameters.iter().filter(|name| !name.is_empty());
        for name in few("redacted_query_parameters", named, refusals) {
            if name == ALL {
                rules.all_parameters = true;
            } else {
                rules.parameters.insert(name.to_lowercase());
            }
        }
        for text in few("path_patterns", patterns.iter(), refusals) {
            match Pattern::parse(text) {
                Ok(pattern) => rules.patterns.push(pattern),
                Err(why) => refusals.push(Refusal::new(
                    "path_patterns",
                    text,
                    RefusalCode::InvalidPattern,
                    why,
                )),
            }
        }
        rules
    }

    /// Is nothing to be redacted?
    pub fn is_empty(&self) -> bool {
        !self.all_parameters && self.parameters.is_empty() && self.patterns.is_empty()
    }

    /// A URL as it is recorded.
    pub fn url<'a>(&self, url: &'a str) -> Cow<'a, str> {
        if self.is_empty() {
            return Cow::Borrowed(url);
        }
        let (rest, fragment) = split_before(url, '#');
        let (rest, query) = split_before(rest, '?');
        let path_at = match rest.find("://") {
            // A backslash ends the authority too: HTTP stacks read it so.
            Some(at) => {
                let authority = at + "://".len();
                let behind = rest.get(authority..).unwrap_or_default();
                authority + behind.find(['/', '\\']).unwrap_or(behind.len())
            }
            None => 0,
        };
        let (front, path) = rest.split_at(path_at);
        Cow::Owned(format!(
            "{front}{}{}{}",
            self.path(path),
            self.query(query),
            self.fragment(fragment),
        ))
    }

    /// All URLs of a call.
    pub fn call(&self, call: &mut FinishedCall) {
        if self.is_empty() {
            return;
        }
        let hops = call.hops.iter_mut().map(|hop| &mut hop.url);
        for url in std::iter::once(&mut call.url).chain(hops) {
            self.apply(url);
        }
        let headers = call.request_headers.iter_mut();
        for (name, value) in headers.chain(&mut call.response_headers) {
            // Headers whose value is a URL.
            let is_one_of =
                |known: &[&str]| known.iter().any(|known| name.eq_ignore_ascii_case(known));
            if is_one_of(&["location", "content-location", "referer"]) {
                self.apply(value);
            } else if is_one_of(&["link", "refresh"]) {
                // URLs among other things: nobody knows which part may be told.
                REDACTED.clone_into(value);
            }
        }
    }

    /// The URL of a request that the app tells of by hand.
    pub fn command(&self, command: &mut RumCommand) {
        if let RumCommand::StartResource { url, .. } = command {
            self.apply(url);
        }
    }

    fn apply(&self, url: &mut String) {
        if let Cow::Owned(redacted) = self.url(url) {
            *url = redacted;
        }
    }

    fn path<'a>(&self, path: &'a str) -> Cow<'a, str> {
        let told = self.patterns.iter().find_map(|pattern| pattern.told(path));
        told.map_or(Cow::Borrowed(path), Cow::Owned)
    }

    /// With the mark in front of it.
    fn query(&self, marked: &str) -> String {
        marked
            .split('&')
            .map(|pair| self.pair(pair))
            .collect::<Vec<_>>()
            .join("&")
    }

    /// OAuth hands tokens over there; an app's route in it has a query of its own.
    fn fragment(&self, marked: &str) -> String {
        match marked.rfind('?') {
            Some(at) => {
                let (route, query) = marked.split_at(at);
                format!("{}{}", self.query(route), self.query(query))
            }
            None => self.query(marked),
        }
    }

    /// A parameter, perhaps with the mark of its query in front. Some servers part parameters by semicolons too: from the first
    /// that is to be redacted on, nothing of such a group is told.
    fn pair(&self, pair: &str) -> String {
        let mut at = usize::from(pair.starts_with(['?', '#']));
        for part in pair.get(at..).unwrap_or_default().split(';') {
            if let Some((name, _)) = part.split_once('=')
                && self.is_redacted(name)
            {
                let front = pair.get(..at + name.len()).unwrap_or_default();
                return format!("{front}={REDACTED}");
            }
            at += part.len() + 1;
        }
        pair.to_owned()
    }

    fn is_redacted(&self, name: &str) -> bool {
        if self.all_parameters {
            return true;
        }
        // As a server reads it: `%74oken` is `token`.
        let read = form_urlencoded::parse(name.as_bytes()).next();
        read.is_some_and(|(name, _)| self.parameters.contains(&name.to_lowercase()))
    }
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let path = text
            .strip_prefix('/')
            .ok_or("must begin with /, as /users/{user}/cards")?;
        if path.contains(['?', '#']) {
            return Err("is of a path alone: name query parameters in redacted_query_parameters");
        }
        let segments: Vec<Segment> = path.split('/').map(Segment::parse).collect::<Option<_>>().ok_or(
            "a segment is a text, or a name in braces: /users/{user}; the name has letters, digits, - and _",
        )?;
        if !segments
            .iter()
            .any(|segment| matches!(segment, Segment::Named(_)))
        {
            return Err("names no segment: put what is to be replaced in braces, as /users/{user}");
        }
        Ok(Self(segments))
    }

    /// A path as it is told, where it is of this pattern. A slash at its end does not count.
    fn told(&self, path: &str) -> Option<String> {
        let inner = path.strip_prefix('/')?;
        let (inner, end) = match inner.strip_suffix('/') {
            Some(inner) => (inner, "/"),
            None => (inner, ""),
        };
        let given: Vec<&str> = inner.split('/').collect();
        if given.len() != self.0.len() {
            return None;
        }
        let mut told = String::with_capacity(path.len());
        for (segment, given) in self.0.iter().zip(given) {
            told.push('/');
            told.push_str(match segment {
                Segment::Is(text) if text == given => text,
                Segment::Named(name) if !given.is_empty() => name,
                _ => return None,
            });
        }
        Some(told + end)
    }
}

impl Segment {
    fn parse(text: &str) -> Option<Self> {
        let Some(rest) = text.strip_prefix('{') else {
            return (!text.contains(['{', '}'])).then(|| Self::Is(text.to_owned()));
        };
        let name = rest.strip_suffix('}')?;
        let of_a_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let good = !name.is_empty() && name.chars().all(of_a_name);
        good.then(|| Self::Named(text.to_owned()))
    }
}

/// The first so many of a list; what is over is refused.
fn few<'a>(
    field: &str,
    values: impl Iterator<Item = &'a String>,
    refusals: &mut Vec<Refusal>,
) -> Vec<&'a String> {
    let mut values: Vec<&String> = values.collect();
    if let Some(first) = values.get(MOST) {
        refusals.push(Refusal::new(
            field,
            first.as_str(),
            RefusalCode::TooLarge,
            format!("at most {MOST} are taken; this one and those behind it are left out"),
        ));
        values.truncate(MOST);
    }
    values
}

/// A text before a mark, and the rest from the mark on.
fn split_before(text: &str, mark: char) -> (&str, &str) {
    text.split_at(text.find(mark).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(parameters: &[&str], patterns: &[&str]) -> (Redaction, Vec<Refusal>) {
        let owned = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        let mut refusals = Vec::new();
        let rules = Redaction::read(&owned(parameters), &owned(patterns), &mut refusals);
        (rules, refusals)
    }

    #[test]
    fn values_of_named_parameters_are_not_told() {
        let (rules, refusals) = rules(&["token", "E-Mail"], &[]);
        assert_eq!(refusals, []);
        for (url, told) in [
            (
                "https://a.example/x?token=1&page=2",
                "https://a.example/x?token=REDACTED&page=2",
            ),
            (
                "https://a.example/x?page=2&TOKEN=1#top",
                "https://a.example/x?page=2&TOKEN=REDACTED#top",
            ),
            (
                "https://a.example/x?%74oken=1",
                "https://a.example/x?%74oken=REDACTED",
            ),
            (
                "https://a.example/x?e-mail=a%40b&e-mail=c",
                "https://a.example/x?e-mail=REDACTED&e-mail=REDACTED",
            ),
            (
                "https://a.example/x?a=1;token=2;b=3&c=4",
                "https://a.example/x?a=1;token=REDACTED&c=4",
            ),
            (
                "https://a.example/x?token=",
                "https://a.example/x?token=REDACTED",
            ),
            (
                "https://a.example/x?tokens=1&token",
                "https://a.example/x?tokens=1&token",
            ),
            (
                "https://a.example/cb#token=1&state=2",
                "https://a.example/cb#token=REDACTED&state=2",
            ),
            ("https://a.example/token=1", "https://a.example/token=1"),
            ("no url ?token=1", "no url ?token=REDACTED"),
            ("", ""),
        ] {
            assert_eq!(rules.url(url), told);
            assert_eq!(rules.url(told), told, "once more changes nothing");
        }
    }

    #[test]
    fn a_star_redacts_all_of_them() {
        let (rules, _) = rules(&["*"], &[]);
        assert_eq!(
            rules.url("https://u.example/x?a=1&b=é&=c&d"),
            "https://u.example/x?a=REDACTED&b=REDACTED&=REDACTED&d"
        );
    }

    #[test]
    fn the_first_pattern_that_fits_a_path_tells_it() {
        let (rules, refusals) = rules(
            &[],
            &[
                "/users/me",
                "/users/{user}/cards",
                "/users/{user}",
                "/{a}/{b}/{c}",
                "users/{id}",
                "/a/{b c}",
                "/x?{y}",
            ],
        );
        let codes: Vec<_> = refusals
            .iter()
            .map(|refusal| (refusal.value.as_str(), refusal.code))
            .collect();
        let refused = RefusalCode::InvalidPattern;
        assert_eq!(
            codes,
            [
                ("/users/me", refused),
                ("users/{id}", refused),
                ("/a/{b c}", refused),
                ("/x?{y}", refused)
            ]
        );
        for (url, told) in [
            (
                "https://a.example/users/4711/cards?page=1",
                "https://a.example/users/{user}/cards?page=1",
            ),
            (
                "https://a.example:8443/users/4711/",
                "https://a.example:8443/users/{user}/",
            ),
            (
                "https://a.example/users/4711#top",
                "https://a.example/users/{user}#top",
            ),
            (
                "https://a.example/users/4711/cards/9",
                "https://a.example/users/4711/cards/9",
            ),
            ("https://a.example/1/2/3", "https://a.example/{a}/{b}/{c}"),
            ("https://a.example/users/", "https://a.example/users/"),
            ("https://a.example", "https://a.example"),
            ("/users/4711", "/users/{user}"),
        ] {
            assert_eq!(rules.url(url), told);
        }
    }

    #[test]
    fn without_rules_nothing_is_copied() {
        assert!(matches!(
            Redaction::default().url("https://a.example/?a=1"),
            Cow::Borrowed(_)
        ));
    }

    #[test]
    fn more_rules_than_a_url_should_be_held_against_are_refused() {
        let names: Vec<String> = (0..101).map(|number| format!("p{number}")).collect();
        let mut refusals = Vec::new();
        let rules = Redaction::read(&names, &[], &mut refusals);
        assert_eq!(rules.url("?p99=1&p100=1"), "?p99=REDACTED&p100=1");
        assert_eq!(
            (refusals[0].value.as_str(), refusals[0].code),
            ("p100", RefusalCode::TooLarge)
        );
    }
}
