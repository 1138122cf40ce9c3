//! A running core and its remote document: the rule of 30 s on the app's own calls, the switch, and what is kept.

use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use handspan_core::instance::RemoteStats;
use handspan_core::seams::transport::{HttpAnswer, HttpRequest, Sending, Transport};
use handspan_core::trace::{FixedIds, HopRequest, Reason};

use super::phone::*;

const REMOTE: &str =
    r#","version":"3.2","remote_configuration_url":"https://config.example/app.json""#;

fn document(etag: &str, body: &str) -> HttpAnswer {
    HttpAnswer {
        headers: vec![("etag".to_owned(), etag.to_owned())],
        ..answer(200, body.as_bytes())
    }
}

impl Phone {
    /// The core has heard all that it was told: its thread takes one word after the other.
    fn heard(&self) -> RemoteStats {
        self.core.flush(Duration::from_secs(10));
        self.core.stats().remote
    }

    /// The answer to the last pull has come.
    fn settled(&self, pulls: u64) -> RemoteStats {
        let give_up = Instant::now() + Duration::from_secs(10);
        loop {
            let remote = self.core.stats().remote;
            if remote.pulls >= pulls && remote.state != "pulling" {
                return remote;
            }
            assert!(Instant::now() < give_up, "{remote:?}");
            std::thread::yield_now();
        }
    }

    fn away(&self, ms: u64) {
        self.core.enter_background();
        self.clock.advance(ms);
        self.core.enter_foreground();
    }

    /// Moves the clock over the random wait of a pull, and lets the thread look at it.
    fn wait_for_a_pull(&self, pulls: u64) -> RemoteStats {
        self.heard();
        self.clock.advance(2_000);
        self.heard();
        self.settled(pulls)
    }
}

