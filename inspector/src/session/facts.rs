//! What an event says of its session: the same on most events, so it is kept once.

use serde::Serialize;
use serde_json::Value;

use super::item::text;

/// A person or an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Person {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) anonymous_id: Option<String>,
}

/// What is known of a session. Each part is the last that an event told, whatever the others lacked.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Facts {
    pub(crate) application_id: Option<String>,
    /// `source`, as `android`.
    pub(crate) app: Option<String>,
    pub(crate) service: Option<String>,
    pub(crate) version: Option<String>,
    /// Why the session began, as `user_app_launch`.
    pub(crate) precondition: Option<String>,
    /// `user`, `synthetics` or `ci_test`.
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) user: Option<Person>,
    pub(crate) account: Option<Person>,
    /// Brand and model.
    pub(crate) device: Option<String>,
    /// Name and version.
    pub(crate) os: Option<String>,
    /// Percent.
    pub(crate) session_rate: Option<f64>,
    /// Version of the remote document.
    pub(crate) remote_version: Option<String>,
}

impl Facts {
    /// Reads a RUM event. Logs name the person as RUM does.
    pub(super) fn read(event: &Value) -> Self {
        Self {
            application_id: text(event, "/application/id"),
            app: text(event, "/source"),
            service: text(event, "/service"),
            version: text(event, "/version"),
            precondition: text(event, "/_dd/session/session_precondition"),
            kind: text(event, "/session/type"),
            user: person(event.get("usr")),
            account: person(event.get("account")),
            device: joined(event, ["/device/brand", "/device/model"])
                .or_else(|| text(event, "/device/name")),
            os: joined(event, ["/os/name", "/os/version"]),
            session_rate: event
                .pointer("/_dd/configuration/session_sample_rate")
                .and_then(Value::as_f64),
            remote_version: text(event, "/context/handspan/remote_version"),
        }
    }

    /// Takes over what a later event tells.
    pub(super) fn learn(&mut self, later: Self) {
        fn take<T>(known: &mut Option<T>, later: Option<T>) {
            if later.is_some() {
                *known = later;
            }
        }
        take(&mut self.application_id, later.application_id);
        take(&mut self.app, later.app);
        take(&mut self.service, later.service);
        take(&mut self.version, later.version);
        take(&mut self.precondition, later.precondition);
        take(&mut self.kind, later.kind);
        take(&mut self.user, later.user);
        take(&mut self.account, later.account);
        take(&mut self.device, later.device);
        take(&mut self.os, later.os);
        take(&mut self.session_rate, later.session_rate);
        take(&mut self.remote_version, later.remote_version);
    }

    /// What a search looks at.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let own = [
            &self.application_id,
            &self.app,
            &self.service,
            &self.version,
            &self.precondition,
            &self.device,
            &self.os,
            &self.remote_version,
        ];
        own.into_iter()
            .flatten()
            .map(String::as_str)
            .chain(self.people())
    }

    /// Who it was, in all their names.
    pub(super) fn people(&self) -> impl Iterator<Item = &str> {
        [&self.user, &self.account]
            .into_iter()
            .flatten()
            .flat_map(|person| {
                [
                    &person.id,
                    &person.name,
                    &person.email,
                    &person.anonymous_id,
                ]
            })
            .flatten()
            .map(String::as_str)
    }
}

fn person(value: Option<&Value>) -> Option<Person> {
    let value = value.filter(|value| value.is_object())?;
    let person = Person {
        id: text(value, "/id"),
        name: text(value, "/name"),
        email: text(value, "/email"),
        anonymous_id: text(value, "/anonymous_id"),
    };
    (person != Person::default()).then_some(person)
}

fn joined(event: &Value, pointers: [&str; 2]) -> Option<String> {
    let parts: Vec<String> = pointers
        .into_iter()
        .filter_map(|pointer| text(event, pointer))
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
