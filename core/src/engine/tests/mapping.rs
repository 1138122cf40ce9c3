//! Mappers of the app: what waits for them, what becomes of it, and what does not wait.

use serde_json::Value;

use super::told::{Told, line, said, text, view};
use super::*;
use crate::batch::Track;
use crate::rum::command::{LogLevel, RumCommand, RumError};
use crate::rum::mapper::{MappableEvent, Mapped};

impl Phone {
    /// With mappers for these types.
    fn mapping(types: &[&str]) -> Self {
        let text = r#"{"client_token":"pub1","application_id":"6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1",
            "intakes":[{"type":"datadog"}]}"#;
        let (mut configuration, _) = from_json(text).unwrap();
        configuration.mapped_events = types.iter().map(|kind| (*kind).to_owned()).collect();
        let (settings, refusals) = configuration.validate().unwrap();
        assert_eq!(refusals, []);
        let entropy = Arc::new(SeededEntropy::new(7));
        Self {
            engine: Engine::new(Arc::new(settings), "memory", limits::STORE_BYTES, entropy),
            mono_ms: 0,
        }
    }

    fn answered(&mut self, event: &MappableEvent, change: impl FnOnce(&mut Mapped)) -> Vec<Effect> {
        let mut mapped = unchanged(event);
        change(&mut mapped);
        self.tell(Command::Mapped(event.id, Some(Box::new(mapped))))
    }
}

fn unchanged(event: &MappableEvent) -> Mapped {
    let event = event.clone();
    Mapped {
        view_name: event.view_name,
        view_url: event.view_url,
        action_name: event.action_name,
        resource_url: event.resource_url,
        message: event.message,
        stack: event.stack,
        fingerprint: event.fingerprint,
        attributes: event.attributes,
    }
}

fn shown(effects: &[Effect]) -> Vec<MappableEvent> {
    let shown = |effect: &Effect| match effect {
        Effect::Map(event) => Some(event.clone()),
        _ => None,
    };
    effects.iter().filter_map(shown).collect()
}

fn error(is_crash: bool) -> RumCommand {
    RumCommand::AddError(Box::new(RumError {
        message: "card 4711 was refused".to_owned(),
        stack: Some("at …".to_owned()),
        is_crash,
        ..RumError::default()
    }))
}

#[test]
fn without_a_mapper_nothing_waits() {
    let mut phone = Phone::new();
    let effects = phone.tell(said(error(false)));
    assert!(shown(&effects).is_empty() && names(&effects).contains(&"append"));
}

#[test]
fn an_event_waits_for_its_mapper_and_is_stored_as_that_wants_it() {
    let mut phone = Phone::mapping(&["error"]);
    let mut told = Told::new();
    told.events(&phone.tell(said(view("Cart"))));
    let effects = phone.tell(said(error(false)));
    let [event] = &shown(&effects)[..] else {
        panic!("one error");
    };
    assert_eq!(event.event_type, "error");
    assert_eq!(event.message.as_deref(), Some("card 4711 was refused"));
    assert_eq!(event.view_name.as_deref(), Some("Cart"));
    let is_error = |(_, event): &(Lane, Value)| event["type"] == "error";
    assert!(!told.events(&effects).iter().any(is_error), "it waits");
    let waiting = phone.engine.status().track(Track::Rum).waiting.events;
    let effects = phone.answered(event, |mapped| {
        mapped.message = Some("a card was refused".to_owned());
        mapped.fingerprint = Some("card".to_owned());
        mapped.attributes = vec![text("handspan", "mine"), text("step", "pay")];
    });
    let events = told.events(&effects);
    let (_, error) = events.iter().find(|event| is_error(event)).unwrap();
    assert_eq!(error["error"]["message"], "a card was refused");
    assert_eq!(error["error"]["fingerprint"], "card");
    assert_eq!(error["context"]["step"], "pay");
    assert_ne!(error["context"]["handspan"], "mine");
    let status = phone.engine.status();
    assert_eq!(
        status.track(Track::Rum).waiting.events,
        waiting,
        "it was counted all along"
    );
    assert!(
        names(&phone.answered(event, |_| {})).is_empty(),
        "an answer counts once"
    );
}

