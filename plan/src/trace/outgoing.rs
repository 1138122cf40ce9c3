//! What the formats write from: one trace, one span and one decision for all of them.

use super::app_headers::Headers;
use super::app_identity::AppIdentity;
use super::decision::Verdict;
use super::ids::{SpanId, TraceId};
use super::plan::{HopRequest, SessionIdentity};

/// A trace that is about to go on the wire.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outgoing<'a> {
    pub(super) trace: TraceId,
    pub(super) span: SpanId,
    /// The two in hexadecimal, for all formats that write them so.
    pub(super) trace_hex: &'a str,
    pub(super) span_hex: &'a str,
    pub(super) verdict: Verdict,
    pub(super) app: &'a AppIdentity,
    pub(super) session: &'a SessionIdentity<'a>,
    pub(super) request: &'a HopRequest<'a>,
    /// What the app set itself: `tracestate` and `baggage` are merged with ours.
    pub(super) app_headers: &'a Headers<'a>,
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::app_headers::Headers;
    use super::super::app_identity::AppIdentity;
    use super::super::baggage::BaggageValue;
    use super::super::decision::Verdict;
    use super::super::header_list::HeaderWriter;
    use super::super::ids::{SpanId, TraceId};
    use super::super::plan::{FixedIds, HopRequest, SessionIdentity};
    use super::Outgoing;

    /// A request with everything that a format may write.
    pub(in super::super) struct Example {
        pub(in super::super) trace: TraceId,
        pub(in super::super) span: SpanId,
        pub(in super::super) verdict: Verdict,
        pub(in super::super) app: AppIdentity,
        pub(in super::super) app_headers: &'static [(&'static str, &'static str)],
        pub(in super::super) user_id: Option<BaggageValue>,
        pub(in super::super) host: &'static str,
        pub(in super::super) path: &'static str,
    }

    impl Example {
        /// W3C's own ids, to `https://api.example.com/api/login`.
        pub(in super::super) fn usual(verdict: Verdict) -> Self {
            Self::new(
                0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736,
                0x00f0_67aa_0ba9_02b7,
                verdict,
            )
        }

        pub(in super::super) fn new(trace: u128, span: u64, verdict: Verdict) -> Self {
            Self {
                trace: TraceId::from_u128(trace).unwrap(),
                span: SpanId::from_u64(span).unwrap(),
                verdict,
                app: AppIdentity::default(),
                app_headers: &[],
                user_id: None,
                host: "api.example.com",
                path: "/api/login",
            }
        }

        /// What a format writes of it.
        pub(in super::super) fn written(
            &self,
            write: impl FnOnce(&Outgoing<'_>, &mut HeaderWriter),
        ) -> Vec<(String, String)> {
            let mut headers = HeaderWriter::default();
            let (trace_hex, span_hex) = (self.trace.hex(), self.span.hex());
            let out = Outgoing {
                trace: self.trace,
                span: self.span,
                trace_hex: trace_hex.as_str(),
                span_hex: span_hex.as_str(),
                verdict: self.verdict,
                app: &self.app,
                session: &SessionIdentity {
                    id: "88ef85ab-7902-45f0-b93b-2def1ec3e5fe",
                    hash: 9_352_408_235_296_220_786,
                    user_id: self.user_id.as_ref(),
                    account_id: None,
                },
                request: &HopRequest {
                    method: "GET",
                    scheme: "https",
                    host: self.host,
                    port: 443,
                    path: self.path,
                    headers: self.app_headers,
                    ids: FixedIds::default(),
                    keep: false,
                },
                app_headers: &Headers::new(self.app_headers),
            };
            write(&out, &mut headers);
            headers
                .finish()
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect()
        }

        /// The values alone.
        pub(in super::super) fn values(
            &self,
            write: impl FnOnce(&Outgoing<'_>, &mut HeaderWriter),
        ) -> Vec<String> {
            self.written(write)
                .into_iter()
                .map(|(_, value)| value)
                .collect()
        }
    }
}
