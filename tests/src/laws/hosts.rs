//! What holds of configured hosts and of the look-up.

use std::collections::BTreeMap;
use std::net::IpAddr;

use handspan_core::config::HostRule;
use handspan_core::hosts::{HostMatch, HostTable, parse_configured};

/// DNS: a host name has at most 253 characters.
const CHARACTERS: usize = 253;

/// A configured host is taken in one form and then found, or refused with words; the look-up of `asked` agrees with the
/// plainest model; a URL of the same text goes to the host that was matched.
pub fn check(written: &[&str], asked: &str) {
    let taken: Vec<String> = written.iter().filter_map(|host| taken(host)).collect();
    let table = table(written);
    let distinct: std::collections::BTreeSet<_> = taken.iter().collect();
    assert_eq!(table.len(), distinct.len());

    let found = found(&table, asked);
    assert_eq!(found, model(&taken, asked), "{asked:?} among {taken:?}");
    // The host that gets the bytes is the host that is matched.
    let url = url::Url::parse(&format!("https://{asked}/"));
    if let (Ok(url), Found::Ours(entry)) = (url, found) {
        let gets_the_bytes = url.host_str().unwrap_or_default();
        let matched = self::found(&table, gets_the_bytes);
        assert_eq!(
            matched,
            Found::Ours(entry),
            "{asked:?} goes to {gets_the_bytes}"
        );
    }
}

/// What a look-up says.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Ours(String),
    NotOurs,
    Invalid,
}

fn found(table: &HostTable, asked: &str) -> Found {
    match table.find(asked) {
        HostMatch::Ours(entry) => Found::Ours(entry.host.to_string()),
        HostMatch::NotOurs => Found::NotOurs,
        HostMatch::Invalid => Found::Invalid,
    }
}

fn table(written: &[&str]) -> HostTable {
    let rules: BTreeMap<_, _> = written
        .iter()
        .map(|host| ((*host).to_owned(), HostRule::default()))
        .collect();
    HostTable::build(&rules, "first_party_hosts", &mut Vec::new())
}

/// The form in which a written host is kept.
fn taken(written: &str) -> Option<String> {
    match parse_configured(written) {
        Ok(configured) => {
            let host = configured.host.to_string();
            let again = parse_configured(&host).unwrap_or_else(|_| panic!("{host} is refused"));
            assert_eq!(*again.host, host);
            assert_eq!(again.address, configured.address);
            let table = table(&[written]);
            if !host.contains('*') {
                assert_eq!(found(&table, &host), Found::Ours(host.clone()));
            }
            Some(host)
        }
        Err((_, why)) => {
            assert!(!why.is_empty());
            assert!(table(&[written]).is_empty(), "{written:?}");
            None
        }
    }
}

/// The rule in its plainest words.
fn model(taken: &[String], asked: &str) -> Found {
    let Some(host) = normalised(asked) else {
        return Found::Invalid;
    };
    let best = taken
        .iter()
        .filter(|entry| takes_in(entry, &host))
        .max_by_key(|entry| {
            let before_the_star = entry.split_once('*').map(|(before, _)| before.len());
            (
                entry.split('.').count(),
                before_the_star.is_none(),
                before_the_star,
            )
        });
    best.map_or(Found::NotOurs, |entry| Found::Ours(entry.clone()))
}

fn takes_in(entry: &str, host: &str) -> bool {
    if host.parse::<IpAddr>().is_ok() {
        return entry == host;
    }
    match entry.split_once("*.") {
        None => host == entry || host.ends_with(&format!(".{entry}")),
        Some((start, parent)) => host
            .strip_suffix(&format!(".{parent}"))
            .and_then(|below| below.rsplit('.').next())
            .is_some_and(|label| label.starts_with(start)),
    }
}

/// The one form in which hosts are compared; None where `asked` is no host.
pub fn normalised(asked: &str) -> Option<String> {
    let address = |text: &str| Some(text.parse::<IpAddr>().ok()?.to_canonical().to_string());
    if let Some(inside) = asked.strip_prefix('[') {
        let inside = inside.strip_suffix(']')?;
        return address(inside).filter(|_| inside.contains(':'));
    }
    if asked.contains(':') {
        return address(asked);
    }
    let ascii = if asked.is_ascii() {
        asked.to_ascii_lowercase()
    } else if asked.contains('%') || asked.len() > 4 * CHARACTERS {
        return None;
    } else {
        url::Host::parse(asked).ok()?.to_string()
    };
    let host = ascii.strip_suffix('.').unwrap_or(&ascii);
    let last = host.rsplit('.').next()?;
    let number = !last.is_empty() && last.chars().all(|c| c.is_ascii_digit());
    let hexadecimal = last
        .strip_prefix("0x")
        .is_some_and(|digits| digits.chars().all(|c| c.is_ascii_hexdigit()));
    if number || hexadecimal {
        return address(host);
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .chars()
                .all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_'))
    };
    let good = host.len() <= CHARACTERS && host.split('.').all(is_label);
    good.then(|| host.to_owned())
}
