//! The app, as headers name it.

use super::{arms, sw8};

/// What `sw8` and ARMS's member of `tracestate` say of the app. It is the same for every request, so it is made once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppIdentity {
    /// What an entry span's name begins with.
    pub(super) entry_span: String,
    /// Fields 4 to 6 of `sw8`, with the separators around them.
    pub(super) sw8_caller: String,
    /// ARMS's member as far as the session's id. None where no pid is configured.
    pub(super) rum: Option<String>,
}

impl AppIdentity {
    /// `source` is `android` or `ios`; `version` is the app's, of any text; `arms_pid` is ARMS's id of the app, as
    /// [`arms::safe_pid`] leaves it.
    pub fn new(source: &str, version: Option<&str>, arms_pid: Option<&str>) -> Self {
        Self {
            entry_span: arms::entry_span(source),
            sw8_caller: sw8::caller(&arms::application(source), version),
            rum: arms_pid.map(|pid| arms::member(source, pid)),
        }
    }
}

impl Default for AppIdentity {
    fn default() -> Self {
        Self::new("android", None, None)
    }
}
