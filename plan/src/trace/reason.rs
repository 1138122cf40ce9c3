//! Why a request got the headers it got: one closed list, for plans, events and people.

/// Why a plan is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Our headers go out, the trace is kept.
    Traced,
    /// Our headers go out, and the trace is kept because somebody asked for it, whatever the rates say.
    TracedForced,
    /// Our headers go out and say that the trace is not kept (injection `all`).
    TracedNotKept,
    /// The app set identity headers itself: they stay whole, their ids are the trace.
    AppHeaders,
    /// The app set identity headers that nobody can read: they stay, there are no ids.
    AppHeadersMalformed,
    /// The host is none of the app's.
    HostNotFirstParty,
    /// The host's entry lists no format that carries a trace.
    NoFormats,
    /// The session is kept, this trace is not (injection `sampled`).
    TraceNotSampled,
    /// The session is not kept, nor is any of its traces (injection `sampled`).
    SessionNotSampled,
    /// Neither `http` nor `https`.
    UnsupportedScheme,
    /// `CONNECT` asks a proxy for a tunnel: it reaches no backend.
    ConnectMethod,
    /// The host is not a host name or an IP address.
    InvalidHost,
    /// The user has refused tracking.
    ConsentRefused,
    /// Switched off, by the app or by the remote document.
    Disabled,
    /// A WebSocket's handshake on a client that is not set up for them: OkHttp passes these by its network interceptors. Told
    /// by the platform; no plan has it.
    WebSocket,
    /// The app took our headers off again, behind us. Told by the platform; no plan has it.
    RemovedByApp,
    /// There is no core yet.
    NotReady,
    /// Our mistake; the request goes out untouched.
    InternalError,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 18] = [
        Self::Traced,
        Self::TracedForced,
        Self::TracedNotKept,
        Self::AppHeaders,
        Self::AppHeadersMalformed,
        Self::HostNotFirstParty,
        Self::NoFormats,
        Self::TraceNotSampled,
        Self::SessionNotSampled,
        Self::UnsupportedScheme,
        Self::ConnectMethod,
        Self::InvalidHost,
        Self::ConsentRefused,
        Self::Disabled,
        Self::WebSocket,
        Self::RemovedByApp,
        Self::NotReady,
        Self::InternalError,
    ];

    /// The snake_case code that stands in plans and events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Traced => "traced",
            Self::TracedForced => "traced_forced",
            Self::TracedNotKept => "traced_not_kept",
            Self::AppHeaders => "app_headers",
            Self::AppHeadersMalformed => "app_headers_malformed",
            Self::HostNotFirstParty => "host_not_first_party",
            Self::NoFormats => "no_formats",
            Self::TraceNotSampled => "trace_not_sampled",
            Self::SessionNotSampled => "session_not_sampled",
            Self::UnsupportedScheme => "unsupported_scheme",
            Self::ConnectMethod => "connect_method",
            Self::InvalidHost => "invalid_host",
            Self::ConsentRefused => "consent_refused",
            Self::Disabled => "disabled",
            Self::WebSocket => "web_socket",
            Self::RemovedByApp => "removed_by_app",
            Self::NotReady => "not_ready",
            Self::InternalError => "internal_error",
        }
    }

    /// The reason of this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == code)
    }

    /// Does the request belong to a trace, ours or the app's own?
    pub fn is_traced(self) -> bool {
        matches!(
            self,
            Self::Traced
                | Self::TracedForced
                | Self::TracedNotKept
                | Self::AppHeaders
                | Self::AppHeadersMalformed
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Reason;

    #[test]
    fn every_code_leads_back_to_its_reason() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.as_str()), Some(reason));
        }
        assert_eq!(Reason::from_code("Traced"), None);
    }
}
