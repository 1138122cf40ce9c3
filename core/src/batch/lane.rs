//! What a batch holds: events of one track and one priority.

/// What an intake has an address of its own for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Track {
    /// RUM events: views, actions, resources, errors.
    Rum,
    /// Log lines.
    Logs,
    /// Spans that no RUM event stands for.
    Spans,
}

/// What goes first when there is no room for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Evicted before anything of [`Priority::High`].
    Usual,
    /// Errors and crashes: evicted last.
    High,
}

/// A track and a priority. There is one open batch a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane {
    /// Where its events go.
    pub track: Track,
    /// How long its events are held on to.
    pub priority: Priority,
}

impl Lane {
    /// How many lanes there are.
    pub const COUNT: usize = 3 * 2;

    /// RUM events of the usual priority: nearly everything, and everything in batches of format version 1.
    pub const RUM: Self = Self {
        track: Track::Rum,
        priority: Priority::Usual,
    };
}

impl Track {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rum, Self::Logs, Self::Spans];

    /// The snake_case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rum => "rum",
            Self::Logs => "logs",
            Self::Spans => "spans",
        }
    }
}

/// Their numbers in a batch's header: never given to another.
impl Track {
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Rum => 1,
            Self::Logs => 2,
            Self::Spans => 3,
        }
    }

    pub(super) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|track| track.number() == number)
    }
}

impl Priority {
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Usual => 1,
            Self::High => 2,
        }
    }

    pub(super) fn from_number(number: u8) -> Option<Self> {
        [Self::Usual, Self::High]
            .into_iter()
            .find(|priority| priority.number() == number)
    }
}
