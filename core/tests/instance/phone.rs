//! A running core with a clock and a network of the test's.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use handspan_core::config::from_json;
use handspan_core::instance::{Handspan, Planned};
use handspan_core::rum::call::FinishedCall;
use handspan_core::seams::Seams;
use handspan_core::seams::clock::{Clock, ManualClock, Now};
use handspan_core::seams::entropy::{Entropy, SeededEntropy};
use handspan_core::seams::transport::{
    HttpAnswer, HttpRequest, Sending, Transport, TransportError,
};
use handspan_core::trace::HopRequest;
use serde_json::Value;

pub(crate) const MINUTE: u64 = 60_000;

/// A network that hands each request to the test and gives the answers it was told, 202 when it was told none.
pub(crate) struct Network {
    pub requests: mpsc::Sender<HttpRequest>,
    pub answers: Mutex<VecDeque<Result<HttpAnswer, TransportError>>>,
}

impl Transport for Network {
    fn send(&self, request: HttpRequest) -> Sending {
        self.requests.send(request).unwrap();
        let answer = self
            .answers
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or(Ok(answer(202, b"")));
        Box::pin(std::future::ready(answer))
    }
}

pub(crate) fn answer(status: u16, body: &[u8]) -> HttpAnswer {
    HttpAnswer {
        status,
        headers: Vec::new(),
        body: body.to_vec(),
    }
}

pub(crate) struct Phone {
    pub core: Arc<Handspan>,
    pub clock: Arc<ManualClock>,
    pub requests: mpsc::Receiver<HttpRequest>,
}

pub(crate) fn start(
    name: &str,
    extra: &str,
    answers: Vec<Result<HttpAnswer, TransportError>>,
) -> Phone {
    let (sender, requests) = mpsc::channel();
    let network = Network {
        requests: sender,
        answers: Mutex::new(answers.into()),
    };
    start_over(name, extra, Arc::new(network), requests)
}

pub(crate) fn start_over(
    name: &str,
    extra: &str,
    transport: Arc<dyn Transport>,
    requests: mpsc::Receiver<HttpRequest>,
) -> Phone {
    let entropy = Arc::new(SeededEntropy::new(3));
    start_on(name, extra, transport, requests, entropy)
}

/// On a network that takes everything.
pub(crate) fn start_with(name: &str, extra: &str, entropy: Arc<dyn Entropy>) -> Phone {
    let (sender, requests) = mpsc::channel();
    let network = Network {
        requests: sender,
        answers: Mutex::default(),
    };
    start_on(name, extra, Arc::new(network), requests, entropy)
}

fn start_on(
    name: &str,
    extra: &str,
    transport: Arc<dyn Transport>,
    requests: mpsc::Receiver<HttpRequest>,
    entropy: Arc<dyn Entropy>,
) -> Phone {
    let text = format!(
        r#"{{"client_token":"pub1","application_id":"6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1","instance":"{name}",
            "first_party_hosts":{{"a.example":["datadog","tracecontext"]}},"intakes":[{{"type":"datadog"}}]{extra}}}"#
    );
    let clock = Arc::new(ManualClock::new(Now {
        wall_ms: 1_700_000_000_000,
        mono_ms: 1_000,
    }));
    let seams = Seams {
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        entropy,
        transport,
    };
    let core = Handspan::start_with(from_json(&text).unwrap().0, seams).unwrap();
    Phone {
        core,
        clock,
        requests,
    }
}

pub(crate) fn get(host: &str) -> HopRequest<'_> {
    HopRequest {
        method: "GET",
        scheme: "https",
        host,
        port: 443,
        path: "/",
        ..HopRequest::default()
    }
}

/// Plans and finishes one call; its session and its span id as the event should tell it.
pub(crate) fn call(core: &Handspan, host: &str) -> (String, Option<String>) {
    let planned = core.plan(&get(host), None);
    core.finish(finished(host, &planned));
    let span = planned.plan.span_id.map(|id| id.get().to_string());
    (planned.session_id, span)
}

pub(crate) fn finished(host: &str, planned: &Planned) -> FinishedCall {
    let hop = planned.hop(format!("https://{host}/"), Some(200));
    FinishedCall {
        method: "GET".into(),
        url: hop.url.clone(),
        hops: vec![hop],
        ..FinishedCall::default()
    }
}

impl Phone {
    pub(crate) fn call(&self, host: &str) -> (String, Option<String>) {
        call(&self.core, host)
    }

    pub(crate) fn until_remote(&self, state: &str) {
        let give_up = Instant::now() + Duration::from_secs(10);
        while self.core.status().remote != state {
            assert!(Instant::now() < give_up, "{:?}", self.core.status());
            std::thread::yield_now();
        }
    }

    /// What calls have become.
    pub(crate) fn upload(&self) -> Vec<Value> {
        let mut events = self.upload_all();
        events.retain(|event| event["type"] == "resource");
        events
    }

    /// All that was sent and not looked at, batch by batch.
    pub(crate) fn upload_all(&self) -> Vec<Value> {
        let is_sent = self.core.flush(Duration::from_secs(10));
        assert!(is_sent, "{:?}", self.core.stats());
        let lines = |request: HttpRequest| {
            let mut text = String::new();
            flate2::read::GzDecoder::new(&request.body[..])
                .read_to_string(&mut text)
                .unwrap();
            let events = text.lines().map(|line| serde_json::from_str(line).unwrap());
            events.collect::<Vec<Value>>()
        };
        self.requests.try_iter().flat_map(lines).collect()
    }
}
