//! Sessions, consent, the remote document, the registry, and the way to an intake.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use handspan_core::config::{Consent, from_json};
use handspan_core::instance::{Handspan, registry};
use handspan_core::rum::call::FinishedCall;
use handspan_core::seams::entropy::{Entropy, SeededEntropy};
use handspan_core::seams::transport::{HttpRequest, Sending, Transport};
use handspan_core::trace::Reason;
use handspan_core::upload::{Network, UploadConditions};

use super::phone::*;

#[test]
fn the_events_that_are_sent_bear_the_ids_and_the_session_of_their_plans() {
    let phone = start("ids", "", vec![]);
    let (session, span) = phone.call("a.example");
    let (_, none) = phone.call("third.example");
    assert_eq!(none, None);

    let events = phone.upload();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["_dd"]["span_id"].as_str(), span.as_deref());
    assert_eq!(events[0]["session"]["id"], session);
    assert!(events[1]["_dd"].get("trace_id").is_none());
    assert_eq!(
        events[1]["context"]["handspan"]["reason"],
        "host_not_first_party"
    );
    let status = phone.core.status();
    assert_eq!((status.recorded, status.dropped.len()), (2, 0));
}

#[test]
fn a_session_ends_after_fifteen_quiet_minutes_and_a_late_call_stays_in_its_own() {
    let phone = start("sessions", "", vec![]);
    let first = phone.core.plan(&get("a.example"), None).session_id;
    phone.clock.advance(15 * MINUTE - 1);
    assert_eq!(phone.core.plan(&get("a.example"), None).session_id, first);
    phone.clock.advance(15 * MINUTE);
    let second = phone.core.plan(&get("a.example"), None).session_id;
    assert_ne!(second, first);
    // The second hop of a call that began before.
    assert_eq!(
        phone.core.plan(&get("a.example"), Some(&first)).session_id,
        first
    );
}

#[test]
fn a_user_who_refuses_is_neither_traced_nor_recorded_from_then_on() {
    let phone = start("consent", "", vec![]);
    phone.core.set_tracking_consent(Consent::Refused);
    assert_eq!(
        phone.core.plan(&get("a.example"), None).plan.reason,
        Reason::ConsentRefused
    );
    phone.call("a.example");
    assert_eq!(phone.core.status().recorded, 0);
    phone.core.set_tracking_consent(Consent::Granted);
    assert_eq!(
        phone.core.plan(&get("a.example"), None).plan.reason,
        Reason::Traced
    );
    phone.call("a.example");
    assert_eq!(phone.upload().len(), 1);
}

#[test]
fn a_remote_document_moves_hosts_and_rates_under_a_running_app() {
    let document = br#"{"version":"2","trace_sample_rate":0,"first_party_hosts":{"b.example":["tracecontext"]}}"#;
    let phone = start(
        "remote",
        r#","remote_configuration_url":"https://config.example/app.json""#,
        vec![Ok(answer(200, document))],
    );
    let pull = phone.requests.recv().unwrap();
    assert_eq!(
        (pull.method, pull.url.as_str()),
        ("GET", "https://config.example/app.json")
    );
    phone.until_remote("applied");
    assert_eq!(phone.core.status().remote_version.as_deref(), Some("2"));
    assert_eq!(
        phone.core.plan(&get("a.example"), None).plan.reason,
        Reason::HostNotFirstParty
    );
    assert_eq!(
        phone.core.plan(&get("b.example"), None).plan.reason,
        Reason::TraceNotSampled
    );
}

