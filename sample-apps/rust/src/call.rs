//! One call: each hop is planned before it goes on the wire, the whole is reported once.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use handspan_core::instance::{Handspan, Planned};
use handspan_core::rum::call::{CallError, FinishedCall, Hop, Phase};
use handspan_core::trace::{FixedIds, HopRequest};
use reqwest::{Method, Response, Url, header};

/// More redirects than this are a loop, for this app.
const HOPS: usize = 5;

/// What an app has: an HTTP client, and the core.
pub(crate) struct App {
    pub(crate) core: Arc<Handspan>,
    pub(crate) client: reqwest::Client,
}

/// What the app gets back: a status, or the failure in words.
pub(crate) type Answer = Result<u16, String>;

impl App {
    /// GETs a URL with headers of the app's own, following redirects.
    pub(crate) async fn get(&self, url: &str, own: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let start = Instant::now();
        let mut call = FinishedCall {
            method: Method::GET.to_string(),
            url: url.to_owned(),
            ..FinishedCall::default()
        };
        let answer = self.follow(Url::parse(url)?, own, &mut call, start).await;
        call.duration_ns = nanoseconds(start, Instant::now());
        let answer = match answer {
            Ok(status) => Ok(status),
            Err(error) => {
                let message = format!("{error:#}");
                call.error = Some(CallError {
                    kind: kind(&error).to_owned(),
                    message: message.clone(),
                });
                Err(message)
            }
        };
        self.core.finish(call);
        Ok(answer)
    }

    async fn follow(
        &self,
        mut url: Url,
        own: &[(&str, &str)],
        call: &mut FinishedCall,
        start: Instant,
    ) -> anyhow::Result<u16> {
        loop {
            let planned = self.plan(&url, own, &call.hops)?;
            let sent = Instant::now();
            call.hops.push(Hop {
                start_ns: Some(nanoseconds(start, sent)),
                ..planned.hop(url.to_string(), None)
            });
            if call.hops.len() > 1 {
                call.timings.redirect = Some(Phase {
                    start_ns: 0,
                    duration_ns: nanoseconds(start, sent),
                });
            }
            let response = self.send(&url, own, &planned).await?;
            let first_byte = Instant::now();
            let status = response.status().as_u16();
            if let Some(hop) = call.hops.last_mut() {
                hop.status_code = Some(status);
            }
            call.status_code = Some(status);
            call.timings.first_byte = Some(Phase {
                start_ns: nanoseconds(start, sent),
                duration_ns: nanoseconds(sent, first_byte),
            });
            if let Some(next) = redirect(&url, &response) {
                if let Some(hop) = call.hops.last_mut() {
                    hop.duration_ns = Some(nanoseconds(sent, first_byte));
                }
                anyhow::ensure!(call.hops.len() < HOPS, "too many redirects");
                url = next;
                continue;
            }
            call.protocol = Some(format!("{:?}", response.version()).to_ascii_lowercase());
            call.content_type = text(&response, &header::CONTENT_TYPE);
            let body = response.bytes().await.context("read the answer")?;
            call.response_body_bytes = u64::try_from(body.len()).ok();
            call.timings.download = Some(Phase {
                start_ns: nanoseconds(start, first_byte),
                duration_ns: nanoseconds(first_byte, Instant::now()),
            });
            return Ok(status);
        }
    }

    /// The plan of a hop. Later hops keep the trace, the decision and the session of the call; each has a span of its own.
    fn plan(&self, url: &Url, own: &[(&str, &str)], before: &[Hop]) -> anyhow::Result<Planned> {
        let traced = before.iter().find(|hop| hop.traced);
        let request = HopRequest {
            method: Method::GET.as_str(),
            scheme: url.scheme(),
            host: url.host_str().context("a URL with a host")?,
            port: url.port_or_known_default().unwrap_or_default(),
            path: url.path(),
            headers: own,
            ids: FixedIds {
                trace_id: traced.and_then(|hop| hop.trace_id),
                sampled: traced.and_then(|hop| hop.sampled),
                span_id: None,
            },
            keep: false,
        };
        Ok(self
            .core
            .plan(&request, before.first().map(|hop| hop.session_id.as_str())))
    }

    /// A hop starts from the app's own headers every time: what an earlier hop was given does not travel on.
    async fn send(
        &self,
        url: &Url,
        own: &[(&str, &str)],
        planned: &Planned,
    ) -> anyhow::Result<Response> {
        let mut headers = header::HeaderMap::new();
        let planned = planned
            .plan
            .headers()
            .map(|(name, value)| -> (&str, &str) { (name, value) });
        for (name, value) in own.iter().copied().chain(planned) {
            headers.insert(
                header::HeaderName::try_from(name)?,
                header::HeaderValue::try_from(value)?,
            );
        }
        Ok(self.client.get(url.clone()).headers(headers).send().await?)
    }
}

fn redirect(url: &Url, response: &Response) -> Option<Url> {
    response
        .status()
        .is_redirection()
        .then(|| url.join(&text(response, &header::LOCATION)?).ok())
        .flatten()
}

fn text(response: &Response, name: &header::HeaderName) -> Option<String> {
    response
        .headers()
        .get(name)?
        .to_str()
        .ok()
        .map(str::to_owned)
}

/// A failure's class, as the event carries it.
fn kind(error: &anyhow::Error) -> &'static str {
    match error.downcast_ref::<reqwest::Error>() {
        Some(error) if error.is_connect() => "reqwest::Error::Connect",
        Some(error) if error.is_timeout() => "reqwest::Error::Timeout",
        Some(_) => "reqwest::Error",
        None => "Error",
    }
}

fn nanoseconds(from: Instant, to: Instant) -> u64 {
    u64::try_from(to.saturating_duration_since(from).as_nanos()).unwrap_or(u64::MAX)
}
