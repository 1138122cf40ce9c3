//! Whether the phone is in a state to send, and how often its radio may be woken.

use crate::limits;

/// What the platform knows of the phone, as it tells whenever that changes. The default is a platform that tells nothing: then
/// every try is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UploadConditions {
    /// The network.
    pub network: Network,
    /// The battery is below 10 % and not being charged.
    pub battery_low: bool,
    /// The user has switched a power-save mode on, and the phone is not being charged.
    pub low_power: bool,
}

/// What is known of the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// Nobody tells: a try will show.
    #[default]
    Unknown,
    /// There is none: nothing is tried, and no timer runs.
    None,
    /// The user pays by the byte, as on most mobile networks.
    Metered,
    /// The user does not.
    Unmetered,
}

impl UploadConditions {
    /// The same in one byte, so that two can be compared without a lock.
    pub(crate) fn bits(self) -> u8 {
        let network = match self.network {
            Network::Unknown => 0,
            Network::None => 1,
            Network::Metered => 2,
            Network::Unmetered => 3,
        };
        network | u8::from(self.battery_low) << 2 | u8::from(self.low_power) << 3
    }
}

/// When to send. The defaults of the three switches are what dd-sdk-android and dd-sdk-ios do: over any network, and not with a
/// battery below 10 % or in power-save mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadPolicy {
    /// Send over a metered network? Default true: a phone may see no other for days, and what is a day old is lost.
    pub metered: bool,
    /// Send while the battery is low? Default false.
    pub battery_low: bool,
    /// Send in power-save mode? Default false.
    pub low_power: bool,
    /// Least time between two wake-ups of the radio on a metered network, milliseconds, 0…43,200,000.
    pub metered_interval_ms: u64,
    /// The same while the app is in the background.
    pub background_interval_ms: u64,
}

impl Default for UploadPolicy {
    fn default() -> Self {
        Self {
            metered: true,
            battery_low: false,
            low_power: false,
            metered_interval_ms: limits::METERED_INTERVAL_MS,
            background_interval_ms: limits::BACKGROUND_INTERVAL_MS,
        }
    }
}

/// Why nothing is sent, whatever waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// There is no network.
    NoNetwork,
    /// The network is metered, and the policy forbids that.
    Metered,
    /// The battery is low.
    BatteryLow,
    /// The phone saves power.
    LowPower,
    /// The app or the remote document has switched everything off.
    Disabled,
}

impl Hold {
    /// The snake_case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoNetwork => "no_network",
            Self::Metered => "metered",
            Self::BatteryLow => "battery_low",
            Self::LowPower => "low_power",
            Self::Disabled => "disabled",
        }
    }
}

impl UploadPolicy {
    /// Why nothing is sent in these conditions; none where the phone may send.
    pub fn hold(&self, conditions: UploadConditions) -> Option<Hold> {
        let UploadConditions {
            network,
            battery_low,
            low_power,
        } = conditions;
        if network == Network::None {
            Some(Hold::NoNetwork)
        } else if network == Network::Metered && !self.metered {
            Some(Hold::Metered)
        } else if battery_low && !self.battery_low {
            Some(Hold::BatteryLow)
        } else if low_power && !self.low_power {
            Some(Hold::LowPower)
        } else {
            None
        }
    }

    /// Least time between two wake-ups of the radio, milliseconds.
    pub fn interval_ms(&self, conditions: UploadConditions, background: bool) -> u64 {
        let metered = if conditions.network == Network::Metered {
            self.metered_interval_ms
        } else {
            0
        };
        let background = if background {
            self.background_interval_ms
        } else {
            0
        };
        metered.max(background)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(network: Network) -> UploadConditions {
        UploadConditions {
            network,
            ..UploadConditions::default()
        }
    }

    #[test]
    fn who_tells_nothing_may_send() {
        let policy = UploadPolicy::default();
        assert_eq!(policy.hold(UploadConditions::default()), None);
        assert_eq!(policy.interval_ms(UploadConditions::default(), false), 0);
    }

    #[test]
    fn each_condition_holds_back_unless_the_policy_allows_it() {
        let low = UploadConditions {
            battery_low: true,
            ..on(Network::Unmetered)
        };
        let saving = UploadConditions {
            low_power: true,
            ..on(Network::Unmetered)
        };
        let strict = UploadPolicy {
            metered: false,
            ..UploadPolicy::default()
        };
        let eager = UploadPolicy {
            battery_low: true,
            low_power: true,
            ..UploadPolicy::default()
        };
        let usual = UploadPolicy::default();
        for (policy, conditions, hold) in [
            (&usual, on(Network::None), Some(Hold::NoNetwork)),
            (&usual, on(Network::Metered), None),
            (&strict, on(Network::Metered), Some(Hold::Metered)),
            (&usual, low, Some(Hold::BatteryLow)),
            (&usual, saving, Some(Hold::LowPower)),
            (&eager, low, None),
            (&eager, saving, None),
            (&eager, on(Network::None), Some(Hold::NoNetwork)),
        ] {
            assert_eq!(policy.hold(conditions), hold, "{conditions:?}");
        }
    }

    #[test]
    fn every_state_has_bits_of_its_own() {
        let mut seen = std::collections::HashSet::new();
        for network in [
            Network::Unknown,
            Network::None,
            Network::Metered,
            Network::Unmetered,
        ] {
            for flags in 0..4 {
                let conditions = UploadConditions {
                    network,
                    battery_low: flags & 1 == 1,
                    low_power: flags & 2 == 2,
                };
                assert!(seen.insert(conditions.bits()));
            }
        }
    }
}
