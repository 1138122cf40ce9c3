//! What an answer means for the batch, and how long to wait before the next try.

use std::time::UNIX_EPOCH;

use super::{Intake, otlp};
use crate::limits::RETRY_AFTER_MAX_MS;
use crate::seams::transport::{HttpAnswer, TransportError};

/// What becomes of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The intake has it: delete it here.
    Taken {
        /// How many events it says it did not want; they are not sent again.
        rejected: u64,
    },
    /// Too large for the intake: send its halves, each as a batch of its own.
    Split {
        /// In plain words.
        why: String,
    },
    /// Send it again, under the same id.
    Retry {
        /// What the intake asked for: milliseconds from now, at most [`RETRY_AFTER_MAX_MS`], 0 for a time that has
        /// passed. Wait at least this long *and* the back-off: a fleet that was told "in 60 s" must not come back
        /// in one wave.
        after_ms: Option<u64>,
        /// The intake itself answered; else nobody knows whether it was reached.
        asked_to_wait: bool,
        /// In plain words.
        why: String,
    },
    /// Sending it again would not help: delete it and count its events.
    Drop {
        /// `refused_by_intake` or `bad_intake_url`.
        reason: &'static str,
        /// In plain words.
        why: String,
    },
}

/// Judges an answer. `now_wall_ms` (milliseconds since 1970) is for a `Retry-After` that names a date.
///
/// - any 2xx: taken
/// - no answer, 408, 429, 5xx: again later; of OTLP receivers 429, 502, 503 and 504 alone (OTLP specification, "Failures")
/// - redirects (none is followed: the token would go with it), 407 and 511: again later. A proxy (RFC 9110, 15.5.8) or a network
///   that wants its user to sign in (RFC 6585, 6) answers so for everybody
/// - 413: in halves
/// - all else: dropped as `refused_by_intake`
///
/// Without a usable answer the intake may still have taken the batch. Its id tells the next time.
pub fn judge(
    intake: &Intake,
    answer: &Result<HttpAnswer, TransportError>,
    now_wall_ms: u64,
) -> Verdict {
    let answer = match answer {
        Ok(answer) => answer,
        // Nothing in an intake's body is needed.
        Err(
            TransportError::TooLarge { answer, .. } | TransportError::Incomplete { answer, .. },
        ) => answer,
        Err(error @ TransportError::BadUrl(_)) => {
            return Verdict::Drop {
                reason: "bad_intake_url",
                why: error.to_string(),
            };
        }
        Err(error) => {
            return Verdict::Retry {
                after_ms: None,
                asked_to_wait: false,
                why: error.to_string(),
            };
        }
    };
    let why = |meaning: &str| format!("the intake answered {}: {meaning}", answer.status);
    match answer.status {
        200..=299 => Verdict::Taken {
            rejected: rejected(intake, answer),
        },
        status if may_be_retried(intake, status) => Verdict::Retry {
            after_ms: answer
                .header("retry-after")
                .and_then(|value| retry_after_ms(value, now_wall_ms)),
            asked_to_wait: true,
            why: why("try again later"),
        },
        300..=399 | 407 | 511 => Verdict::Retry {
            after_ms: None,
            asked_to_wait: false,
            why: why(
                "somebody else answers, as the sign-in page of a network or a proxy; a redirect is never followed: if this \
                 stays, check the intake's URL and `proxy`",
            ),
        },
        413 => Verdict::Split {
            why: why("the batch is too large for it"),
        },
        401 | 403 => Verdict::Drop {
            reason: "refused_by_intake",
            why: why("it does not accept the client token; check `client_token` and the site"),
        },
        _ => Verdict::Drop {
            reason: "refused_by_intake",
            why: why("it does not want this batch"),
        },
    }
}

fn may_be_retried(intake: &Intake, status: u16) -> bool {
    match intake {
        Intake::Datadog { .. } | Intake::Proxy { .. } => {
            matches!(status, 408 | 429 | 500..=510 | 512..=599)
        }
        Intake::Otlp { .. } => matches!(status, 429 | 502 | 503 | 504),
    }
}

/// Only OTLP receivers tell what of a batch they did not want.
fn rejected(intake: &Intake, answer: &HttpAnswer) -> u64 {
    match intake {
        Intake::Datadog { .. } | Intake::Proxy { .. } => 0,
        Intake::Otlp { signal, .. } => {
            otlp::rejected(*signal, &answer.body, answer.header("content-type"))
        }
    }
}

