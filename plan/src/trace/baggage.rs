//! W3C Baggage: who made the request, for the services behind it. It goes to hosts that ask for it, beside a trace.

use std::borrow::Cow;
use std::sync::Arc;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::header_list::HeaderWriter;
use super::outgoing::Outgoing;
use super::plan::SessionIdentity;
use super::text::Text;
use crate::limits;

pub(super) const BAGGAGE: &str = "baggage";

/// What `baggage-octet` leaves out (W3C Baggage, 3.3.1.3), and `%`: everything outside `%x21 %x23-2B %x2D-3A %x3C-5B %x5D-7E`.
/// Two more that it allows are encoded for readers that take them for something else: `+` for a space (OpenTelemetry for
/// Python, dd-java-agent, dd-trace-go), `=` for the value's end (OpenTelemetry and Datadog for Rust).
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b',')
    .add(b';')
    .add(b'\\')
    .add(b'%')
    .add(b'+')
    .add(b'=');

/// Our members, by the names that Datadog gave them.
const SESSION_ID: &str = "session.id";
const USER_ID: &str = "user.id";
const ACCOUNT_ID: &str = "account.id";

/// Who is named beside the session, where the app has told who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaggageMembers {
    /// The user, as `user.id`.
    pub user: bool,
    /// The account, as `account.id`.
    pub account: bool,
}

impl BaggageMembers {
    /// The session without those who are not to be named.
    pub(super) fn of<'a>(self, session: &SessionIdentity<'a>) -> SessionIdentity<'a> {
        SessionIdentity {
            user_id: session.user_id.filter(|_| self.user),
            account_id: session.account_id.filter(|_| self.account),
            ..*session
        }
    }
}

impl Default for BaggageMembers {
    /// Everybody that the app has told of.
    fn default() -> Self {
        Self {
            user: true,
            account: true,
        }
    }
}

/// A value as `baggage` holds it: encoded once, for every plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaggageValue(Arc<str>);

impl BaggageValue {
    /// Of any text.
    pub fn new(text: &str) -> Self {
        Self(Cow::from(utf8_percent_encode(text, UNSAFE)).into())
    }

    fn as_str(&self) -> &str {
        &self.0
    }
}

/// A member of ours.
struct Ours<'a> {
    name: &'static str,
    value: &'a str,
    /// The app's own of that name.
    replaced: Size,
}

/// What members take of the header, each with the comma before it.
#[derive(Clone, Copy, Default)]
struct Size {
    members: usize,
    bytes: usize,
}

impl Size {
    fn add(&mut self, member: &str) {
        self.members += 1;
        self.bytes += 1 + member.len();
    }

    fn subtract(&mut self, other: Self) {
        self.members -= other.members;
        self.bytes -= other.bytes;
    }
}

/// Writes `baggage`: what the app has set, then our members in its place or behind it.
///
/// The app's own come first and stay as they are, but for what is no member at all. One of ours that would take the header
/// over 64 members or 8,192 bytes is left out, and the app's own of that name stays. A header of the app's with bytes that
/// no header may hold is left as it is.
pub(super) fn write(out: &Outgoing<'_>, headers: &mut HeaderWriter) {
    let incoming = out.app_headers.all(BAGGAGE);
    if !incoming.clone().all(is_legal) {
        return;
    }
    let own = incoming
        .flat_map(|header| header.split(','))
        .map(|member| member.trim_matches([' ', '\t']))
        .filter(|member| !member.is_empty());
    let mut ours = [
        // A UUID needs no encoding.
        (SESSION_ID, Some(out.session.id)),
        (USER_ID, out.session.user_id.map(BaggageValue::as_str)),
        (ACCOUNT_ID, out.session.account_id.map(BaggageValue::as_str)),
    ]
    .map(|(name, value)| {
        value.map(|value| Ours {
            name,
            value,
            replaced: Size::default(),
        })
    });
    headers.push_with(BAGGAGE, |text| {
        let mut list = List::begin(text);
        let mut to_come = Size::default();
        for member in own.clone() {
            let Some(key) = key_of(member) else {
                continue;
            };
            match ours.iter_mut().flatten().find(|ours| ours.name == key) {
                Some(ours) => {
                    ours.replaced.add(member);
                    to_come.add(member);
                }
                None => list.add_theirs(member),
            }
        }
        for ours in ours.iter().flatten() {
            // The app's own that may have to stay behind this one has its place kept.
            to_come.subtract(ours.replaced);
            if !list.add_ours(ours, to_come) {
                own.clone()
                    .filter(|member| key_of(member) == Some(ours.name))
                    .for_each(|member| list.add_theirs(member));
            }
        }
    });
}

/// The key before `=`. None for what is no member: readers exist (Datadog's) that drop the whole header for one.
fn key_of(member: &str) -> Option<&str> {
    let (key, _) = member.split_once('=')?;
    let key = key.trim_matches([' ', '\t']);
    (!key.is_empty() && !key.contains([' ', '\t', ';'])).then_some(key)
}

