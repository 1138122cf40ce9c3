//! The boundary: the only place that knows UniFFI.
//!
//! One long-lived object, [`HandspanCore`], flat records, no async, no callback that carries data. Every exported body
//! runs behind a [`guard`]: a panic becomes a default and a count. Only making the object can fail.

mod convert;
mod guard;
mod records;
mod rum;
mod stats;
mod upload;

pub use records::*;
pub use rum::*;
pub use stats::{CoreStats, IntakeStats, RemoteStats, TrackStats};
pub use upload::{Network, UploadConditions, UploadPolicy};

use std::sync::Arc;
use std::time::Duration;

use crate::instance::{Handspan, registry};

/// A running core. Every method may be called from any thread and returns without waiting, bar `flush` and `shutdown`.
#[derive(uniffi::Object)]
pub struct HandspanCore {
    inner: Arc<Handspan>,
}

#[uniffi::export]
impl HandspanCore {
    /// Starts a core and its `handspan` thread, or returns the one that runs under the same instance name.
    #[uniffi::constructor]
    pub fn start(configuration: CoreConfiguration) -> Result<Arc<Self>, StartFailure> {
        guard::guard(
            None,
            || {
                Err(StartFailure::Platform {
                    message: "internal error while starting".to_owned(),
                })
            },
            || {
                let inner = Handspan::start(configuration.into()).map_err(StartFailure::from)?;
                Ok(Arc::new(Self { inner }))
            },
        )
    }

    /// What to do with a request that is about to go on the wire. Once a hop.
    pub fn plan(&self, request: HopRequest) -> HopPlan {
        guard::guard(Some(&self.inner), convert::untouched, || {
            convert::plan(&self.inner, &request)
        })
    }

    /// Why a request is or is not traced. For people and for tests: it costs more than a plan.
    pub fn explain(&self, request: HopRequest) -> Explanation {
        guard::guard(Some(&self.inner), convert::unexplained, || {
            convert::explain(&self.inner, &request)
        })
    }

    /// Keeps every trace that begins within the next `seconds` (at most a day), whatever the rates say; 0 ends it.
    pub fn keep_traces_for(&self, seconds: u32) {
        let duration = Duration::from_secs(seconds.into());
        guard::guard(
            Some(&self.inner),
            || (),
            || self.inner.keep_traces_for(duration),
        );
    }

    /// Reports a call that has ended. Once a call.
    pub fn finish(&self, call: FinishedCall) {
        guard::guard(Some(&self.inner), || (), || self.inner.finish(call.into()));
    }

    /// The user has decided, or changed their mind. Holds from the next call on.
    pub fn set_tracking_consent(&self, consent: TrackingConsent) {
        guard::guard(
            Some(&self.inner),
            || (),
            || self.inner.set_tracking_consent(consent.into()),
        );
    }

    /// Seals the open batch and sends what waits; true when all of it was taken within `timeout_ms`. Waits so long: not
    /// for a main thread.
    pub fn flush(&self, timeout_ms: u32) -> bool {
        guard::guard(
            Some(&self.inner),
            || false,
            || self.inner.flush(Duration::from_millis(timeout_ms.into())),
        )
    }

    /// How the core is doing.
    pub fn status(&self) -> CoreStatus {
        guard::guard(Some(&self.inner), convert::unknown_status, || {
            self.inner.status().into()
        })
    }

    /// Stops the thread after what was recorded is stored, and leaves the registry. Waits for it at most a second.
    pub fn shutdown(&self) {
        guard::guard(Some(&self.inner), || (), || self.inner.shutdown());
    }
}

/// The core that runs under this instance name, whichever door made it.
#[uniffi::export]
pub fn running_core(instance: String) -> Option<Arc<HandspanCore>> {
    guard::guard(
        None,
        || None,
        || registry::find(&instance).map(|inner| Arc::new(HandspanCore { inner })),
    )
}

/// Names of the headers that `HopRequest::headers` should carry when the request has them, lower-case.
#[uniffi::export]
pub fn trace_header_names() -> Vec<String> {
    crate::trace::READ_HEADER_NAMES
        .iter()
        .map(|&name| name.to_owned())
        .collect()
}

/// Names of the response headers that `FinishedHop::response_headers` should carry, lower-case.
#[uniffi::export]
pub fn response_header_names() -> Vec<String> {
    crate::trace::response::RESPONSE_HEADER_NAMES
        .iter()
        .map(|&name| name.to_owned())
        .collect()
}

/// Version of the core.
#[uniffi::export]
pub fn core_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
