//! Is a trace kept, and who says so?

use super::plan::{HopRequest, Injection, SessionIdentity, TraceSettings};
use super::reason::Reason;
use super::sampling::Rate;
use crate::hosts::HostEntry;

/// What the headers say of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Not kept.
    NotKept,
    /// Kept by a rate.
    Kept,
    /// Kept because somebody asked for this very trace.
    Forced,
}

impl Verdict {
    pub(super) fn kept(self) -> bool {
        self != Self::NotKept
    }

    /// The sample flag.
    pub(super) fn flag(self) -> &'static str {
        if self.kept() { "1" } else { "0" }
    }

    /// Datadog's sampling priority: `AUTO_REJECT`, `AUTO_KEEP`, `USER_KEEP`.
    pub(super) fn priority(self) -> &'static str {
        match self {
            Self::NotKept => "0",
            Self::Kept => "1",
            Self::Forced => "2",
        }
    }

    /// Datadog's decision maker (`_dd.p.dm`): a rate or a person. None where nothing is kept.
    pub(super) fn decision_maker(self) -> Option<&'static str> {
        match self {
            Self::NotKept => None,
            Self::Kept => Some("-1"),
            Self::Forced => Some("-4"),
        }
    }
}

/// The decision about a trace.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decision {
    pub(super) verdict: Verdict,
    trace_rate: Rate,
    session_kept: bool,
    by_rates: bool,
}

impl Decision {
    /// A forced keep stands above all, then what was decided earlier for the same trace, then the rates. Both rates use the
    /// session's hash, so that every trace that they keep belongs to a kept session.
    pub(super) fn make(
        settings: &TraceSettings,
        session: &SessionIdentity<'_>,
        entry: &HostEntry,
        request: &HopRequest<'_>,
    ) -> Self {
        let trace_rate = entry.sample_rate.unwrap_or(settings.trace_rate);
        let verdict = if request.keep {
            Verdict::Forced
        } else {
            let kept = request.ids.sampled.unwrap_or_else(|| {
                settings
                    .session_rate
                    .combined(trace_rate)
                    .keeps(session.hash)
            });
            if kept {
                Verdict::Kept
            } else {
                Verdict::NotKept
            }
        };
        Self {
            verdict,
            trace_rate,
            session_kept: settings.session_rate.keeps(session.hash),
            by_rates: !request.keep && request.ids.sampled.is_none(),
        }
    }

    /// The rate of the host's traces as a fraction. None where no rate was asked: somebody wants the trace, or an earlier hop
    /// has decided.
    pub(super) fn rule_psr(&self) -> Option<f64> {
        self.by_rates.then(|| self.trace_rate.fraction())
    }

    /// What follows for a host of these formats.
    pub(super) fn reason(&self, injection: Injection, entry: &HostEntry) -> Reason {
        match self.verdict {
            Verdict::Forced => Reason::TracedForced,
            Verdict::Kept => Reason::Traced,
            Verdict::NotKept if injection == Injection::All && entry.formats.can_say_not_kept() => {
                Reason::TracedNotKept
            }
            Verdict::NotKept if self.session_kept => Reason::TraceNotSampled,
            Verdict::NotKept => Reason::SessionNotSampled,
        }
    }
}