/// `Retry-After` (RFC 9110, 10.2.3), seconds or an HTTP date, as milliseconds from now, at most [`RETRY_AFTER_MAX_MS`]. `None`
/// for anything else.
pub fn retry_after_ms(value: &str, now_wall_ms: u64) -> Option<u64> {
    let value = value.trim();
    let ms = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // Too many digits is a long time, not a mistake.
        value
            .parse::<u64>()
            .unwrap_or(u64::MAX)
            .saturating_mul(1_000)
    } else {
        let at = httpdate::parse_http_date(value)
            .ok()?
            .duration_since(UNIX_EPOCH)
            .ok()?;
        u64::try_from(at.as_millis())
            .ok()?
            .saturating_sub(now_wall_ms)
    };
    Some(ms.min(RETRY_AFTER_MAX_MS))
}

/// How long to wait after a failed try, in milliseconds: anything between 0 and a bound that doubles with each try
/// ("full jitter": phones that failed together do not come back together).
///
/// `attempt` is 0 after the first failure; `random` is any number. The bound is `base_ms`, doubled `attempt` times, at most
/// `most_ms`.
pub fn backoff_ms((base_ms, most_ms): (u64, u64), attempt: u32, random: u64) -> u64 {
    let doubled = 1_u64
        .checked_shl(attempt)
        .map_or(u64::MAX, |factor| base_ms.saturating_mul(factor));
    random % (doubled.min(most_ms).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::limits::{RETRY_BASE_MS, RETRY_MAX_MS};

    const BOUNDS: (u64, u64) = (RETRY_BASE_MS, RETRY_MAX_MS);
    const NOW: u64 = 784_111_777_000; // Sun, 06 Nov 1994 08:49:37 GMT

    fn answer(status: u16, headers: &[(&str, &str)]) -> Result<HttpAnswer, TransportError> {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Ok(HttpAnswer {
            status,
            headers,
            body: Vec::new(),
        })
    }

    fn datadog() -> Intake {
        Intake::Datadog {
            base_url: "https://x.test".to_owned(),
        }
    }

    fn otlp(signal: otlp::Signal) -> Intake {
        Intake::Otlp {
            base_url: "https://x.test".to_owned(),
            signal,
            encoding: otlp::Encoding::Protobuf,
            headers: Vec::new(),
        }
    }

    fn name(verdict: &Verdict) -> &'static str {
        match verdict {
            Verdict::Taken { .. } => "taken",
            Verdict::Split { .. } => "split",
            Verdict::Retry { .. } => "retry",
            Verdict::Drop { reason, .. } => reason,
        }
    }

    fn why(verdict: &Verdict) -> &str {
        match verdict {
            Verdict::Taken { .. } => "",
            Verdict::Split { why } | Verdict::Retry { why, .. } | Verdict::Drop { why, .. } => why,
        }
    }

    fn after(status: u16, value: &str) -> Option<u64> {
        match judge(&datadog(), &answer(status, &[("retry-after", value)]), NOW) {
            Verdict::Retry { after_ms, .. } => after_ms,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_status_has_its_verdict() {
        for status in 100..=999 {
            let verdict = judge(&datadog(), &answer(status, &[]), NOW);
            let expected = match status {
                200..=299 => "taken",
                300..=399 | 407 | 408 | 429 | 500..=599 => "retry",
                413 => "split",
                _ => "refused_by_intake",
            };
            assert_eq!(name(&verdict), expected, "{status}");
            assert!(
                expected == "taken" || why(&verdict).contains(&status.to_string()),
                "{verdict:?}"
            );
        }
    }

    #[test]
    fn an_otlp_receiver_is_asked_again_only_where_its_specification_says_so() {
        for status in 100..=999 {
            let verdict = judge(&otlp(otlp::Signal::Logs), &answer(status, &[]), NOW);
            let expected = match status {
                200..=299 => "taken",
                300..=399 | 407 | 429 | 502 | 503 | 504 | 511 => "retry",
                413 => "split",
                _ => "refused_by_intake",
            };
            assert_eq!(name(&verdict), expected, "{status}");
        }
    }

    #[test]
    fn a_partial_success_is_taken_and_counted() {
        let partly = |content_type: &str, body: &[u8]| HttpAnswer {
            status: 200,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.to_vec(),
        };
        let json = br#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}"#;
        // Field 1, length 2: field 1, varint 3.
        let protobuf = [0x0a, 0x02, 0x08, 0x03];
        for (signal, answer, rejected) in [
            (otlp::Signal::Traces, partly("application/json", json), 2),
            (
                otlp::Signal::Logs,
                partly("application/x-protobuf", &protobuf),
                3,
            ),
            (otlp::Signal::Logs, partly("application/x-protobuf", b""), 0),
            (otlp::Signal::Logs, partly("text/html", b"<html>"), 0),
        ] {
            assert_eq!(
                judge(&otlp(signal), &Ok(answer), NOW),
                Verdict::Taken { rejected }
            );
        }
    }

    #[test]
    fn a_networks_sign_in_page_is_not_the_intakes_word() {
        for (status, asked) in [
            (302, false),
            (307, false),
            (407, false),
            (511, false),
            (429, true),
            (503, true),
        ] {
            for intake in [datadog(), otlp(otlp::Signal::Traces)] {
                let verdict = judge(&intake, &answer(status, &[]), NOW);
                assert!(
                    matches!(verdict, Verdict::Retry { asked_to_wait, .. } if asked_to_wait == asked),
                    "{status}: {verdict:?}"
                );
            }
        }
    }

    #[test]
    fn an_answer_whose_body_is_too_long_or_breaks_off_is_judged_by_its_status() {
        let answer = Box::new(HttpAnswer {
            status: 202,
            headers: Vec::new(),
            body: Vec::new(),
        });
        let broken = TransportError::Incomplete {
            why: "reset".to_owned(),
            answer: answer.clone(),
        };
        for error in [TransportError::TooLarge { limit: 10, answer }, broken] {
            assert_eq!(
                judge(&datadog(), &Err(error), NOW),
                Verdict::Taken { rejected: 0 }
            );
        }
    }

    #[test]
    fn no_answer_means_again() {
        let errors = [
            TransportError::Network("connection refused".to_owned()),
            TransportError::Tls("unknown issuer".to_owned()),
            TransportError::Timeout,
        ];
        for error in errors {
            let why = error.to_string();
            assert_eq!(
                judge(&datadog(), &Err(error), NOW),
                Verdict::Retry {
                    after_ms: None,
                    asked_to_wait: false,
                    why
                }
            );
        }
    }

    #[test]
    fn a_request_that_cannot_be_sent_is_not_tried_for_a_day() {
        let verdict = judge(
            &datadog(),
            &Err(TransportError::BadUrl("URL: empty host".to_owned())),
            NOW,
        );
        assert!(
            matches!(
                verdict,
                Verdict::Drop {
                    reason: "bad_intake_url",
                    ..
                }
            ),
            "{verdict:?}"
        );
    }

    #[test]
    fn retry_after_is_understood() {
        let cases = [
            ("120", Some(120_000)),
            (" 5 ", Some(5_000)),
            ("0", Some(0)),
            ("3601", Some(RETRY_AFTER_MAX_MS)),
            ("99999999999999999999999", Some(RETRY_AFTER_MAX_MS)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60_000)),
            ("Sunday, 06-Nov-94 08:50:37 GMT", Some(60_000)),
            ("Sun Nov  6 08:50:37 1994", Some(60_000)),
            ("Sun, 06 Nov 1994 08:48:37 GMT", Some(0)),
            ("Sat, 06 Nov 2094 08:48:37 GMT", Some(RETRY_AFTER_MAX_MS)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
        ];
        for (value, expected) in cases {
            assert_eq!(after(429, value), expected, "{value:?}");
            assert_eq!(after(503, value), expected, "{value:?}");
        }
    }

    #[test]
    fn backoff_grows_to_its_bound() {
        let most = |attempt| {
            (0..200_000)
                .map(|random| backoff_ms(BOUNDS, attempt, random))
                .max()
        };
        assert_eq!(most(0), Some(RETRY_BASE_MS));
        assert_eq!(most(1), Some(RETRY_BASE_MS * 2));
        assert_eq!(most(5), Some(RETRY_BASE_MS * 32));
        assert_eq!(backoff_ms(BOUNDS, u32::MAX, RETRY_MAX_MS), RETRY_MAX_MS);
        assert_eq!(backoff_ms(BOUNDS, u32::MAX, RETRY_MAX_MS + 1), 0);
    }

    proptest! {
        #[test]
        fn backoff_never_passes_its_bound(attempt: u32, random: u64) {
            prop_assert!(backoff_ms(BOUNDS, attempt, random) <= RETRY_MAX_MS);
        }

        #[test]
        fn any_retry_after_is_bounded(value in "\\PC{0,40}", now: u64) {
            if let Verdict::Retry { after_ms: Some(ms), .. } = judge(&datadog(), &answer(429, &[("retry-after", &value)]), now) {
                prop_assert!(ms <= RETRY_AFTER_MAX_MS);
            }
        }
    }
}
