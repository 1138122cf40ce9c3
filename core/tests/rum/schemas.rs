//! Every type of event against the published schemas: `HANDSPAN_SCHEMAS` names a folder of the shape of the public repository
//! `rum-events-format`. Without it the test says so and checks nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;

use boon::{Compiler, SchemaIndex, Schemas, UrlLoader};
use handspan_core::rum::attributes::AttributeValue;
use handspan_core::rum::command::*;
use handspan_core::rum::person::{AccountInfo, Person, UserInfo};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::app::*;
use super::laws::{run, steps};

/// The schemas name themselves by relative ids that lead nowhere: each goes by its file.
struct Files;

impl UrlLoader for Files {
    fn load(&self, url: &str) -> Result<Value, Box<dyn std::error::Error>> {
        let path = url.strip_prefix("file://").ok_or("no file")?;
        let mut schema: Value = serde_json::from_slice(&std::fs::read(path)?)?;
        if let Some(fields) = schema.as_object_mut() {
            fields.remove("$id");
        }
        Ok(schema)
    }
}

pub(crate) struct Published {
    schemas: Schemas,
    index: SchemaIndex,
}

pub(crate) fn published() -> Option<Published> {
    let Some(folder) = std::env::var_os("HANDSPAN_SCHEMAS") else {
        println!("left out: HANDSPAN_SCHEMAS is not set");
        return None;
    };
    let file = PathBuf::from(folder).join("rum-events-mobile-schema.json");
    let file = file.canonicalize().unwrap();
    let mut schemas = Schemas::new();
    let mut compiler = Compiler::new();
    compiler.use_loader(Box::new(Files));
    let index = compiler.compile(file.to_str().unwrap(), &mut schemas);
    Some(Published {
        index: index.unwrap(),
        schemas,
    })
}

impl Published {
    /// Events by type.
    pub(crate) fn check(&self, events: &[Value]) -> BTreeMap<String, u64> {
        let mut types = BTreeMap::new();
        for event in events {
            if let Err(error) = self.schemas.validate(event, self.index) {
                panic!("{event:#}\n{error:#}");
            }
            let kind = event["type"].as_str().unwrap();
            let vital = event["vital"]["type"].as_str().unwrap_or_default();
            *types
                .entry(format!("{kind} {vital}").trim().to_owned())
                .or_default() += 1;
        }
        types
    }
}

/// An app that uses all there is.
fn all_that_can_be_said(source: &str, extra: &str) -> Vec<Value> {
    let mut app = App::with(&format!(
        r#","source":"{source}","service":"shop","env":"prod","version":"1.2.3","device":{{"os_name":"Android",
            "os_version":"14","model":"Pixel 6","brand":"Google","type":"mobile","locale":"es-FR"}}{extra}"#
    ));
    app.person = Person::default()
        .with_user(Some(UserInfo {
            id: Some("4711".to_owned()),
            name: Some("Zoë".to_owned()),
            email: Some("z@a.example".to_owned()),
            attributes: attributes("plan", 1),
        }))
        .with_account(Some(AccountInfo {
            id: "acme".to_owned(),
            name: Some("Acme".to_owned()),
            attributes: attributes("tier", 2),
        }));
    app.record(RumCommand::SetConnectivity(Connectivity {
        status: ConnectivityStatus::Connected,
        interfaces: vec![ConnectivityInterface::Wifi, ConnectivityInterface::None],
        cellular_technology: Some("LTE".to_owned()),
        carrier_name: Some("Carrier".to_owned()),
    }));
    app.record(RumCommand::SetAttributes {
        attributes: attributes("app", 1),
    });
    app.wait(SECOND);
    for metric in [
        AppLaunchMetric::TimeToInitialDisplay,
        AppLaunchMetric::TimeToFullDisplay,
    ] {
        app.record(RumCommand::AddAppLaunch {
            metric,
            duration_ns: 800_000_000,
            startup: StartupType::ColdStart,
            is_prewarmed: Some(false),
            has_saved_instance_state: Some(true),
        });
    }
    let kinds = [
        ActionKind::Tap,
        ActionKind::Click,
        ActionKind::Scroll,
        ActionKind::Swipe,
        ActionKind::Back,
        ActionKind::Custom,
    ];
    for (number, kind) in kinds.into_iter().enumerate() {
        app.start_view(&format!("view {number}"));
        app.record(RumCommand::AddFeatureFlag {
            name: "flag".to_owned(),
            value: AttributeValue::List(vec![AttributeValue::Null]),
        });
        app.act(kind, "button");
        let call = app.begin_call();
        app.wait(50);
        app.end_call(&call);
        errors(&mut app, number);
        resources(&mut app);
        vitals(&mut app);
        app.wait(SECOND);
    }
    app.background();
    app.stop_view("view 5");
    app.fail(error("in the background"));
    app.wait(20 * MINUTE);
    app.foreground();
    app.start_view("after");
    app.record(RumCommand::StopSession);
    app.act(ActionKind::Tap, "again");
    app.end()
}

