//! What holds of the `sw8` that goes out.

use super::hop::Hop;
use super::hosts::normalised;
use super::readers::sw8::parse;

/// What SkyWalking keeps of a service's or an instance's name, characters.
const NAME: usize = 50;
/// SkyWalking refuses an endpoint of 150 characters.
const ENDPOINT: usize = 149;

/// Eight fields that name the trace, the phone and whom it calls; the halves of the segment XOR to the span's id.
pub fn check(hop: &Hop, value: &str) {
    let sw8 = parse(value).unwrap_or_else(|| panic!("{value}"));
    assert!(sw8.sampled && sw8.span == 0, "{sw8:?}");
    assert_eq!(sw8.trace, format!("{:032x}", hop.trace));
    let segment = u128::from_str_radix(&sw8.segment, 16).unwrap();
    assert_eq!(sw8.segment, format!("{segment:032x}"));
    assert_eq!((segment >> 64) as u64 ^ segment as u64, hop.span);

    assert_eq!(sw8.service, format!("rum-{}", hop.source));
    let version = hop.version.as_deref().filter(|text| !text.is_empty());
    let version = version.unwrap_or("unknown");
    assert!(sw8.instance.chars().count() <= NAME, "{sw8:?}");
    assert!(is_start(&sw8.instance, version, NAME), "{sw8:?}");

    let path = if hop.path.is_empty() { "/" } else { &hop.path };
    let endpoint = format!("{}.request:{path}", hop.source);
    assert!(sw8.endpoint.chars().count() <= ENDPOINT, "{sw8:?}");
    assert!(is_start(&sw8.endpoint, &endpoint, ENDPOINT), "{sw8:?}");

    let host = normalised(&hop.host).unwrap();
    let host = if host.contains(':') {
        format!("[{host}]")
    } else {
        host
    };
    assert_eq!(sw8.peer, format!("{host}:{}", hop.port));
}

/// Is `text` all of `whole`, or as much of it as there is room for?
fn is_start(text: &str, whole: &str, room: usize) -> bool {
    whole.starts_with(text) && (text == whole || text.chars().count() == room)
}
