//! Which command is whose.

use super::attributes::Attribute;
use super::command::RumCommand;
use super::live::{LiveSession, Teller};
use super::manual::{Ended, Failed};
use super::view::Identity;
use super::vital::Launch;

/// A resource ends in the session that it began in. False where it has begun in none that is alive.
pub(super) fn stop_resource(
    command: RumCommand,
    alive: [&mut Option<LiveSession>; 2],
    tell: &mut Teller<'_>,
) -> bool {
    let (key, mut ended) = match command {
        RumCommand::StopResource {
            key,
            status_code,
            kind,
            size,
            attributes,
        } => (
            key,
            Ended {
                status_code,
                kind,
                size,
                attributes,
                error: None,
            },
        ),
        RumCommand::StopResourceWithError {
            key,
            status_code,
            message,
            error_type,
            stack,
            attributes,
        } => (
            key,
            Ended {
                status_code,
                kind: Default::default(),
                size: None,
                attributes,
                error: Some(Failed {
                    message,
                    error_type,
                    stack,
                }),
            },
        ),
        _ => return false,
    };
    for session in alive.into_iter().flatten() {
        match session.stop_resource(&key, ended, tell) {
            Ok(()) => return true,
            Err(not_here) => ended = not_here,
        }
    }
    false
}

impl LiveSession {
    pub(super) fn fold(&mut self, command: RumCommand, tell: &mut Teller<'_>) {
        match command {
            RumCommand::StartView {
                key,
                name,
                url,
                attributes,
            } => {
                let is = Identity::given(key, name, url, attributes);
                self.start_view(is, tell.now(), tell);
            }
            RumCommand::StopView { key, attributes } => self.stop_view(&key, attributes, tell),
            RumCommand::AddViewTiming { name } => self.add_timing(&name, tell),
            RumCommand::AddViewLoadingTime { overwrite } => self.add_loading_time(overwrite, tell),
            RumCommand::SetViewAttributes { attributes } => {
                self.set_view_attributes(attributes, tell)
            }
            RumCommand::RemoveViewAttributes { names } => self.remove_view_attributes(&names),
            RumCommand::AddAction {
                kind,
                name,
                attributes,
            } => self.start_action(kind, name, attributes, false, tell),
            RumCommand::StartAction {
                kind,
                name,
                attributes,
            } => self.start_action(kind, name, attributes, true, tell),
            RumCommand::StopAction {
                kind,
                name,
                attributes,
            } => self.stop_action(kind, name, attributes, tell),
            RumCommand::AddError(error) => self.add_error(*error, tell),
            RumCommand::StartResource {
                key,
                method,
                url,
                attributes,
            } => self.start_resource(key, method, url, attributes, tell),
            RumCommand::AddLongTask {
                duration_ns,
                attributes,
            } => self.add_long_task(duration_ns, &attributes, tell),
            RumCommand::AddPerformanceSample {
                memory_bytes,
                cpu_ticks,
                refresh_rate,
            } => {
                if let Some(view) = self.active_view() {
                    view.vitals.add(memory_bytes, cpu_ticks, refresh_rate);
                    view.is_dirty = true;
                }
            }
            RumCommand::AddDurationVital {
                name,
                description,
                duration_ns,
                attributes,
            } => self.add_duration(name, description, duration_ns, &attributes, tell),
            RumCommand::AddOperationStep {
                name,
                key,
                step,
                attributes,
            } => self.add_step(name, key, step, &attributes, tell),
            RumCommand::AddAppLaunch {
                metric,
                duration_ns,
                startup,
                is_prewarmed,
                has_saved_instance_state,
            } => {
                let launch = Launch {
                    metric,
                    duration_ns,
                    startup,
                    is_prewarmed,
                    has_saved_instance_state,
                };
                self.add_launch(&launch, tell);
            }
            RumCommand::AddFeatureFlag { name, value } => {
                self.add_flag(Attribute { name, value }, tell);
            }
            // Whatever session they are said in.
            RumCommand::StopResource { .. }
            | RumCommand::StopResourceWithError { .. }
            | RumCommand::SetAttributes { .. }
            | RumCommand::RemoveAttributes { .. }
            | RumCommand::SetConnectivity(_)
            | RumCommand::StopSession
            | RumCommand::Log(_)
            | RumCommand::FinishSpan(_) => {}
        }
    }
}
