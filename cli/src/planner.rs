//! The core, asked about one request.

use std::time::{SystemTime, UNIX_EPOCH};

use handspan_core::rum::person::PersonId;
use handspan_core::seams::entropy::{Entropy, SystemEntropy, uuid_v4};
use handspan_core::trace::explain::{Explanation, explain};
use handspan_core::trace::{self, Plan, SessionIdentity, TraceSettings, session_hash};

use crate::Failure;
use crate::request::Request;

/// A configuration and the session that requests without one belong to.
pub struct Planner {
    settings: TraceSettings,
    session_id: String,
}

impl Planner {
    /// A planner with a random session.
    pub fn system(settings: TraceSettings) -> Self {
        Self {
            settings,
            session_id: uuid_v4(&SystemEntropy),
        }
    }

    /// The plan. Ids that the request doesn't fix are random.
    pub fn plan(&self, request: &Request) -> Result<Plan, Failure> {
        self.with_session(request, |session| self.plan_in(session, request))
    }

    /// The plan, and why.
    pub fn explained(&self, request: &Request) -> Result<(Plan, Explanation), Failure> {
        self.with_session(request, |session| {
            let plan = self.plan_in(session, request);
            let headers = request.trace_headers();
            let explanation = explain(&self.settings, session, &request.hop(&headers), &plan);
            (plan, explanation)
        })
    }

    fn plan_in(&self, session: &SessionIdentity<'_>, request: &Request) -> Plan {
        let headers = request.trace_headers();
        let hop = request.hop(&headers);
        trace::plan(&self.settings, session, &hop, unix_seconds(), &mut || {
            SystemEntropy.next_u64()
        })
    }

    fn with_session<T>(
        &self,
        request: &Request,
        ask: impl FnOnce(&SessionIdentity<'_>) -> T,
    ) -> Result<T, Failure> {
        let id = request.session_id.as_deref().unwrap_or(&self.session_id);
        let hash = session_hash(id).ok_or_else(|| Failure::new("the session id must be a UUID"))?;
        // Kept as a running core keeps them.
        let user_id = request.user_id.as_deref().and_then(PersonId::new);
        let account_id = request.account_id.as_deref().and_then(PersonId::new);
        Ok(ask(&SessionIdentity {
            id,
            hash,
            user_id: user_id.as_ref().map(|id| &id.in_baggage),
            account_id: account_id.as_ref().map(|id| &id.in_baggage),
        }))
    }
}

/// A clock before 1970 is 1970; one after 2106 has wrapped, like the field it goes in.
fn unix_seconds() -> u32 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs() as u32)
}
