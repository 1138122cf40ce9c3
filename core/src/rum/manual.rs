//! Resources by hand: of requests that no interceptor of ours sees.

use serde_json::{Map, Value, json};

use super::action::Child;
use super::attributes::{Attributes, merge};
use super::command::{ErrorSource, ResourceKind};
use super::error::{set_action, source_name};
use super::event::{ns, set, whole};
use super::live::{LiveSession, Own, Teller};
use super::resource::METHODS;
use super::view::View;
use crate::limits;

/// A resource that has begun.
#[derive(Debug)]
pub(super) struct OpenResource {
    pub(super) key: String,
    method: String,
    url: String,
    attributes: Attributes,
    /// Monotonic, milliseconds.
    began: u64,
    /// UUID.
    view_id: String,
    /// UUID of the action that it began in.
    action_id: Option<String>,
}

/// How a resource has ended.
pub(super) struct Ended {
    pub(super) status_code: Option<u16>,
    pub(super) kind: ResourceKind,
    pub(super) size: Option<u64>,
    pub(super) attributes: Attributes,
    pub(super) error: Option<Failed>,
}

/// Why it failed.
pub(super) struct Failed {
    pub(super) message: String,
    pub(super) error_type: Option<String>,
    pub(super) stack: Option<String>,
}

impl LiveSession {
    pub(super) fn start_resource(
        &mut self,
        key: String,
        method: String,
        url: String,
        attributes: Attributes,
        tell: &mut Teller<'_>,
    ) {
        if !self.facts.captures_resources {
            return;
        }
        let now = tell.now();
        let Some(at) = self.view_now(tell) else {
            return self.drop_background(tell);
        };
        // One that was begun under this key will not end any more; nor, it seems, will the oldest of hundreds.
        let known = self.resources.iter().position(|open| open.key == key);
        let is_full = self.resources.len() >= limits::OPEN_RESOURCES;
        if let Some(lost) = known.or(is_full.then_some(0)) {
            let lost = self.resources.remove(lost);
            self.resource_ends(lost.action_id.as_deref());
            if let Some(at) = self.view_by_id(&lost.view_id) {
                self.initial_ended(at, lost.began);
            }
            if self.facts.kept {
                tell.drop("resource_never_stopped");
            }
        }
        let action_id = self.resource_begins(now);
        if let Some(view) = self.views.get_mut(at) {
            if view.needs(now) {
                view.initial_open += 1;
            }
            self.resources.push(OpenResource {
                key,
                method,
                url,
                attributes,
                began: now,
                view_id: view.id.clone(),
                action_id,
            });
        }
    }

    /// Gives back what is said where none of that key has begun in this session.
    pub(super) fn stop_resource(
        &mut self,
        key: &str,
        ended: Ended,
        tell: &mut Teller<'_>,
    ) -> Result<(), Ended> {
        let Some(at) = self.resources.iter().position(|open| open.key == key) else {
            return Err(ended);
        };
        let mut open = self.resources.remove(at);
        let (now, began) = (tell.now(), open.began);
        tell.out.left_out += merge(&mut open.attributes, ended.attributes);
        self.resource_ends(open.action_id.as_deref());
        let at = self.view_by_id(&open.view_id);
        let Some(at) = at.or_else(|| self.view_at(began, tell)) else {
            self.drop_background(tell);
            return Ok(());
        };
        self.initial_ended(at, began);
        let action = self.caused_by(began, Child::Resource, tell);
        let own = Own::at(began, &open.attributes);
        if let Some(mut event) = self.child("resource", at, own, tell) {
            let fields = resource(&open, ended.status_code, ended.kind, ended.size, tell);
            set(&mut event, "resource", Some(fields));
            set_action(&mut event, action.clone());
            self.resource_ended(at, began, now);
            tell.push("resource", event);
        }
        if let Some(failed) = ended.error {
            self.resource_failed(at, &open, ended.status_code, failed, tell);
        }
        Ok(())
    }

    fn resource_failed(
        &mut self,
        at: usize,
        open: &OpenResource,
        status_code: Option<u16>,
        failed: Failed,
        tell: &mut Teller<'_>,
    ) {
        let child = Child::Error { is_crash: false };
        let action = self.caused_by(open.began, child, tell);
        let own = Own::at(tell.now(), &open.attributes);
        let Some(mut event) = self.child("error", at, own, tell) else {
            return;
        };
        let mut fields = Map::new();
        set(&mut fields, "id", Some(tell.env.uuid()));
        set(&mut fields, "message", Some(failed.message));
        set(
            &mut fields,
            "source",
            Some(source_name(ErrorSource::Network)),
        );
        set(&mut fields, "type", failed.error_type);
        set(&mut fields, "stack", failed.stack);
        set(&mut fields, "is_crash", Some(false));
        set(&mut fields, "category", Some("Network"));
        self.tell_error(&mut event, &mut fields, at, tell);
        // The schema knows nine methods, and wants one.
        if let Some(method) = method(&open.method) {
            let request = json!({
                "method": method,
                "status_code": status_code.unwrap_or_default(),
                "url": open.url,
            });
            set(&mut fields, "resource", Some(request));
        }
        set(&mut event, "error", Some(fields));
        set_action(&mut event, action);
        if let Some(view) = self.views.get_mut(at) {
            view.counts.error += 1;
        }
        tell.push("error", event);
        self.write_view(at, tell);
    }

    fn view_by_id(&self, id: &str) -> Option<usize> {
        self.views.iter().position(|view: &View| view.id == id)
    }

    fn initial_ended(&mut self, at: usize, began: u64) {
        if let Some(view) = self.views.get_mut(at)
            && view.needs(began)
        {
            view.initial_open = view.initial_open.saturating_sub(1);
        }
    }
}

fn resource(
    open: &OpenResource,
    status_code: Option<u16>,
    kind: ResourceKind,
    size: Option<u64>,
    tell: &Teller<'_>,
) -> Value {
    let mut fields = Map::new();
    set(&mut fields, "id", Some(tell.env.uuid()));
    set(&mut fields, "type", Some(kind_name(kind)));
    set(&mut fields, "method", method(&open.method));
    set(&mut fields, "url", Some(open.url.as_str()));
    set(&mut fields, "status_code", status_code);
    let duration = ns(tell.now().saturating_sub(open.began));
    set(&mut fields, "duration", Some(duration.max(1)));
    set(&mut fields, "size", size.map(whole));
    Value::Object(fields)
}

fn method(given: &str) -> Option<String> {
    let method = given.to_ascii_uppercase();
    METHODS.contains(&method.as_str()).then_some(method)
}

fn kind_name(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Native => "native",
        ResourceKind::Image => "image",
        ResourceKind::Media => "media",
        ResourceKind::Font => "font",
        ResourceKind::Css => "css",
        ResourceKind::Js => "js",
        ResourceKind::Document => "document",
        ResourceKind::Other => "other",
    }
}
