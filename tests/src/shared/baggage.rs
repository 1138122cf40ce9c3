//! W3C Baggage: what a peer's merger, reader and escaper say of it.

use serde_json::{Map, Value, json};

use super::Item;
use super::json::{
    Ids, SESSION_ID, SPAN_ID, TRACE_ID, Verdict, config, map, plan_case, request, text, with,
};
use crate::case::Case;
use crate::contradictions::key;

/// Our members, in our order.
const SESSION: &str = "session.id";
const USER: &str = "user.id";
const ACCOUNT: &str = "account.id";

/// What a request to a host of baggage is made of, and what its header must be.
struct Wanted<'a> {
    app: Option<&'a str>,
    /// The app's members that stay, as they stand.
    kept: Vec<&'a str>,
    session_id: &'a str,
    user_id: Option<&'a str>,
    account_id: Option<&'a str>,
    /// As they stand on the wire.
    encoded: [Option<&'a str>; 2],
    contradicts: Vec<&'static str>,
}

impl Default for Wanted<'_> {
    fn default() -> Self {
        Self {
            app: None,
            kept: Vec::new(),
            session_id: SESSION_ID,
            user_id: None,
            account_id: None,
            encoded: [None; 2],
            contradicts: Vec::new(),
        }
    }
}

impl Wanted<'_> {
    fn case(self, name: &str) -> Case {
        let [user, account] = self.encoded;
        let ours = [
            Some(format!("{SESSION}={}", self.session_id)),
            user.map(|id| format!("{USER}={id}")),
            account.map(|id| format!("{ACCOUNT}={id}")),
        ];
        let kept = self.kept.iter().map(|&member| member.to_owned());
        let members: Vec<String> = kept.chain(ours.into_iter().flatten()).collect();
        let headers = match self.app {
            Some(app) => json!({"baggage": app}),
            None => json!({}),
        };
        let mut request = Ids::in_session(self.session_id).request(&headers);
        for (field, id) in [("user_id", self.user_id), ("account_id", self.account_id)] {
            if let Some(id) = id {
                request = with(request, field, id);
            }
        }
        let case = plan_case(
            name,
            config(&["tracecontext", "baggage"], Verdict::Kept, "sampled"),
            request,
            json!({"headers": {
                "traceparent": format!("00-{TRACE_ID}-{SPAN_ID}-01"),
                "tracestate": format!("dd=s:1;o:rum;p:{SPAN_ID};t.dm:-1"),
                "baggage": members.join(","),
            }}),
        );
        Case {
            contradicts: self.contradicts,
            ..case
        }
    }

    fn item(self) -> Option<Item> {
        Some(Item::Cases(vec![self.case("")]))
    }
}

/// `{"previous","new","result" or "result_as_map"}`: the app's header, the members that the SDK adds, and both merged.
pub(crate) fn merge(vector: &Value, _: &Value) -> Option<Item> {
    let previous = text(vector, "previous")?;
    let new = members(text(vector, "new")?);
    let result = match (text(vector, "result"), map(vector, "result_as_map")) {
        (Some(result), _) => members(result),
        (None, Some(map)) => map
            .iter()
            .map(|(key, value)| Some((key.as_str(), value.as_str()?)))
            .collect::<Option<_>>()?,
        (None, None) => return None,
    };
    let added = |name: &str| new.iter().find(|(key, _)| *key == name).map(|(_, id)| *id);
    let mut wanted = Wanted {
        app: Some(previous),
        kept: kept(previous, &result, &new)?,
        user_id: added(USER),
        account_id: added(ACCOUNT),
        encoded: [added(USER), added(ACCOUNT)],
        ..Wanted::default()
    };
    // The session in these vectors is a placeholder of another shape: ours takes its place.
    let others = new
        .iter()
        .any(|(key, _)| ![SESSION, USER, ACCOUNT].contains(key) && !key.is_empty());
    if others || added(SESSION).is_none() {
        wanted.contradicts.push(key::BAGGAGE_MEMBERS);
    }
    if text(vector, "result").is_some_and(|result| !result.starts_with(previous)) {
        wanted.contradicts.push(key::BAGGAGE_ORDER);
    }
    wanted.item()
}

/// The app's members that the peer's result has too, as they stand in the header. None where the result says that a
/// value changed.
fn kept<'a>(
    previous: &'a str,
    result: &[(&str, &str)],
    new: &[(&str, &str)],
) -> Option<Vec<&'a str>> {
    let mut kept = Vec::new();
    for member in previous.split(',').map(str::trim) {
        let (key, value) = split(member);
        let replaced = key == SESSION || new.iter().any(|(added, _)| *added == key);
        match result.iter().find(|(found, _)| *found == key) {
            Some((_, theirs)) if !replaced => {
                (*theirs == value).then_some(())?;
                kept.push(member);
            }
            _ => {}
        }
    }
    Some(kept)
}

/// One of iOS's end-to-end vectors: `{"existing_headers":{"baggage"},"baggage_as_map"}`.
pub(crate) fn existing(vector: &Value, previous: &str) -> Option<Item> {
    let result: Vec<(&str, &str)> = map(vector, "baggage_as_map")?
        .iter()
        .map(|(key, value)| Some((key.as_str(), value.as_str()?)))
        .collect::<Option<_>>()?;
    let session = result.iter().find(|(key, _)| *key == SESSION)?.1;
    Wanted {
        app: Some(previous),
        kept: kept(previous, &result, &[])?,
        session_id: session,
        ..Wanted::default()
    }
    .item()
}

