//! What holds of a merged `tracestate` (W3C Trace Context, 3.3).

use std::collections::BTreeSet;

/// Members of a header.
const MEMBERS: usize = 32;
/// Characters of a header that are carried.
const CHARACTERS: usize = 512;
/// Members over this length go before others.
const LONG: usize = 128;

/// Ours stand left-most; the app's behind them are whole, in their order, each key once; none is lost without need; one
/// malformed member loses all of the app's.
pub fn check(ours: &[String], incoming: &[&str], result: &str) {
    let members: Vec<_> = result.split(',').collect();
    let (front, theirs) = members.split_at(ours.len().min(members.len()));
    assert_eq!(front, ours, "{result}");
    assert!(ours.iter().all(|member| is_member(member)), "{result}");
    assert!(members.len() <= MEMBERS, "{} members", members.len());
    assert!(result.len() <= CHARACTERS, "{} characters", result.len());

    let wanted = wanted(ours, incoming);
    let mut left = wanted.iter();
    for member in theirs {
        assert!(
            left.any(|wanted| wanted == member),
            "{member} is new, or out of order: {result}"
        );
    }
    check_nothing_is_lost_without_need(ours, &wanted, theirs);
}

/// The app's members that should go on: none where one is malformed or they are too many.
fn wanted<'a>(ours: &[String], incoming: &[&'a str]) -> Vec<&'a str> {
    let members: Vec<_> = incoming
        .iter()
        .flat_map(|header| header.split(','))
        .map(|member| member.trim_matches([' ', '\t']))
        .filter(|member| !member.is_empty())
        .collect();
    if members.len() > MEMBERS || !members.iter().all(|member| is_member(member)) {
        return Vec::new();
    }
    let mut keys: BTreeSet<_> = ours.iter().map(|member| key(member)).collect();
    members
        .into_iter()
        .filter(|member| keys.insert(key(member)))
        .collect()
}

fn check_nothing_is_lost_without_need(ours: &[String], wanted: &[&str], theirs: &[&str]) {
    let count = ours.len() + wanted.len();
    let length = ours.join(",").len() + wanted.iter().map(|member| 1 + member.len()).sum::<usize>();
    if count <= MEMBERS && length <= CHARACTERS {
        assert_eq!(wanted, theirs);
    }
    if count <= MEMBERS {
        let lost: Vec<_> = wanted
            .iter()
            .filter(|member| !theirs.contains(member))
            .collect();
        let is_long = |member: &&str| member.len() > LONG;
        assert!(
            !theirs.iter().any(is_long) || lost.iter().all(|member| is_long(member)),
            "a short member is lost and a long one is not: {lost:?}"
        );
    }
}

fn key(member: &str) -> &str {
    member.split('=').next().unwrap_or_default()
}

/// `key=value` as the level 2 draft has it.
pub fn is_member(member: &str) -> bool {
    let Some((key, value)) = member.split_once('=') else {
        return false;
    };
    let mut characters = key.chars();
    let first = characters
        .next()
        .is_some_and(|c| matches!(c, 'a'..='z' | '0'..='9'));
    let rest = characters.all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-' | '*' | '/' | '@'));
    let printable = value.chars().all(|c| matches!(c, ' '..='~')) && !value.contains([',', '=']);
    let lengths = key.len() <= 256 && (1..=256).contains(&value.len());
    first && rest && printable && lengths && !value.ends_with(' ')
}