/// Visible ASCII, spaces and tabs: what OkHttp and URLSession take in a header.
fn is_legal(header: &str) -> bool {
    header
        .bytes()
        .all(|byte| matches!(byte, b'\t' | 0x20..=0x7e))
}

/// Members in the making.
struct List<'a> {
    text: &'a mut Text,
    start: usize,
    members: usize,
}

impl<'a> List<'a> {
    fn begin(text: &'a mut Text) -> Self {
        Self {
            start: text.len(),
            members: 0,
            text,
        }
    }

    fn begin_member(&mut self) {
        if self.members > 0 {
            self.text.push(&[","]);
        }
        self.members += 1;
    }

    /// As it is, but for tabs: they are white space here, a space says the same, and all platforms send it alike.
    fn add_theirs(&mut self, member: &str) {
        self.begin_member();
        for (at, piece) in member.split('\t').enumerate() {
            self.text.push(&[if at > 0 { " " } else { "" }, piece]);
        }
    }

    /// False where it does not fit beside what may come; then nothing was added.
    fn add_ours(&mut self, ours: &Ours<'_>, to_come: Size) -> bool {
        let comma = usize::from(self.members > 0);
        let before = self.text.len() - self.start;
        let bytes = before + comma + ours.name.len() + "=".len() + ours.value.len();
        let fits = self.members + 1 + to_come.members <= limits::BAGGAGE_MEMBERS
            && bytes + to_come.bytes <= limits::BAGGAGE_BYTES;
        if fits {
            self.begin_member();
            self.text.push(&[ours.name, "=", ours.value]);
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::super::decision::Verdict;
    use super::super::outgoing::tests::Example;
    use super::BaggageValue;

    const SESSION: &str = "session.id=88ef85ab-7902-45f0-b93b-2def1ec3e5fe";

    fn written(
        user: Option<&'static str>,
        app_headers: &'static [(&'static str, &'static str)],
    ) -> Vec<String> {
        let example = Example {
            user_id: user.map(BaggageValue::new),
            app_headers,
            ..Example::usual(Verdict::Kept)
        };
        example.values(super::write)
    }

    #[test]
    fn values_are_percent_encoded_utf_8() {
        for (user, encoded) in [
            ("4711", "4711"),
            ("Zoë Müller", "Zo%C3%AB%20M%C3%BCller"),
            ("a,b;c=d%\"\\", "a%2Cb%3Bc%3Dd%25%22%5C"),
            ("ann+work@example.com", "ann%2Bwork@example.com"),
            ("\u{1f600}\r\n\0\u{7f}", "%F0%9F%98%80%0D%0A%00%7F"),
            ("!#$&'()*-./:<>?@[]^_`{|}~", "!#$&'()*-./:<>?@[]^_`{|}~"),
        ] {
            assert_eq!(
                written(Some(user), &[]),
                [format!("{SESSION},user.id={encoded}")]
            );
        }
    }

    #[test]
    fn the_apps_members_stay_and_ours_replace_theirs() {
        assert_eq!(
            written(
                Some("1"),
                &[
                    ("Baggage", " a=1 ;p=2 , session.id = old,, account.id=7"),
                    ("baggage", "b,=c,d=")
                ]
            ),
            [format!("a=1 ;p=2,account.id=7,d=,{SESSION},user.id=1")]
        );
    }

    #[test]
    fn a_header_that_cannot_be_sent_again_is_left_alone() {
        assert!(written(None, &[("baggage", "name=Zo\u{eb}")]).is_empty());
    }

    #[test]
    fn what_would_be_too_much_is_left_out() {
        let full = |members: usize, length: usize| {
            let value = "x".repeat(length);
            let text = vec![format!("k={value}"); members].join(",");
            let text: &'static str = Box::leak(text.into_boxed_str());
            let headers: &'static [(&str, &str)] = Box::leak(Box::new([("baggage", text)]));
            (text, headers)
        };
        let (text, headers) = full(63, 1);
        assert_eq!(written(Some("1"), headers), [format!("{text},{SESSION}")]);
        let (text, headers) = full(64, 1);
        assert_eq!(written(Some("1"), headers), [text]);
        // The session does not fit any more, the user does.
        let (text, headers) = full(1, 8_192 - 2 - 11);
        assert_eq!(written(Some("1"), headers), [format!("{text},user.id=1")]);
    }

    #[test]
    fn where_ours_does_not_fit_the_apps_own_stays() {
        let text = format!("user.id=x,a={}", "x".repeat(8_150));
        let text: &'static str = Box::leak(text.into_boxed_str());
        let headers: &'static [(&str, &str)] = Box::leak(Box::new([("baggage", text)]));
        let long: &'static str = Box::leak("y".repeat(100).into_boxed_str());
        let kept = written(Some(long), headers).remove(0);
        assert!(kept.ends_with(",user.id=x"), "{kept}");
        assert!(!kept.contains("yyy"));
    }
}
