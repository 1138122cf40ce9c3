//! What an app tells: commands of the usual size, to a running core.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use handspan_core::config::{Configuration, IntakeRule, StartError};
use handspan_core::instance::Handspan;
use handspan_core::rum::attributes::{Attribute, AttributeValue, Attributes};
use handspan_core::rum::command::{ActionKind, LogLine, RumCommand, RumError};
use handspan_core::seams::Seams;
use handspan_core::seams::clock::{Clock, Now};
use handspan_core::seams::entropy::SystemEntropy;
use handspan_core::seams::transport::{HttpRequest, Sending, Transport, TransportError};
use handspan_core::upload::{Network, UploadConditions};

/// Commands that are told before the core's thread is waited for: the queue is never full.
pub const TOGETHER: u64 = 100;

/// A kind of command.
#[derive(Debug, Clone, Copy)]
pub struct Telling {
    /// As it is shown.
    pub name: &'static str,
    /// Makes one: that is the app's work, and the caller's all the same.
    pub command: fn() -> RumCommand,
}

/// All of them.
pub const TELLINGS: [Telling; 4] = [
    Telling {
        name: "action",
        command: action,
    },
    Telling {
        name: "view",
        command: view,
    },
    Telling {
        name: "log line",
        command: log_line,
    },
    Telling {
        name: "error, 2 KB of stack",
        command: error,
    },
];

/// A core that records and has nobody to send to.
pub fn core(name: &str) -> Result<Arc<Handspan>, StartError> {
    let seams = Seams {
        clock: Arc::new(StdClock(Instant::now())),
        entropy: Arc::new(SystemEntropy),
        transport: Arc::new(Nobody),
    };
    let configuration = Configuration {
        client_token: "pub0123456789abcdef0123456789abcdef".to_owned(),
        application_id: "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1".to_owned(),
        instance: name.to_owned(),
        intakes: vec![IntakeRule {
            kind: "datadog".to_owned(),
            ..IntakeRule::default()
        }],
        ..Configuration::default()
    };
    let core = Handspan::start_with(configuration, seams)?;
    core.set_upload_conditions(UploadConditions {
        network: Network::None,
        ..UploadConditions::default()
    });
    Ok(core)
}

/// The standard library's clocks: the core's own reads them by a way that valgrind has no map of.
struct StdClock(Instant);

impl Clock for StdClock {
    fn now(&self) -> Now {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or_default();
        Now {
            wall_ms: millis(
                SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default(),
            ),
            mono_ms: millis(self.0.elapsed()),
        }
    }
}

/// Nothing is sent.
struct Nobody;

impl Transport for Nobody {
    fn send(&self, _request: HttpRequest) -> Sending {
        Box::pin(std::future::ready(Err(TransportError::Timeout)))
    }
}

/// Waits until the core's thread has done all that it was told: it can't send, and says so.
pub fn settle(core: &Handspan) {
    core.flush(Duration::from_secs(60));
}

fn attributes() -> Attributes {
    let attribute = |name: &str, value| Attribute {
        name: name.to_owned(),
        value,
    };
    vec![
        attribute("screen", AttributeValue::Text("checkout".to_owned())),
        attribute("items", AttributeValue::Int(3)),
    ]
}

fn action() -> RumCommand {
    RumCommand::AddAction {
        kind: ActionKind::Custom,
        name: "Add to cart".to_owned(),
        attributes: attributes(),
    }
}

fn view() -> RumCommand {
    RumCommand::StartView {
        key: "checkout".to_owned(),
        name: "Checkout".to_owned(),
        url: Some("app/checkout".to_owned()),
        attributes: attributes(),
    }
}

fn log_line() -> RumCommand {
    RumCommand::Log(Box::new(LogLine {
        message: "the cart took longer than it should".to_owned(),
        logger_name: Some("cart".to_owned()),
        attributes: attributes(),
        ..LogLine::default()
    }))
}

fn error() -> RumCommand {
    RumCommand::AddError(Box::new(RumError {
        message: "the cart is not there".to_owned(),
        error_type: Some("java.lang.IllegalStateException".to_owned()),
        stack: Some("at com.example.cart.Cart.add(Cart.kt:12)\n".repeat(50)),
        attributes: attributes(),
        ..RumError::default()
    }))
}
