//! What a target may ask about a phone.

use crate::config::Configuration;

/// A phone and the app on it. Nothing of it leaves the phone: a target is decided here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PhoneFacts {
    /// A stable id of this install, of any text; empty: not known, and no part of the installs is this one.
    pub install_id: String,
    /// Version of the app.
    pub app_version: Option<String>,
    /// `android` or `ios`.
    pub platform: String,
    /// Name of the operating system, as `Android`; empty: not known.
    pub os_name: String,
    /// Its version, as `14.1`; empty: not known.
    pub os_version: String,
    /// `service` of the app.
    pub service: Option<String>,
    /// `env` of the app.
    pub env: Option<String>,
}

impl PhoneFacts {
    /// As the app configured them.
    pub fn of(configuration: &Configuration, install_id: impl Into<String>) -> Self {
        Self {
            install_id: install_id.into(),
            app_version: configuration.version.clone(),
            platform: configuration.source.clone(),
            os_name: configuration.device.os_name.clone(),
            os_version: configuration.device.os_version.clone(),
            service: configuration.service.clone(),
            env: configuration.env.clone(),
        }
    }
}
