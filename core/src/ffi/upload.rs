//! When to send: the policy that the app configures, and the state of the phone that the platform tells.

use super::{HandspanCore, guard};
use crate::upload;

/// When events are sent, as `upload::UploadPolicy` describes it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct UploadPolicy {
    /// Send over a metered network?
    #[uniffi(default = true)]
    pub metered: bool,
    /// Send while the battery is low?
    #[uniffi(default = false)]
    pub battery_low: bool,
    /// Send in power-save mode?
    #[uniffi(default = false)]
    pub low_power: bool,
    /// Least time between two wake-ups of the radio on a metered network, milliseconds; none: 30,000.
    #[uniffi(default = None)]
    pub metered_interval_ms: Option<u64>,
    /// The same in the background; none: 900,000.
    #[uniffi(default = None)]
    pub background_interval_ms: Option<u64>,
}

/// What is known of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Network {
    /// Nobody tells: tries are made.
    Unknown,
    /// There is none: nothing is tried.
    None,
    /// The user pays by the byte.
    Metered,
    /// The user does not.
    Unmetered,
}

/// The state of the phone. A phone that is being charged is neither low nor saving: the platform says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct UploadConditions {
    /// The network.
    pub network: Network,
    /// The battery is below 10 %.
    pub battery_low: bool,
    /// Power-save mode is on.
    pub low_power: bool,
}

#[uniffi::export]
impl HandspanCore {
    /// The state of the phone, at the start and whenever it changes. Cheap where nothing has changed.
    pub fn set_upload_conditions(&self, conditions: UploadConditions) {
        guard::guard(
            Some(&self.inner),
            || (),
            || self.inner.set_upload_conditions(conditions.into()),
        );
    }

    /// The app has gone to the background: what was recorded is sealed, and sent as far as that goes in about five seconds.
    /// Returns at once.
    pub fn enter_background(&self) {
        guard::guard(Some(&self.inner), || (), || self.inner.enter_background());
    }

    /// The app is in the foreground again.
    pub fn enter_foreground(&self) {
        guard::guard(Some(&self.inner), || (), || self.inner.enter_foreground());
    }
}

impl From<UploadPolicy> for upload::UploadPolicy {
    fn from(record: UploadPolicy) -> Self {
        let base = Self::default();
        Self {
            metered: record.metered,
            battery_low: record.battery_low,
            low_power: record.low_power,
            metered_interval_ms: record
                .metered_interval_ms
                .unwrap_or(base.metered_interval_ms),
            background_interval_ms: record
                .background_interval_ms
                .unwrap_or(base.background_interval_ms),
        }
    }
}

impl From<UploadConditions> for upload::UploadConditions {
    fn from(record: UploadConditions) -> Self {
        Self {
            network: match record.network {
                Network::Unknown => upload::Network::Unknown,
                Network::None => upload::Network::None,
                Network::Metered => upload::Network::Metered,
                Network::Unmetered => upload::Network::Unmetered,
            },
            battery_low: record.battery_low,
            low_power: record.low_power,
        }
    }
}