#[test]
fn thirty_seconds_in_the_background_ask_for_nothing_and_a_millisecond_more_does() {
    let answers = vec![
        Ok(document("\"1\"", r#"{"version":1}"#)),
        Ok(document("\"2\"", r#"{"version":2}"#)),
    ];
    let phone = start("remote-30s", REMOTE, answers);
    let pull = phone.requests.recv().unwrap();
    let agent = format!("handspan/{} (android; 3.2)", env!("CARGO_PKG_VERSION"));
    assert!(pull.headers.contains(&("user-agent".to_owned(), agent)));
    assert_eq!(pull.timeout_ms, 10_000);
    phone.settled(1);

    phone.away(30_000);
    let remote = phone.wait_for_a_pull(1);
    assert_eq!((remote.pulls, remote.next_pull_ms), (1, None));

    // When the thread hears of it does not matter.
    phone.away(30_001);
    let remote = phone.wait_for_a_pull(2);
    assert_eq!((remote.pulls, remote.version.as_deref()), (2, Some("2")));
    let pull = phone.requests.recv().unwrap();
    let named = ("if-none-match".to_owned(), "\"1\"".to_owned());
    assert!(pull.headers.contains(&named));
}

#[test]
fn the_switch_stops_what_is_recorded_set_and_sent_and_events_say_which_version_held() {
    let answers = vec![
        Ok(document("\"1\"", r#"{"version":1}"#)),
        Ok(answer(202, b"")),
        // The launch view has ended.
        Ok(answer(202, b"")),
        Ok(document("\"2\"", r#"{"version":2,"enabled":false}"#)),
        Ok(document("\"3\"", r#"{"version":3}"#)),
    ];
    let phone = start("remote-switch", REMOTE, answers);
    phone.requests.recv().unwrap();
    phone.settled(1);
    phone.call("a.example");
    let events = phone.upload();
    assert_eq!(events[0]["context"]["handspan"]["remote_version"], "1");

    phone.away(30_001);
    phone.wait_for_a_pull(2);
    let planned = phone.core.plan(&get("a.example"), None);
    assert_eq!(planned.plan.reason, Reason::Disabled);
    phone.call("a.example");
    assert_eq!(phone.core.status().recorded, 1);
    let stats = phone.core.stats();
    assert_eq!(
        (stats.hold, stats.remote.disabled_by),
        (Some("disabled"), Some("remote"))
    );
    assert_eq!(phone.requests.try_iter().count(), 2);
    phone.core.flush(Duration::from_secs(10));
    assert!(phone.requests.try_recv().is_err(), "nothing is sent");

    phone.away(30_001);
    phone.wait_for_a_pull(3);
    phone.requests.recv().unwrap();
    let planned = phone.core.plan(&get("a.example"), None);
    assert_eq!(planned.plan.reason, Reason::Traced);
    phone.call("a.example");
    assert_eq!(
        phone.upload()[0]["context"]["handspan"]["remote_version"],
        "3"
    );
}

#[test]
fn a_request_in_flight_keeps_what_it_began_with() {
    let answers = vec![
        Ok(document("\"1\"", r#"{"version":1}"#)),
        Ok(document("\"2\"", r#"{"version":2,"trace_sample_rate":0}"#)),
    ];
    let phone = start("remote-flight", REMOTE, answers);
    phone.settled(1);
    let first = phone.core.plan(&get("a.example"), None);
    phone.away(30_001);
    phone.wait_for_a_pull(2);
    let redirected = HopRequest {
        ids: FixedIds {
            trace_id: first.plan.trace_id,
            span_id: None,
            sampled: first.plan.sampled,
        },
        ..get("a.example")
    };
    let second = phone.core.plan(&redirected, Some(&first.session_id));
    assert_eq!(second.plan.reason, Reason::Traced);
    let next = phone.core.plan(&get("a.example"), None);
    assert_eq!(next.plan.reason, Reason::TraceNotSampled);
}

#[test]
fn a_document_may_leave_tracing_on_and_recording_off() {
    let answers = vec![Ok(document("\"1\"", r#"{"capture":{"resources":false}}"#))];
    let phone = start("remote-capture", REMOTE, answers);
    phone.settled(1);
    phone.call("a.example");
    assert_eq!(phone.core.status().recorded, 0);
    let planned = phone.core.plan(&get("a.example"), None);
    assert_eq!(planned.plan.reason, Reason::Traced);
}

#[test]
fn an_app_that_is_off_itself_is_off_from_the_first_request_on() {
    let phone = start(
        "remote-local-off",
        &format!(r#"{REMOTE},"enabled":false"#),
        vec![],
    );
    let planned = phone.core.plan(&get("a.example"), None);
    assert_eq!(planned.plan.reason, Reason::Disabled);
    phone.call("a.example");
    phone.away(60_000);
    let remote = phone.heard();
    assert_eq!((remote.state, remote.disabled_by), ("none", Some("local")));
    assert!(phone.requests.try_recv().is_err());
    // A user who decides changes nothing about it.
    phone
        .core
        .set_tracking_consent(handspan_core::config::Consent::Refused);
    phone
        .core
        .set_tracking_consent(handspan_core::config::Consent::Granted);
    let planned = phone.core.plan(&get("a.example"), None);
    assert_eq!(planned.plan.reason, Reason::Disabled);
}

#[test]
fn what_was_kept_is_in_force_at_the_next_start_and_the_session_takes_its_rate() {
    let folder = tempfile::tempdir().unwrap();
    let extra = format!(r#"{REMOTE},"storage_dir":{:?}"#, folder.path());
    let body = r#"{"version":7,"session_sample_rate":0,"trace_sample_rate":0}"#;
    let first = start("remote-kept", &extra, vec![Ok(document("\"7\"", body))]);
    let id = first.settled(1).install_id;
    assert!(
        first.core.status().session_sampled,
        "its session began before"
    );
    first.core.shutdown();

    let second = start("remote-kept", &extra, vec![Ok(answer(503, b""))]);
    let remote = second.heard();
    assert_eq!(
        (remote.version.as_deref(), remote.install_id),
        (Some("7"), id)
    );
    assert!(!second.core.status().session_sampled);
    second.core.shutdown();
}

#[test]
fn a_panic_in_a_pull_costs_that_pull() {
    struct Panics(Mutex<u32>, mpsc::Sender<HttpRequest>);
    impl Transport for Panics {
        fn send(&self, request: HttpRequest) -> Sending {
            let mut calls = self.0.lock().unwrap();
            *calls += 1;
            let calls = *calls;
            self.1.send(request).unwrap();
            Box::pin(async move {
                assert!(calls > 1, "a bug");
                Ok(document("\"1\"", r#"{"version":1}"#))
            })
        }
    }
    let (sender, requests) = mpsc::channel();
    let phone = start_over(
        "remote-panics",
        REMOTE,
        Arc::new(Panics(Mutex::new(0), sender)),
        requests,
    );
    phone.requests.recv().unwrap();
    let failed = phone.settled(1);
    assert_eq!((failed.state, failed.failed), ("failed", 1));
    assert_eq!(phone.core.status().internal_errors, 1);
    phone.clock.advance(30_000);
    phone.heard();
    assert_eq!(phone.settled(2).version.as_deref(), Some("1"));
}