/// Three kinds of Android's: `{"header","parsed"}`, `{"user","account","session","baggage"}`, `{"value","correct"}`.
pub(crate) fn android(vector: &Value, _: &Value) -> Option<Item> {
    if let Some(value) = text(vector, "value") {
        let mut wanted = encoded(value, text(vector, "correct")?);
        if text(vector, "escaped") != text(vector, "correct") {
            wanted.contradicts.push(key::BAGGAGE_ESCAPING);
        }
        return wanted.item();
    }
    if let Some(baggage) = text(vector, "baggage") {
        return identified(vector, baggage);
    }
    let header = vector.get("header")?.as_str();
    let parsed = map(vector, "parsed")?;
    let app: Vec<&str> = header
        .into_iter()
        .flat_map(|header| header.split(','))
        .collect();
    let whole = |member: &&str| {
        member
            .split_once('=')
            .is_some_and(|(key, _)| !key.is_empty())
    };
    let stays: Vec<&str> = app.iter().copied().filter(whole).collect();
    let mut wanted = Wanted {
        app: header,
        ..Wanted::default()
    };
    if parsed.len() != stays.len() {
        wanted.contradicts.push(key::BAGGAGE_MALFORMED);
    }
    wanted.kept = stays;
    wanted.item()
}

/// Ids in the peer's order.
fn identified(vector: &Value, baggage: &str) -> Option<Item> {
    let (user, account) = (text(vector, "user"), text(vector, "account"));
    let listed = members(baggage);
    let expected = [
        (USER, user),
        (ACCOUNT, account),
        (SESSION, text(vector, "session")),
    ];
    let tells = |(name, id): &(&str, Option<&str>)| {
        listed
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, id)| *id)
            == *id
    };
    if !expected.iter().all(tells) {
        return None;
    }
    let mut wanted = Wanted {
        user_id: user,
        account_id: account,
        encoded: [user, account],
        ..Wanted::default()
    };
    match listed.first() {
        Some((SESSION, _)) => {}
        _ if text(vector, "session").is_some() => wanted.contradicts.push(key::BAGGAGE_ORDER),
        _ => wanted.contradicts.push(key::BAGGAGE_MEMBERS),
    }
    wanted.item()
}

fn encoded<'a>(value: &'a str, encoded: &'a str) -> Wanted<'a> {
    Wanted {
        user_id: Some(value),
        encoded: [Some(encoded), None],
        ..Wanted::default()
    }
}

/// `{"in":{key: value},"baggage"}` or `{"limits"}`.
pub(crate) fn written(vector: &Value, _: &Value) -> Option<Item> {
    if let Some(limits) = map(vector, "limits") {
        return within(limits);
    }
    let given = map(vector, "in")?;
    let header = members(text(vector, "baggage")?);
    let of = |name: &str| {
        header
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, id)| *id)
    };
    let session = given.get(SESSION).and_then(Value::as_str);
    let (name, value) = given.iter().find(|(name, _)| *name != SESSION)?;
    let theirs = of(name)?;
    let ours = theirs.replace('=', "%3D").replace('+', "%2B");
    let mut wanted = encoded(value.as_str()?, &ours);
    if ours != theirs {
        wanted.contradicts.push(key::BAGGAGE_READERS);
    }
    Wanted {
        session_id: session.unwrap_or(SESSION_ID),
        ..wanted
    }
    .item()
}

/// `{"min_members_must_propagate","min_bytes_must_propagate"}`: so much goes out, ours included, and no more of ours.
fn within(limits: &Map<String, Value>) -> Option<Item> {
    let most = |name: &str| Some(limits.get(name)?.as_u64()? as usize);
    let count = most("min_members_must_propagate")?;
    let bytes = most("min_bytes_must_propagate")?;
    let many = |count: usize| vec!["k=1"; count].join(",");
    let (few, full) = (many(count.checked_sub(2)?), many(count));
    let ours = format!(",{SESSION}={SESSION_ID}");
    let long = format!("k={}", "x".repeat(bytes.checked_sub(ours.len() + 2)?));
    let fits = |app: &str, name: &str, user: bool| {
        Wanted {
            app: Some(app),
            kept: vec![app],
            user_id: user.then_some("1"),
            encoded: [user.then_some("1"), None],
            ..Wanted::default()
        }
        .case(name)
    };
    let over = |app: &str, name: &str| {
        plan_case(
            name,
            config(&["b3", "baggage"], Verdict::Kept, "sampled"),
            request(&json!({"baggage": app})),
            json!({"headers": {"b3": format!("{TRACE_ID}-{SPAN_ID}-1"), "baggage": app}}),
        )
    };
    Some(Item::Cases(vec![
        fits(&few, "as many members as must be propagated", true),
        over(&full, "one member more"),
        fits(&long, "as many bytes as must be propagated", false),
        over(&format!("{long}x"), "one byte more"),
    ]))
}

/// Keys and values, without white space around them.
fn members(header: &str) -> Vec<(&str, &str)> {
    header.split(',').map(split).collect()
}

fn split(member: &str) -> (&str, &str) {
    let (key, value) = member.split_once('=').unwrap_or(("", ""));
    (key.trim(), value.trim())
}