#[test]
fn a_mapper_drops_what_it_may_and_views_and_crashes_stay() {
    let mut phone = Phone::mapping(&["view", "error", "log"]);
    let mut told = Told::new();
    for (command, is_kept) in [
        (view("Cart"), true),
        (line(LogLevel::Info), false),
        (error(false), false),
        (error(true), true),
    ] {
        let kind = format!("{command:?}");
        let effects = phone.tell(said(command));
        for event in shown(&effects) {
            let effects = phone.tell(Command::Mapped(event.id, None));
            let stays = !told.events(&effects).is_empty();
            assert_eq!(stays, is_kept || event.event_type == "view", "{kind}");
        }
    }
    assert_eq!(phone.dropped("mapper_dropped"), 2);
}

#[test]
fn a_crash_that_a_mapper_would_drop_says_that_and_nothing_else() {
    let mut phone = Phone::mapping(&["error"]);
    let mut told = Told::new();
    let effects = phone.tell(said(error(true)));
    let [event] = &shown(&effects)[..] else {
        panic!("one error");
    };
    let events = told.events(&phone.tell(Command::Mapped(event.id, None)));
    let (_, crash) = &events[0];
    assert_eq!(crash["error"]["is_crash"], true);
    assert_eq!(crash["error"]["message"], "mapper_dropped");
    assert!(!crash.to_string().contains("4711") && crash["error"].get("stack").is_none());
}

#[test]
fn who_refuses_refuses_what_waits_for_a_mapper_too() {
    let mut phone = Phone::mapping(&["log"]);
    let [event] = &shown(&phone.tell(said(line(LogLevel::Info))))[..] else {
        panic!("one line");
    };
    phone.tell(Command::Consent(Consent::Refused));
    phone.tell(Command::Consent(Consent::Granted));
    assert!(names(&phone.answered(event, |_| {})).is_empty());
    assert_eq!(phone.dropped("consent_refused"), 1);
}

#[test]
fn what_is_not_answered_within_five_seconds_is_not_stored() {
    let mut phone = Phone::mapping(&["log"]);
    let [event] = &shown(&phone.tell(said(line(LogLevel::Info))))[..] else {
        panic!("one line");
    };
    assert_eq!(phone.engine.wake_at(), Some(limits::MAPPER_WAIT_MS));
    assert!(names(&phone.wait(limits::MAPPER_WAIT_MS - 1)).is_empty());
    phone.tell(said(line(LogLevel::Info)));
    assert_eq!(names(&phone.wait(1)), ["unmap"]);
    assert_eq!(phone.dropped("mapper_timeout"), 1);
    assert!(names(&phone.answered(event, |_| {})).is_empty(), "too late");
    assert_eq!(phone.engine.status().track(Track::Logs).waiting.events, 1);
    assert_eq!(names(&phone.tell(Command::Shutdown)), ["unmap"]);
    let logs = phone.engine.status().track(Track::Logs).clone();
    assert_eq!((logs.made, logs.dropped["mapper_timeout"]), (2, 2));
}

#[test]
fn what_waits_is_bounded_in_bytes() {
    let mut phone = Phone::mapping(&["log"]);
    let long = || {
        let RumCommand::Log(mut line) = line(LogLevel::Info) else {
            panic!("a line");
        };
        line.message = "x".repeat(60_000);
        said(RumCommand::Log(line))
    };
    let held = (0..30)
        .filter(|_| !shown(&phone.tell(long())).is_empty())
        .count();
    assert_eq!(held, limits::MAPPER_BYTES / 60_400);
    assert_eq!(phone.dropped("mapper_queue_full"), 30 - held as u64);
    phone.wait(limits::MAPPER_WAIT_MS);
    assert_eq!(shown(&phone.tell(long())).len(), 1, "there is room again");
}

#[test]
fn who_wants_all_to_be_sent_waits_for_the_mappers_too() {
    let mut phone = Phone::mapping(&["log"]);
    let [event] = &shown(&phone.tell(said(line(LogLevel::Info))))[..] else {
        panic!("one line");
    };
    phone.tell(Command::Flush);
    let now = Now {
        wall_ms: WALL_MS,
        mono_ms: 0,
    };
    assert!(!phone.engine.is_idle() && !phone.engine.is_held_back(now));
    let effects = phone.answered(event, |_| {});
    assert_eq!(names(&effects), ["create", "append", "upload"]);
    phone.answer(202);
    assert!(phone.engine.is_idle());
}
