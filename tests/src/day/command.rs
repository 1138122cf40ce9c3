//! What a step is to the core.

use handspan_core::rum::command::{
    ActionKind, AppLaunchMetric, Connectivity, ConnectivityInterface, ConnectivityStatus,
    ErrorCategory, ErrorCause, ErrorHandling, ErrorSource, LogLevel, LogLine, OperationStep,
    ResourceKind, RumCommand, RumError, StartupType,
};

use super::script::Step;

const MS_NS: u64 = 1_000_000;

pub(super) fn command(step: &Step) -> Result<RumCommand, String> {
    let attributes = step.attributes()?;
    Ok(match step.call.as_str() {
        "start_view" => RumCommand::StartView {
            key: step.text("key")?,
            name: step.text("name")?,
            url: step.optional_text("url")?,
            attributes,
        },
        "stop_view" => RumCommand::StopView {
            key: step.text("key")?,
            attributes,
        },
        "add_view_timing" => RumCommand::AddViewTiming {
            name: step.text("name")?,
        },
        "add_view_loading_time" => RumCommand::AddViewLoadingTime {
            overwrite: step.optional_switch("overwrite")?.unwrap_or_default(),
        },
        "set_view_attributes" => RumCommand::SetViewAttributes { attributes },
        "remove_view_attributes" => RumCommand::RemoveViewAttributes {
            names: step.texts("names")?,
        },
        "add_action" => RumCommand::AddAction {
            kind: kind(step, "kind", ACTIONS)?,
            name: step.text("name")?,
            attributes,
        },
        "start_action" => RumCommand::StartAction {
            kind: kind(step, "kind", ACTIONS)?,
            name: step.text("name")?,
            attributes,
        },
        "stop_action" => RumCommand::StopAction {
            kind: optional_kind(step, "kind", ACTIONS)?,
            name: step.optional_text("name")?,
            attributes,
        },
        "add_error" => RumCommand::AddError(Box::new(error(step)?)),
        "start_resource" => RumCommand::StartResource {
            key: step.text("key")?,
            method: step.text("method")?,
            url: step.text("url")?,
            attributes,
        },
        "stop_resource" => RumCommand::StopResource {
            key: step.text("key")?,
            status_code: status_code(step)?,
            kind: kind(step, "kind", RESOURCES)?,
            size: step.optional_whole("size")?,
            attributes,
        },
        "stop_resource_with_error" => RumCommand::StopResourceWithError {
            key: step.text("key")?,
            status_code: status_code(step)?,
            message: step.text("message")?,
            error_type: step.optional_text("error_type")?,
            stack: step.optional_text("stack")?,
            attributes,
        },
        "add_long_task" => RumCommand::AddLongTask {
            duration_ns: step.whole("duration_ms")? * MS_NS,
            attributes,
        },
        "add_performance_sample" => RumCommand::AddPerformanceSample {
            memory_bytes: step.optional_number("memory_bytes")?,
            cpu_ticks: step.optional_number("cpu_ticks")?,
            refresh_rate: step.optional_number("refresh_rate")?,
        },
        "add_duration_vital" => RumCommand::AddDurationVital {
            name: step.text("name")?,
            description: step.optional_text("description")?,
            duration_ns: step.whole("duration_ms")? * MS_NS,
            attributes,
        },
        "add_operation_step" => RumCommand::AddOperationStep {
            name: step.text("name")?,
            key: step.optional_text("key")?,
            step: kind(step, "step", OPERATION_STEPS)?,
            attributes,
        },
        "add_app_launch" => RumCommand::AddAppLaunch {
            metric: kind(step, "metric", LAUNCH_METRICS)?,
            duration_ns: step.whole("duration_ms")? * MS_NS,
            startup: kind(step, "startup", STARTUPS)?,
            is_prewarmed: step.optional_switch("is_prewarmed")?,
            has_saved_instance_state: step.optional_switch("has_saved_instance_state")?,
        },
        "add_feature_flag" => RumCommand::AddFeatureFlag {
            name: step.text("name")?,
            value: step.value("value")?,
        },
        "set_attributes" => RumCommand::SetAttributes { attributes },
        "remove_attributes" => RumCommand::RemoveAttributes {
            names: step.texts("names")?,
        },
        "set_connectivity" => RumCommand::SetConnectivity(Connectivity {
            status: kind(step, "status", CONNECTIVITY)?,
            interfaces: step
                .texts("interfaces")?
                .iter()
                .map(|name| named(name, INTERFACES))
                .collect::<Result<_, _>>()?,
            cellular_technology: step.optional_text("cellular_technology")?,
            carrier_name: step.optional_text("carrier_name")?,
        }),
        "stop_session" => RumCommand::StopSession,
        "log" => RumCommand::Log(Box::new(LogLine {
            level: kind(step, "level", LEVELS)?,
            message: step.text("message")?,
            logger_name: step.optional_text("logger")?,
            // As the languages have it: the thread that the day is told on is none of the day's.
            thread_name: None,
            error_type: step.optional_text("error_type")?,
            error_message: step.optional_text("error_message")?,
            error_stack: step.optional_text("error_stack")?,
            span: None,
            attributes,
        })),
        other => return Err(format!("no step is called `{other}`")),
    })
}