#[test]
fn a_call_is_recorded_as_its_own_session_says_also_when_that_is_over() {
    let phone = start(
        "own-session",
        r#","remote_configuration_url":"https://config.example/app.json""#,
        vec![Ok(answer(200, br#"{"session_sample_rate":0}"#))],
    );
    phone.until_remote("applied");
    phone.requests.recv().unwrap();
    let late = phone.core.plan(&get("a.example"), None);
    phone.clock.advance(15 * MINUTE);
    let (next, _) = phone.call("a.example");
    assert_ne!(next, late.session_id);
    assert_eq!(
        phone.core.status().recorded,
        0,
        "the new session is drawn by the new rate"
    );

    phone.core.finish(finished("a.example", &late));
    let events = phone.upload();
    assert_eq!(events[0]["session"]["id"], late.session_id);
    assert_eq!(
        events[0]["_dd"]["configuration"]["session_sample_rate"],
        100.0
    );
}

#[test]
fn a_panic_in_an_exchange_costs_that_exchange() {
    struct Panics(Mutex<bool>, mpsc::Sender<HttpRequest>);
    impl Transport for Panics {
        fn send(&self, request: HttpRequest) -> Sending {
            let first = std::mem::take(&mut *self.0.lock().unwrap());
            assert!(!first, "a bug");
            self.1.send(request).unwrap();
            Box::pin(std::future::ready(Ok(answer(202, b""))))
        }
    }
    let (sender, requests) = mpsc::channel();
    let phone = start_over(
        "panics",
        "",
        Arc::new(Panics(Mutex::new(true), sender)),
        requests,
    );
    phone.call("a.example");
    assert!(!phone.core.flush(Duration::from_secs(10)));
    assert_eq!(phone.core.status().internal_errors, 1);
    phone.clock.advance(MINUTE);
    assert_eq!(phone.upload().len(), 1);
}

#[test]
fn a_panic_where_an_upload_begins_holds_up_no_later_one() {
    /// A source of random numbers that fails the thread of the core at its n-th question.
    struct Fails(SeededEntropy, AtomicU64);
    impl Entropy for Fails {
        fn next_u64(&self) -> u64 {
            if std::thread::current().name() == Some("handspan") {
                assert_ne!(self.1.fetch_sub(1, Ordering::Relaxed), 1, "a bug");
            }
            self.0.next_u64()
        }
    }
    let mut fell_at_an_upload = 0;
    for question in 1.. {
        let entropy = Fails(SeededEntropy::new(3), AtomicU64::new(question));
        let phone = start_with("begins", "", Arc::new(entropy));
        phone.call("a.example");
        let is_sent = phone.core.flush(Duration::from_secs(10));
        let status = phone.core.status();
        if status.internal_errors == 0 {
            break;
        }
        fell_at_an_upload += u32::from(status.stored > 0 && !is_sent);
        phone.clock.advance(MINUTE);
        phone.call("a.example");
        assert!(phone.core.flush(Duration::from_secs(10)), "{question}");
        // The update of the view that was on its way to the storage may be gone, and counted.
        let rum = &phone.core.stats().tracks[0];
        let dropped: u64 = rum.dropped.iter().map(|(_, count)| count).sum();
        assert!(dropped <= 1, "{rum:?}");
        assert_eq!(rum.sent + rum.superseded + dropped, rum.stored);
        phone.core.shutdown();
    }
    assert!(fell_at_an_upload > 0);
}

#[test]
fn a_start_right_after_a_shutdown_has_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let extra = format!(r#","storage_dir":{:?}"#, folder.path());
    for _ in 0..20 {
        let phone = start("again", &extra, vec![]);
        phone.call("a.example");
        assert_eq!(phone.upload().len(), 1);
        assert_eq!(phone.core.status().storage, "folder");
        phone.core.shutdown();
    }
}

#[test]
fn a_remote_off_switches_everything_off() {
    let phone = start(
        "off",
        r#","remote_configuration_url":"https://config.example/app.json""#,
        vec![Ok(answer(200, br#"{"enabled":false}"#))],
    );
    phone.until_remote("applied");
    assert_eq!(
        phone.core.plan(&get("a.example"), None).plan.reason,
        Reason::Disabled
    );
    phone.call("a.example");
    assert_eq!(phone.core.status().recorded, 0);
}

#[test]
fn a_second_start_finds_the_running_core_and_says_so() {
    let phone = start("twice", "", vec![]);
    let again = start("twice", r#","trace_sample_rate":1"#, vec![]);
    assert!(Arc::ptr_eq(&phone.core, &again.core));
    assert!(Arc::ptr_eq(&registry::find("twice").unwrap(), &phone.core));
    assert_eq!(
        phone.core.status().refusals[0].code.as_str(),
        "already_started"
    );
    phone.core.shutdown();
    assert!(registry::find("twice").is_none());
    assert!(!phone.core.status().running);
}

#[test]
fn a_folder_that_cannot_be_used_costs_nothing_but_a_reason() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let extra = format!(r#","storage_dir":{:?}"#, file.path().join("below"));
    let phone = start("folder", &extra, vec![]);
    phone.call("a.example");
    assert_eq!(phone.upload().len(), 1);
    let status = phone.core.status();
    assert_eq!(
        (status.storage, status.refusals[0].code.as_str()),
        ("memory", "storage_unavailable")
    );
}

#[test]
fn what_cannot_work_is_refused_before_anything_runs() {
    for (text, field) in [
        (r#"{"intakes":[{"type":"datadog"}]}"#, "client_token"),
        (
            r#"{"client_token":"a\nb","intakes":[{"type":"datadog"}]}"#,
            "client_token",
        ),
        (
            r#"{"client_token":"pub1","application_id":"x","intakes":[{"type":"datadog"}]}"#,
            "application_id",
        ),
        (
            r#"{"client_token":"pub1","application_id":"6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1",
                "intakes":[{"type":"datadog","site":"mars"},{"type":"proxy"}]}"#,
            "intakes",
        ),
    ] {
        let error = Handspan::start(from_json(text).unwrap().0)
            .map(|_| ())
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(field), "{error}");
        assert!(!error.contains("a\nb"), "a token is never shown");
    }
}

#[test]
fn without_an_intake_headers_are_given_and_nothing_is_recorded() {
    let text = r#"{"instance":"headers-only","first_party_hosts":{"a.example":["datadog"]}}"#;
    let core = Handspan::start(from_json(text).unwrap().0).unwrap();
    assert_eq!(
        core.plan(&get("a.example"), None).plan.reason,
        Reason::Traced
    );
    core.finish(FinishedCall::default());
    assert_eq!(core.status().recorded, 0);
}

#[test]
fn many_threads_plan_and_report_at_once_and_nothing_is_lost() {
    let phone = start("threads", "", vec![]);
    let core = &phone.core;
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    call(core, "a.example");
                }
            });
        }
    });
    assert!(phone.core.flush(Duration::from_secs(10)));
    let status = phone.core.status();
    assert_eq!(status.recorded, 400);
    assert_eq!((status.dropped.len(), status.internal_errors), (0, 0));
    let rum = &phone.core.stats().tracks[0];
    assert_eq!(rum.sent + rum.superseded, rum.recorded);
    // Its launch view stands beside them.
    assert!(rum.sent > 400);
}

