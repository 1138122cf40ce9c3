//! ARMS's member of `tracestate`.

use serde_json::{Value, json};

use super::Item;
use super::json::{
    Ids, SESSION_ID, SPAN_ID, TRACE_ID, Verdict, boolean, config, plan_case, request, text, with,
};
use crate::case::{Case, Check};
use crate::contradictions::key;

/// The fields of the member: version, platform, pid and session.
pub(crate) struct Member<'a> {
    pub(crate) source: &'a str,
    pub(crate) pid: &'a str,
    pub(crate) session: &'a str,
}

impl<'a> Member<'a> {
    /// Of a list of four; None where it is of another version.
    pub(crate) fn of(parts: &[&'a str]) -> Option<Self> {
        match parts {
            ["v2", source, pid, session] => Some(Self {
                source,
                pid,
                session,
            }),
            _ => None,
        }
    }
}

/// The session as a UUID, where the peer writes its 32 digits alone.
pub(crate) fn session_id(peer: &str) -> String {
    let groups = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    let parts: Option<Vec<&str>> = groups
        .iter()
        .map(|&(start, end)| peer.get(start..end))
        .collect();
    match parts {
        Some(parts) if peer.len() == 32 => parts.join("-"),
        _ => peer.to_owned(),
    }
}

/// A peer's member with our spelling of the session, and whether that is the peer's too.
pub(crate) fn with_session(member: &str, ours: &str) -> Option<(String, bool)> {
    let parts: Vec<&str> = member.split('&').collect();
    let Member {
        source,
        pid,
        session,
    } = Member::of(&parts)?;
    (session_id(session) == ours).then(|| (format!("v2&{source}&{pid}&{ours}"), session == ours))
}

/// `{"parts","member","legal"}`: what would be illegal is never written.
pub(crate) fn component(vector: &Value, _: &Value) -> Option<Item> {
    let parts: Vec<&str> = vector
        .get("parts")?
        .as_array()?
        .iter()
        .map(Value::as_str)
        .collect::<Option<_>>()?;
    let Member {
        source,
        pid,
        session,
    } = Member::of(&parts)?;
    if boolean(vector, "legal")? {
        let peer = text(vector, "member")?.strip_prefix("rum=")?;
        let session_id = session_id(session);
        let (member, same) = with_session(peer, &session_id)?;
        let mut case = written(source, pid, &session_id, &member);
        if !same {
            case.contradicts.push(key::RUM_SESSION);
        }
        return Some(Item::Cases(vec![case]));
    }
    if !is_safe(session) {
        let request = request(&json!({}));
        let ids = json!({"session_id": session});
        return Some(Item::Cases(vec![Case::new(
            "",
            Check::RefusedRequest {
                request: with(request, "ids", ids),
                field: "session_id".to_owned(),
            },
        )]));
    }
    let safe: String = pid
        .chars()
        .map(|c| {
            if is_safe(c.encode_utf8(&mut [0; 4])) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let member = format!("v2&{source}&{safe}&{SESSION_ID}");
    Some(Item::Cases(vec![written(source, pid, SESSION_ID, &member)]))
}

/// `[A-Za-z0-9@._-]`: what of every visible character goes on the wire as it stands.
pub(crate) fn charset(vector: &Value, _: &Value) -> Option<Item> {
    let set = vector.as_str()?.strip_prefix('[')?.strip_suffix(']')?;
    let mut members = set.chars().peekable();
    let mut safe = Vec::new();
    while let Some(first) = members.next() {
        let mut ahead = members.clone();
        match (ahead.next(), ahead.next()) {
            (Some('-'), Some(last)) => {
                safe.extend(first..=last);
                members = ahead;
            }
            _ => safe.push(first),
        }
    }
    let visible: String = (' '..='~').collect();
    let shown: String = visible
        .chars()
        .map(|c| if safe.contains(&c) { c } else { '_' })
        .collect();
    let member = format!("v2&android&{shown}&{SESSION_ID}");
    Some(Item::Cases(vec![written(
        "android", &visible, SESSION_ID, &member,
    )]))
}

fn is_safe(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"@._-".contains(&byte))
}

fn written(source: &str, pid: &str, session_id: &str, member: &str) -> Case {
    let config = config(&["tracecontext"], Verdict::Kept, "sampled");
    let config = with(with(config, "source", source), "arms_pid", pid);
    let plan = json!({"headers": {
        "traceparent": format!("00-{TRACE_ID}-{SPAN_ID}-01"),
        "tracestate": format!("dd=s:1;o:rum;p:{SPAN_ID};t.dm:-1,rum={member}"),
    }});
    let request = Ids::in_session(session_id).request(&json!({}));
    plan_case("", config, request, plan)
}
