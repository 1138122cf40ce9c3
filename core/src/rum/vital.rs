//! Durations, steps of operations and launches, by `rum/vital-…-schema.json`.

use serde_json::{Map, Value, json};

use super::attributes::Attributes;
use super::command::{AppLaunchMetric, OperationStep, StartupType};
use super::event::{set, whole};
use super::live::{LiveSession, Own, Teller};
use crate::limits;

/// How the app has come up.
pub(super) struct Launch {
    pub(super) metric: AppLaunchMetric,
    pub(super) duration_ns: u64,
    pub(super) startup: StartupType,
    pub(super) is_prewarmed: Option<bool>,
    pub(super) has_saved_instance_state: Option<bool>,
}

impl LiveSession {
    pub(super) fn add_duration(
        &mut self,
        name: String,
        description: Option<String>,
        duration_ns: u64,
        attributes: &Attributes,
        tell: &mut Teller<'_>,
    ) {
        let began = tell.now().saturating_sub(duration_ns / 1_000_000);
        let at = self.view_now(tell);
        let mut fields = vital("duration", tell);
        set(&mut fields, "name", Some(name));
        set(&mut fields, "description", description);
        set(&mut fields, "duration", Some(whole(duration_ns)));
        self.add_vital(at, Own::at(began, attributes), fields, tell);
    }

    pub(super) fn add_step(
        &mut self,
        name: String,
        key: Option<String>,
        step: OperationStep,
        attributes: &Attributes,
        tell: &mut Teller<'_>,
    ) {
        let at = self.view_now(tell);
        let (step, failure) = step_names(step);
        let mut fields = vital("operation_step", tell);
        set(&mut fields, "name", Some(name));
        set(&mut fields, "operation_key", key);
        set(&mut fields, "step_type", Some(step));
        set(&mut fields, "failure_reason", failure);
        self.add_vital(at, Own::at(tell.now(), attributes), fields, tell);
    }

    /// It belongs to the view that there was when the process began: the launch view.
    pub(super) fn add_launch(&mut self, launch: &Launch, tell: &mut Teller<'_>) {
        if launch.duration_ns > limits::APP_LAUNCH_MAX_NS {
            if self.facts.kept {
                tell.drop("launch_too_long");
            }
            return;
        }
        let began = tell.now().saturating_sub(launch.duration_ns / 1_000_000);
        let at = self.view_at(began, tell);
        let (metric, name) = match launch.metric {
            AppLaunchMetric::TimeToInitialDisplay => ("ttid", "time_to_initial_display"),
            AppLaunchMetric::TimeToFullDisplay => ("ttfd", "time_to_full_display"),
        };
        let startup = match launch.startup {
            StartupType::ColdStart => "cold_start",
            StartupType::WarmStart => "warm_start",
        };
        let mut fields = vital("app_launch", tell);
        set(&mut fields, "name", Some(name));
        set(&mut fields, "app_launch_metric", Some(metric));
        set(&mut fields, "duration", Some(whole(launch.duration_ns)));
        set(&mut fields, "startup_type", Some(startup));
        set(&mut fields, "is_prewarmed", launch.is_prewarmed);
        let saved = launch.has_saved_instance_state;
        set(&mut fields, "has_saved_instance_state_bundle", saved);
        self.add_vital(at, Own::at(began, &[]), fields, tell);
        if launch.metric == AppLaunchMetric::TimeToInitialDisplay {
            self.tell_start(at, began, launch.duration_ns, tell);
        }
    }

    /// The launch as an action, for those who look for it there.
    fn tell_start(
        &mut self,
        at: Option<usize>,
        began: u64,
        duration_ns: u64,
        tell: &mut Teller<'_>,
    ) {
        let event = at.and_then(|at| self.child("action", at, Own::at(began, &[]), tell));
        let Some(mut event) = event else {
            return;
        };
        let fields = json!({
            "type": "application_start",
            "id": tell.env.uuid(),
            "loading_time": whole(duration_ns),
        });
        set(&mut event, "action", Some(fields));
        tell.push("action", event);
        if let Some(view) = at.and_then(|at| self.views.get_mut(at)) {
            view.counts.action += 1;
            view.is_dirty = true;
        }
    }

    fn add_vital(
        &self,
        at: Option<usize>,
        own: Own<'_>,
        fields: Map<String, Value>,
        tell: &mut Teller<'_>,
    ) {
        let Some(at) = at else {
            return self.drop_background(tell);
        };
        if let Some(mut event) = self.child("vital", at, own, tell) {
            set(&mut event, "vital", Some(fields));
            tell.push("vital", event);
        }
    }
}

fn vital(kind: &str, tell: &Teller<'_>) -> Map<String, Value> {
    let mut fields = Map::new();
    set(&mut fields, "id", Some(tell.env.uuid()));
    set(&mut fields, "type", Some(kind));
    fields
}

/// Step and, of one that failed, why.
fn step_names(step: OperationStep) -> (&'static str, Option<&'static str>) {
    match step {
        OperationStep::Start => ("start", None),
        OperationStep::Update => ("update", None),
        OperationStep::Retry => ("retry", None),
        OperationStep::Succeed => ("end", None),
        OperationStep::FailWithError => ("end", Some("error")),
        OperationStep::FailAbandoned => ("end", Some("abandoned")),
        OperationStep::FailOther => ("end", Some("other")),
    }
}