#[test]
fn stats_say_by_track_and_by_intake_what_became_of_the_events() {
    let phone = start(
        "stats",
        "",
        vec![Ok(answer(503, b"")), Ok(answer(202, b""))],
    );
    phone.call("a.example");
    phone.call("a.example");
    assert!(!phone.core.flush(Duration::from_secs(10)));
    let stats = phone.core.stats();
    let rum = &stats.tracks[0];
    // Two calls, and two updates of the launch view, of which one is sent.
    assert_eq!((rum.track, rum.recorded, rum.stored), ("rum", 4, 4));
    assert_eq!(
        (rum.waiting_events, rum.waiting_batches, rum.sent),
        (4, 1, 0)
    );
    assert_eq!((rum.requests, rum.retries), (1, 1));
    assert_eq!(rum.last_answer.as_deref(), Some("503"));
    assert_eq!((stats.intakes[0].failures, stats.intakes[0].taken), (1, 0));
    assert!(stats.intakes[0].name.starts_with("datadog-"));
    phone.clock.advance(MINUTE);
    assert_eq!(phone.core.stats().tracks[0].oldest_ms, Some(MINUTE));

    assert!(phone.core.flush(Duration::from_secs(10)));
    let sent: Vec<HttpRequest> = phone.requests.try_iter().collect();
    let rum = &phone.core.stats().tracks[0];
    assert_eq!((rum.sent, rum.superseded), (3, 1));
    assert_eq!((rum.requests, rum.waiting_batches), (2, 0));
    let bytes: usize = sent.iter().map(|request| request.body.len()).sum();
    assert_eq!(rum.bytes_sent, bytes as u64);
    assert_eq!(rum.oldest_ms, None);
}

#[test]
fn without_a_network_a_flush_says_so_at_once_and_the_network_sends() {
    let phone = start("offline", "", vec![]);
    let on = |network| UploadConditions {
        network,
        ..UploadConditions::default()
    };
    phone.core.set_upload_conditions(on(Network::None));
    phone.call("a.example");
    assert!(!phone.core.flush(Duration::from_secs(10)));
    assert_eq!(phone.core.stats().hold, Some("no_network"));
    phone.core.set_upload_conditions(on(Network::Metered));
    // The open batch was sealed by the flush: it goes without another word.
    phone.requests.recv().unwrap();
}

#[test]
fn an_app_that_goes_to_the_background_leaves_nothing_behind() {
    let phone = start("background", "", vec![]);
    phone.call("a.example");
    phone.clock.advance(1);
    phone.core.enter_background();
    let request = phone.requests.recv().unwrap();
    assert!(request.timeout_ms <= 5_000, "{}", request.timeout_ms);
    phone.core.enter_foreground();
    assert!(phone.core.flush(Duration::from_secs(10)));
    let rum = &phone.core.stats().tracks[0];
    assert_eq!(rum.sent + rum.superseded, rum.recorded);
}
