//! Where batches go.

use std::fmt;

use url::form_urlencoded::byte_serialize;

use super::otlp::{Encoding, Signal};
use crate::batch::Track;

/// A place that takes RUM events.
#[derive(Clone, PartialEq, Eq)]
pub enum Intake {
    /// Datadog's intake, or anything that speaks like it.
    Datadog {
        /// Scheme, host and port, without a path: `https://browser-intake-datadoghq.com`.
        base_url: String,
    },
    /// A proxy that is told in `ddforward` where a request is for.
    Proxy {
        /// Its whole URL. May have a query of its own.
        url: String,
    },
    /// One address of an OTLP/HTTP receiver: it takes what of a batch is of its signal.
    Otlp {
        /// The receiver's URL without `/v1/…`: `https://collector.example.com:4318`.
        base_url: String,
        /// What goes to this address.
        signal: Signal,
        /// How it is spelled.
        encoding: Encoding,
        /// Headers of every request, as a vendor's token.
        headers: Vec<(String, String)>,
    },
}

// Its name: URL and headers may hold secrets.
impl fmt::Debug for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Intake({})", self.key())
    }
}

impl Intake {
    /// The host of a Datadog site: `us1`, `us3`, `us5`, `eu1`, `us1_fed`, `ap1`, `ap2`. `None` for another name.
    pub fn datadog_site(name: &str) -> Option<&'static str> {
        Some(match name {
            "us1" => "browser-intake-datadoghq.com",
            "us3" => "browser-intake-us3-datadoghq.com",
            "us5" => "browser-intake-us5-datadoghq.com",
            "eu1" => "browser-intake-datadoghq.eu",
            "us1_fed" => "browser-intake-ddog-gov.com",
            "ap1" => "browser-intake-ap1-datadoghq.com",
            "ap2" => "browser-intake-ap2-datadoghq.com",
            _ => return None,
        })
    }

    /// A name for delivery marks: the same in every release, file-name safe, and without the URL, which for a
    /// proxy may hold a secret.
    pub fn key(&self) -> String {
        match self {
            Self::Datadog { base_url } => {
                format!("datadog-{:016x}", fnv1a(base_url.trim_end_matches('/')))
            }
            Self::Proxy { url } => format!("proxy-{:016x}", fnv1a(url)),
            Self::Otlp {
                base_url, signal, ..
            } => {
                let signal = match signal {
                    Signal::Traces => "traces",
                    Signal::Logs => "logs",
                };
                format!("otlp-{signal}-{:016x}", fnv1a(base_url))
            }
        }
    }

    /// The URL that a batch of `source` (`android`, `ios`) is sent to.
    pub(super) fn url(&self, source: &str, track: Track) -> String {
        match self {
            Self::Datadog { base_url } => {
                let path = datadog_path(source, track);
                format!("{}{path}", base_url.trim_end_matches('/'))
            }
            Self::Proxy { url } => {
                let path = datadog_path(source, track);
                // A fragment never reaches a server: what is put behind it would be lost.
                let url = url.split('#').next().unwrap_or_default();
                let joint = match url.split_once('?') {
                    None => "?",
                    Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
                    Some(_) => "&",
                };
                format!("{url}{joint}ddforward={}", encode(&path))
            }
            Self::Otlp {
                base_url, signal, ..
            } => format!("{}{}", base_url.trim_end_matches('/'), signal.path()),
        }
    }
}

fn datadog_path(source: &str, track: Track) -> String {
    match track {
        Track::Rum => format!("/api/v2/rum?ddsource={}", encode(source)),
        Track::Logs => format!("/api/v2/logs?ddsource={}", encode(source)),
        // Both of Datadog's SDKs name no source there: it stands in the spans.
        Track::Spans => "/api/v2/spans".to_owned(),
    }
}

fn encode(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// FNV-1a, 64 bits: std's hasher may change between releases of Rust, and then delivered batches would be sent again.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn datadog(base_url: &str) -> Intake {
        Intake::Datadog {
            base_url: base_url.to_owned(),
        }
    }

    fn proxy(url: &str) -> Intake {
        Intake::Proxy {
            url: url.to_owned(),
        }
    }

    #[test]
    fn the_seven_sites_have_hosts() {
        let hosts: Vec<_> = ["us1", "us3", "us5", "eu1", "us1_fed", "ap1", "ap2"]
            .map(Intake::datadog_site)
            .into();
        assert!(hosts.iter().all(Option::is_some));
        assert_eq!(
            hosts.iter().collect::<std::collections::HashSet<_>>().len(),
            7
        );
        assert_eq!(Intake::datadog_site("us2"), None);
        assert_eq!(Intake::datadog_site("US1"), None);
    }

    #[test]
    fn urls() {
        let cases = [
            (
                datadog("https://x.test"),
                "https://x.test/api/v2/rum?ddsource=ios",
            ),
            (
                datadog("http://127.0.0.1:4319/"),
                "http://127.0.0.1:4319/api/v2/rum?ddsource=ios",
            ),
            (
                proxy("https://p.test/rum"),
                "https://p.test/rum?ddforward=%2Fapi%2Fv2%2Frum%3Fddsource%3Dios",
            ),
            (
                proxy("https://p.test/rum?"),
                "https://p.test/rum?ddforward=%2Fapi%2Fv2%2Frum%3Fddsource%3Dios",
            ),
            (
                proxy("https://p.test/?a=b"),
                "https://p.test/?a=b&ddforward=%2Fapi%2Fv2%2Frum%3Fddsource%3Dios",
            ),
            (
                proxy("https://p.test/?a=b&"),
                "https://p.test/?a=b&ddforward=%2Fapi%2Fv2%2Frum%3Fddsource%3Dios",
            ),
            (
                proxy("https://p.test/#f?x"),
                "https://p.test/?ddforward=%2Fapi%2Fv2%2Frum%3Fddsource%3Dios",
            ),
        ];
        for (intake, url) in cases {
            assert_eq!(intake.url("ios", Track::Rum), url);
        }
    }

    #[test]
    fn keys_are_stable_for_good() {
        // Marks of older releases must still be recognised: never change these.
        assert_eq!(
            datadog("https://browser-intake-datadoghq.com").key(),
            "datadog-ea65ee77d963742a"
        );
        assert_eq!(proxy("https://p.test/rum").key(), "proxy-c57b22165fd8ba17");
        assert_eq!(
            datadog("https://x.test/").key(),
            datadog("https://x.test").key()
        );
    }

    proptest! {
        #[test]
        fn keys_are_file_name_safe_and_tell_nothing(secret in "[a-z0-9]{20,40}") {
            let key = proxy(&format!("https://p.test/{secret}")).key();
            prop_assert!(!key.contains(&secret));
            prop_assert!(key.len() <= 32 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
        }

        #[test]
        fn a_proxy_finds_what_to_forward(source in "\\PC{0,20}", query in "[a-z]{0,3}(=[a-z%0-9]{0,3})?") {
            let url = url::Url::parse(&proxy(&format!("https://p.test/r?{query}")).url(&source, Track::Rum)).unwrap();
            let forward = url.query_pairs().find(|(name, _)| name == "ddforward").unwrap().1.into_owned();
            let inner = url::Url::parse("https://i.test").unwrap().join(&forward).unwrap();
            prop_assert_eq!(inner.path(), "/api/v2/rum");
            prop_assert_eq!(inner.query_pairs().collect::<Vec<_>>(), [("ddsource".into(), source.into())]);
        }
    }
}