fn errors(app: &mut App, number: usize) {
    let categories = [
        ErrorCategory::Anr,
        ErrorCategory::AppHang,
        ErrorCategory::Exception,
        ErrorCategory::WatchdogTermination,
        ErrorCategory::MemoryWarning,
        ErrorCategory::Network,
    ];
    let sources = [
        ErrorSource::Network,
        ErrorSource::Source,
        ErrorSource::Console,
        ErrorSource::Logger,
        ErrorSource::Agent,
        ErrorSource::Webview,
        ErrorSource::Custom,
    ];
    for source in sources {
        app.fail(RumError {
            source,
            error_type: Some("E".to_owned()),
            stack: Some("at main".to_owned()),
            is_crash: number == 2,
            handling: Some(ErrorHandling::Handled),
            category: Some(categories[number]),
            fingerprint: Some("f".to_owned()),
            causes: vec![ErrorCause {
                message: "cause".to_owned(),
                error_type: Some("C".to_owned()),
                stack: Some("at main".to_owned()),
            }],
            freeze_duration_ns: Some(u64::MAX),
            attributes: attributes("e", 1),
            ..error("no")
        });
    }
}

fn resources(app: &mut App) {
    let kinds = [
        ResourceKind::Native,
        ResourceKind::Image,
        ResourceKind::Media,
        ResourceKind::Font,
        ResourceKind::Css,
        ResourceKind::Js,
        ResourceKind::Document,
        ResourceKind::Other,
    ];
    for kind in kinds {
        app.start_resource("r");
        app.record(RumCommand::StopResource {
            key: "r".to_owned(),
            status_code: Some(404),
            kind,
            size: Some(u64::MAX),
            attributes: Vec::new(),
        });
    }
    app.start_resource("f");
    app.record(RumCommand::StopResourceWithError {
        key: "f".to_owned(),
        status_code: Some(500),
        message: "no".to_owned(),
        error_type: Some("E".to_owned()),
        stack: Some("at main".to_owned()),
        attributes: Vec::new(),
    });
}

fn vitals(app: &mut App) {
    app.record(RumCommand::AddLongTask {
        duration_ns: 900_000_000,
        attributes: Vec::new(),
    });
    app.record(RumCommand::AddPerformanceSample {
        memory_bytes: Some(1e8),
        cpu_ticks: Some(100.0),
        refresh_rate: Some(59.9),
    });
    app.record(RumCommand::AddViewTiming {
        name: "seen".to_owned(),
    });
    app.record(RumCommand::AddViewLoadingTime { overwrite: false });
    app.record(RumCommand::AddDurationVital {
        name: "v".to_owned(),
        description: Some("d".to_owned()),
        duration_ns: 5,
        attributes: Vec::new(),
    });
    for step in [
        OperationStep::Start,
        OperationStep::Update,
        OperationStep::Retry,
        OperationStep::Succeed,
        OperationStep::FailWithError,
        OperationStep::FailAbandoned,
        OperationStep::FailOther,
    ] {
        app.record(RumCommand::AddOperationStep {
            name: "login".to_owned(),
            key: None,
            step,
            attributes: Vec::new(),
        });
    }
}

#[test]
fn every_type_of_event_is_what_the_schemas_say() {
    let Some(published) = published() else {
        return;
    };
    let mut types = BTreeMap::new();
    for (source, extra) in [
        ("android", ""),
        ("ios", r#","ci_test_execution_id":"c1""#),
        (
            "ios",
            r#","synthetics_test":{"test_id":"t","result_id":"r"}"#,
        ),
    ] {
        for (kind, count) in published.check(&all_that_can_be_said(source, extra)) {
            *types.entry(kind).or_insert(0) += count;
        }
    }
    println!("{types:?}");
    assert_eq!(
        types.keys().collect::<Vec<_>>(),
        [
            "action",
            "error",
            "long_task",
            "resource",
            "view",
            "vital app_launch",
            "vital duration",
            "vital operation_step"
        ]
    );
}

#[test]
fn whatever_is_said_in_whatever_order_is_what_the_schemas_say() {
    let Some(published) = published() else {
        return;
    };
    let mut runner = TestRunner::deterministic();
    let mut checked = 0;
    for _ in 0..64 {
        let steps = steps().new_tree(&mut runner).unwrap().current();
        checked += published.check(&run(&steps).0).values().sum::<u64>();
    }
    println!("{checked} events");
    assert!(checked > 1_000);
}