fn error(step: &Step) -> Result<RumError, String> {
    let cause = |cause: &Step| {
        Ok(ErrorCause {
            message: cause.text("message")?,
            error_type: cause.optional_text("error_type")?,
            stack: cause.optional_text("stack")?,
        })
    };
    Ok(RumError {
        message: step.text("message")?,
        source: kind(step, "source", SOURCES)?,
        error_type: step.optional_text("error_type")?,
        stack: step.optional_text("stack")?,
        is_crash: step.optional_switch("is_crash")?.unwrap_or_default(),
        handling: optional_kind(step, "handling", HANDLINGS)?,
        category: optional_kind(step, "category", CATEGORIES)?,
        fingerprint: step.optional_text("fingerprint")?,
        causes: step
            .steps("causes")?
            .iter()
            .map(cause)
            .collect::<Result<_, String>>()?,
        freeze_duration_ns: step.optional_whole("freeze_ms")?.map(|ms| ms * MS_NS),
        attributes: step.attributes()?,
    })
}

fn status_code(step: &Step) -> Result<Option<u16>, String> {
    let code = step.optional_whole("status_code")?;
    Ok(code.and_then(|code| u16::try_from(code).ok()))
}

fn kind<T: Copy>(step: &Step, field: &str, kinds: &[(&str, T)]) -> Result<T, String> {
    named(&step.text(field)?, kinds)
}

fn optional_kind<T: Copy>(
    step: &Step,
    field: &str,
    kinds: &[(&str, T)],
) -> Result<Option<T>, String> {
    let name = step.optional_text(field)?;
    name.map(|name| named(&name, kinds)).transpose()
}

fn named<T: Copy>(name: &str, kinds: &[(&str, T)]) -> Result<T, String> {
    let found = kinds.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, kind)| *kind)
        .ok_or_else(|| format!("nothing is called `{name}`"))
}

const ACTIONS: &[(&str, ActionKind)] = &[
    ("tap", ActionKind::Tap),
    ("click", ActionKind::Click),
    ("scroll", ActionKind::Scroll),
    ("swipe", ActionKind::Swipe),
    ("back", ActionKind::Back),
    ("custom", ActionKind::Custom),
];
const RESOURCES: &[(&str, ResourceKind)] = &[
    ("native", ResourceKind::Native),
    ("image", ResourceKind::Image),
    ("other", ResourceKind::Other),
];
const SOURCES: &[(&str, ErrorSource)] = &[
    ("network", ErrorSource::Network),
    ("source", ErrorSource::Source),
    ("custom", ErrorSource::Custom),
];
const HANDLINGS: &[(&str, ErrorHandling)] = &[
    ("handled", ErrorHandling::Handled),
    ("unhandled", ErrorHandling::Unhandled),
];
const CATEGORIES: &[(&str, ErrorCategory)] = &[
    ("exception", ErrorCategory::Exception),
    ("network", ErrorCategory::Network),
];
const OPERATION_STEPS: &[(&str, OperationStep)] = &[
    ("start", OperationStep::Start),
    ("update", OperationStep::Update),
    ("retry", OperationStep::Retry),
    ("succeed", OperationStep::Succeed),
    ("fail_with_error", OperationStep::FailWithError),
    ("fail_abandoned", OperationStep::FailAbandoned),
    ("fail_other", OperationStep::FailOther),
];
const LAUNCH_METRICS: &[(&str, AppLaunchMetric)] = &[
    (
        "time_to_initial_display",
        AppLaunchMetric::TimeToInitialDisplay,
    ),
    ("time_to_full_display", AppLaunchMetric::TimeToFullDisplay),
];
const STARTUPS: &[(&str, StartupType)] = &[
    ("cold_start", StartupType::ColdStart),
    ("warm_start", StartupType::WarmStart),
];
const CONNECTIVITY: &[(&str, ConnectivityStatus)] = &[
    ("connected", ConnectivityStatus::Connected),
    ("not_connected", ConnectivityStatus::NotConnected),
    ("maybe", ConnectivityStatus::Maybe),
];
const INTERFACES: &[(&str, ConnectivityInterface)] = &[
    ("wifi", ConnectivityInterface::Wifi),
    ("cellular", ConnectivityInterface::Cellular),
];
const LEVELS: &[(&str, LogLevel)] = &[
    ("debug", LogLevel::Debug),
    ("info", LogLevel::Info),
    ("notice", LogLevel::Notice),
    ("warn", LogLevel::Warn),
    ("error", LogLevel::Error),
    ("critical", LogLevel::Critical),
];
