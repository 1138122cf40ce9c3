//! What holds of a merged `baggage` (W3C Baggage, 3.3).

/// Members that every service must propagate.
const MEMBERS: usize = 64;
/// Bytes that every service must propagate.
const BYTES: usize = 8_192;

/// The app's members come first, as they are and in their order, without those of our keys; ours follow, each at most
/// once, percent-encoded, as far as the limits allow. What no header may hold is left as it is: there is no result.
pub fn check(ours: &[(&str, &str)], incoming: &[&str], result: Option<&str>) {
    let legal = |header: &&str| header.chars().all(|c| matches!(c, '\t' | ' '..='~'));
    if !incoming.iter().all(legal) {
        assert_eq!(result, None);
        return;
    }
    let result = result.expect("a header of the app's that can be sent again is merged");
    let members: Vec<_> = result.split(',').collect();
    let theirs: Vec<_> = incoming
        .iter()
        .flat_map(|header| header.split(','))
        .filter_map(|member| their_member(ours, member))
        .collect();
    let (front, behind) = members.split_at(theirs.len().min(members.len()));
    let front: Vec<_> = front.iter().map(|member| (*member).to_owned()).collect();
    assert_eq!(front, theirs, "{result}");

    let mut written = theirs.join(",");
    let mut count = theirs.len();
    let mut behind = behind.iter().peekable();
    for (name, value) in ours {
        let encoded = format!("{name}={}", encode(value));
        let length = written.len() + usize::from(count > 0) + encoded.len();
        if behind.next_if(|member| **member == encoded).is_some() {
            let separator = if count > 0 { "," } else { "" };
            written = format!("{written}{separator}{encoded}");
            count += 1;
            assert!(count <= MEMBERS && length <= BYTES, "{result}");
            let (_, value_again) = encoded.split_once('=').unwrap();
            assert_eq!(decode(value_again).as_deref(), Some(*value));
        } else {
            assert!(
                count >= MEMBERS || length > BYTES,
                "{name} is missing: {result}"
            );
        }
    }
    assert_eq!(behind.next(), None, "{result}");
}

/// A member of the app's as it should go on; None for what is no member, and for one of ours.
fn their_member(ours: &[(&str, &str)], member: &str) -> Option<String> {
    // Tabs are white space here, and a space says the same.
    let member = member.replace('\t', " ");
    let (key, _) = member.split_once('=')?;
    let key = key.trim_matches(' ');
    let is_key = !key.is_empty() && !key.contains([' ', ';']);
    let is_ours = ours.iter().any(|(name, _)| *name == key);
    (is_key && !is_ours).then(|| member.trim_matches(' ').to_owned())
}

/// Percent-encoded UTF-8: `baggage-octet`s without `%` stay.
fn encode(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'%' => "%25".to_owned(),
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
