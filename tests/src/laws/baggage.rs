//! What holds of a merged `baggage` (W3C Baggage, 3.3).

/// Members that every service must propagate.
const MEMBERS: usize = 64;
/// Bytes that every service must propagate.
const BYTES: usize = 8_192;

/// The app's members come first, as they are and in their order; ours follow, each at most once and in the place of the
/// app's of that name, percent-encoded, as far as the limits allow; where they don't, the app's stays. What no header may
/// hold is left as it is: there is no result.
pub fn check(ours: &[(&str, &str)], incoming: &[&str], result: Option<&str>) {
    let legal = |header: &&str| header.chars().all(|c| matches!(c, '\t' | ' '..='~'));
    if !incoming.iter().all(legal) {
        assert_eq!(result, None);
        return;
    }
    let result = result.expect("a header of the app's that can be sent again is merged");
    let theirs: Vec<_> = incoming
        .iter()
        .flat_map(|header| header.split(','))
        .filter_map(their_member)
        .collect();
    let their_own = |name: &str| {
        theirs
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, member)| member.clone())
            .collect::<Vec<_>>()
    };

    let is_ours = |key: &str| ours.iter().any(|(name, _)| *name == key);
    let mut expected: Vec<_> = theirs
        .iter()
        .filter(|(key, _)| !is_ours(key))
        .map(|(_, member)| member.clone())
        .collect();
    for (at, (name, value)) in ours.iter().enumerate() {
        let encoded = encode(value);
        assert_eq!(decode(&encoded).as_deref(), Some(*value));
        let mut with_ours = expected.clone();
        with_ours.push(format!("{name}={encoded}"));
        let to_come = ours[at + 1..].iter().flat_map(|(name, _)| their_own(name));
        let all: Vec<_> = with_ours.iter().cloned().chain(to_come).collect();
        if is_within_limits(&all) {
            expected = with_ours;
        } else {
            expected.extend(their_own(name));
        }
    }
    assert_eq!(result, expected.join(","));
    let alone: Vec<_> = theirs.iter().map(|(_, member)| member.clone()).collect();
    assert!(
        is_within_limits(&expected) || !is_within_limits(&alone),
        "{result}"
    );
}

fn is_within_limits(members: &[String]) -> bool {
    members.len() <= MEMBERS && members.join(",").len() <= BYTES
}

/// The key of a member of the app's, and the member as it should go on; None for what is no member.
fn their_member(member: &str) -> Option<(String, String)> {
    // Tabs are white space here, and a space says the same.
    let member = member.replace('\t', " ");
    let (key, _) = member.split_once('=')?;
    let key = key.trim_matches(' ');
    let is_key = !key.is_empty() && !key.contains([' ', ';']);
    is_key.then(|| (key.to_owned(), member.trim_matches(' ').to_owned()))
}

/// Percent-encoded UTF-8: `baggage-octet`s stay, but for `%`, and for `+` and `=`, which readers exist that misread.
fn encode(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'%' | b'+' | b'=' => format!("%{byte:02X}"),
            0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// The text behind a value; None where its escapes are broken.
pub fn decode(value: &str) -> Option<String> {
    let mut pieces = value.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}
