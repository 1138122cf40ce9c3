//! `tracestate`: our members in front of the app's own ones (W3C Trace Context, 3.3).

use super::text::Text;
use crate::limits;

/// Appends what the app has set to our own members, which stand in `text` from `start` on and have `keys`.
///
/// `incoming` holds the values of the request's `tracestate` headers, in order. An invalid one is discarded as a whole,
/// as the specification wants: one bad byte makes OpenTelemetry's readers drop every vendor's member. A member of one of
/// our keys is replaced. When the result is over 32 members or 512 characters, members over 128 characters go first, then
/// members from the right, never ours. Allocates nothing when there is nothing to append.
pub fn append<'a>(
    text: &mut Text,
    start: usize,
    keys: &[&str],
    incoming: impl Iterator<Item = &'a str> + Clone,
) {
    let mut members = members(incoming).unwrap_or_default();
    members.retain(|member| !keys.contains(&member.key));
    members.truncate(limits::TRACESTATE_MEMBERS.saturating_sub(keys.len()));
    shrink(&mut members, text.len() - start);
    for member in members {
        text.push(&[",", member.text]);
    }
}

#[derive(Clone, Copy)]
struct Member<'a> {
    key: &'a str,
    /// `key=value`.
    text: &'a str,
}

/// The members in order, the first of each key; None when anything is malformed.
fn members<'a>(incoming: impl Iterator<Item = &'a str>) -> Option<Vec<Member<'a>>> {
    let mut members: Vec<Member<'a>> = Vec::new();
    let mut count = 0;
    for text in incoming.flat_map(|header| header.split(',')) {
        let text = text.trim_matches([' ', '\t']);
        // Empty members are allowed, and mean nothing.
        if text.is_empty() {
            continue;
        }
        count += 1;
        let (key, value) = text.split_once('=')?;
        if count > limits::TRACESTATE_MEMBERS || !is_key(key) || !is_value(value) {
            return None;
        }
        // Keys are unique; of two the left one is newer.
        if members.iter().all(|member| member.key != key) {
            members.push(Member { key, text });
        }
    }
    Some(members)
}

fn shrink(members: &mut Vec<Member<'_>>, own: usize) {
    while length(members, own) > limits::TRACESTATE_CHARS {
        let long = members
            .iter()
            .rposition(|member| member.text.len() > limits::TRACESTATE_LONG_ENTRY);
        match long {
            Some(at) => {
                members.remove(at);
            }
            None if members.is_empty() => return,
            None => members.truncate(members.len() - 1),
        }
    }
}

fn length(members: &[Member<'_>], own: usize) -> usize {
    own + members
        .iter()
        .map(|member| 1 + member.text.len())
        .sum::<usize>()
}

/// The wider key of Trace Context level 2 and its editor's draft: readers of level 1 drop a member, not the header.
fn is_key(key: &str) -> bool {
    let first = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let rest = |byte: u8| first(byte) || matches!(byte, b'_' | b'-' | b'*' | b'/' | b'@');
    key.len() <= 256 && key.bytes().next().is_some_and(first) && key.bytes().all(rest)
}

/// 1 to 256 printable characters without comma and equals sign, the last no space.
fn is_value(value: &str) -> bool {
    let printable = |byte: u8| matches!(byte, 0x20..=0x7e) && !matches!(byte, b',' | b'=');
    (1..=256).contains(&value.len()) && !value.ends_with(' ') && value.bytes().all(printable)
}

#[cfg(test)]
mod tests {
    use super::{Text, append};

    fn merged_with(ours: &str, keys: &[&str], incoming: &[&str]) -> String {
        let mut text = Text::default();
        text.push(&["before", ours]);
        append(&mut text, "before".len(), keys, incoming.iter().copied());
        text.finish().split_off("before".len())
    }

    fn merged(incoming: &str) -> String {
        merged_with("dd=s:1", &["dd"], &[incoming])
    }

    #[test]
    fn ours_goes_in_front() {
        assert_eq!(merged("congo=t61rcWkgMzE"), "dd=s:1,congo=t61rcWkgMzE");
        assert_eq!(merged(""), "dd=s:1");
        assert_eq!(merged_with("dd=s:1", &["dd"], &[]), "dd=s:1");
        assert_eq!(merged(" a=1 ,,\tb=2\t, "), "dd=s:1,a=1,b=2");
        assert_eq!(
            merged_with("dd=s:1", &["dd"], &["a=1", "b=2"]),
            "dd=s:1,a=1,b=2"
        );
        assert_eq!(
            merged_with("dd=s:1,rum=x", &["dd", "rum"], &["rum=old,a=1,dd=2"]),
            "dd=s:1,rum=x,a=1"
        );
    }

    #[test]
    fn a_member_of_our_key_is_replaced_and_a_repeated_key_stands_once() {
        assert_eq!(merged("a=1,dd=s:0;o:x,b=2"), "dd=s:1,a=1,b=2");
        assert_eq!(merged("a=1,b=2,a=3"), "dd=s:1,a=1,b=2");
    }

    #[test]
    fn one_bad_member_discards_the_incoming_header() {
        for bad in [
            "foo=bar=baz",
            "foo",
            "=1",
            "foo=",
            "Foo=1",
            "a=1,b=\u{e9}",
            "a=1,b=\t2x\u{7f}",
            "ä=1",
            "a b=1",
            "*a=1",
            "a=1;b",
            "rum=应用",
        ] {
            let expected = if bad == "a=1;b" {
                "dd=s:1,a=1;b"
            } else {
                "dd=s:1"
            };
            assert_eq!(merged(bad), expected, "{bad}");
        }
        assert_eq!(merged(&format!("a={}", "x".repeat(257))), "dd=s:1");
        assert_eq!(merged(&format!("{}=1", "x".repeat(257))), "dd=s:1");
    }

    #[test]
    fn thirty_two_members_are_the_most() {
        let list = |count: usize| {
            (0..count)
                .map(|n| format!("k{n}=1"))
                .collect::<Vec<_>>()
                .join(",")
        };
        assert_eq!(merged(&list(32)), format!("dd=s:1,{}", list(31)));
        assert_eq!(merged(&list(33)), "dd=s:1");
    }

    #[test]
    fn long_members_go_first_then_those_on_the_right() {
        let long = format!("long={}", "x".repeat(200));
        let short = |key: &str| format!("{key}={}", "y".repeat(100));
        let incoming = format!(
            "{},{long},{},{},{}",
            short("a"),
            short("b"),
            short("c"),
            short("d")
        );
        assert_eq!(
            merged(&incoming),
            format!(
                "dd=s:1,{},{},{},{}",
                short("a"),
                short("b"),
                short("c"),
                short("d")
            )
        );
        let incoming = format!(
            "{},{},{},{},{}",
            short("a"),
            short("b"),
            short("c"),
            short("d"),
            short("e")
        );
        let result = merged(&incoming);
        assert!(
            result.len() <= 512 && result.ends_with(&short("d")),
            "{result}"
        );
        // Two long members, of which one is enough: the right one goes.
        let incoming = format!("p={0},q={0}", "x".repeat(253));
        assert_eq!(merged(&incoming), format!("dd=s:1,p={}", "x".repeat(253)));
    }
}
