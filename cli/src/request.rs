//! A request as a JSON line.

use handspan_core::trace::{
    FixedIds, HopRequest, READ_HEADER_NAMES, SpanId, TraceId, session_hash,
};
use serde_json::{Map, Value};
use url::{ParseError, Url};

/// A request whose every field is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The URL as it was written.
    pub url: String,
    /// HTTP method; `GET` when left out.
    pub method: String,
    /// Scheme, lower-case.
    pub scheme: String,
    /// The parsed host; where it can't be parsed, the text that stands in its place.
    pub host: String,
    /// The port, the scheme's own when the URL names none.
    pub port: u16,
    /// Path, percent-encoded.
    pub path: String,
    /// Headers that the app has set.
    pub headers: Vec<(String, String)>,
    /// Ids that are fixed.
    pub ids: FixedIds,
    /// The session, where it is fixed.
    pub session_id: Option<String>,
    /// Is the trace kept, whatever the rates say?
    pub keep: bool,
    /// The user, for `baggage`.
    pub user_id: Option<String>,
    /// The account, for `baggage`.
    pub account_id: Option<String>,
}

impl Request {
    /// A request without headers and fixed ids. The error says what is wrong with the URL.
    pub fn new(method: &str, written: &str) -> Result<Self, String> {
        let place = Place::of(written)?;
        Ok(Self {
            url: written.to_owned(),
            method: method.to_owned(),
            scheme: place.scheme,
            host: place.host,
            port: place.port,
            path: place.path,
            headers: Vec::new(),
            ids: FixedIds::default(),
            session_id: None,
            keep: false,
            user_id: None,
            account_id: None,
        })
    }

    /// Reads `{"method":…,"url":…,"headers":{…},"ids":{…},"keep":…,"user_id":…,"account_id":…}`. The error says what is wrong, and where.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let value: Value =
            serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?;
        Self::from_value(&value)
    }

    /// Reads the same from a JSON value.
    pub fn from_value(value: &Value) -> Result<Self, String> {
        let object = value.as_object().ok_or("a request is a JSON object")?;
        let url = string(object, "url")?.ok_or("\"url\" is missing")?;
        let method = string(object, "method")?.unwrap_or("GET");
        let mut request = Self::new(method, url)?;
        if let Some(headers) = map(object, "headers")? {
            request.headers = read_headers(headers)?;
        }
        if let Some(ids) = map(object, "ids")? {
            request.read_ids(ids)?;
        }
        request.keep = boolean(object, "keep")?.unwrap_or(false);
        request.user_id = string(object, "user_id")?.map(str::to_owned);
        request.account_id = string(object, "account_id")?.map(str::to_owned);
        Ok(request)
    }

    fn read_ids(&mut self, ids: &Map<String, Value>) -> Result<(), String> {
        if let Some(hex) = string(ids, "trace_id")? {
            let id = TraceId::parse(hex);
            let id =
                id.ok_or("\"trace_id\" must be 32 hex digits, of which the last 16 are not all 0")?;
            self.ids.trace_id = Some(id);
        }
        if let Some(hex) = string(ids, "span_id")? {
            let id = SpanId::parse(hex).ok_or("\"span_id\" must be 16 hex digits, not all 0")?;
            self.ids.span_id = Some(id);
        }
        if let Some(id) = string(ids, "session_id")? {
            session_hash(id).ok_or("\"session_id\" must be a UUID")?;
            self.session_id = Some(id.to_owned());
        }
        self.ids.sampled = boolean(ids, "sampled")?;
        Ok(())
    }

    /// The headers that the core wants to see, borrowed for [`Request::hop`].
    pub fn trace_headers(&self) -> Vec<(&str, &str)> {
        let wanted = |name: &str| {
            READ_HEADER_NAMES
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name))
        };
        let headers = self.headers.iter().filter(|(name, _)| wanted(name));
        headers
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }

    /// The request as the core takes it.
    pub fn hop<'a>(&'a self, headers: &'a [(&'a str, &'a str)]) -> HopRequest<'a> {
        HopRequest {
            method: &self.method,
            scheme: &self.scheme,
            host: &self.host,
            port: self.port,
            path: &self.path,
            headers,
            ids: self.ids,
            keep: self.keep,
        }
    }
}

/// Where a URL leads.
struct Place {
    scheme: String,
    host: String,
    port: u16,
    path: String,
}

impl Place {
    fn of(written: &str) -> Result<Self, String> {
        match Url::parse(written) {
            Ok(url) => Ok(Self {
                scheme: url.scheme().to_owned(),
                host: url.host_str().unwrap_or_default().to_owned(),
                port: url.port_or_known_default().unwrap_or(0),
                path: url.path().to_owned(),
            }),
            // A URL but for its host: whether that is a host the core shall say, not a second opinion here.
            Err(
                ParseError::EmptyHost
                | ParseError::IdnaError
                | ParseError::InvalidIpv4Address
                | ParseError::InvalidIpv6Address
                | ParseError::InvalidDomainCharacter,
            ) => Self::with_raw_host(written),
            Err(error) => Err(format!("\"url\" is not a URL: {error}")),
        }
    }

    fn with_raw_host(written: &str) -> Result<Self, String> {
        let (scheme, rest) = written.split_once(':').ok_or("\"url\" is not a URL")?;
        let rest = rest.trim_start_matches(['/', '\\']);
        let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        Ok(Self {
            scheme: scheme.trim().to_ascii_lowercase(),
            host: authority.rsplit('@').next().unwrap_or_default().to_owned(),
            port: 0,
            path: path.to_owned(),
        })
    }
}

fn read_headers(headers: &Map<String, Value>) -> Result<Vec<(String, String)>, String> {
    headers
        .iter()
        .map(|(name, value)| match value {
            Value::String(value) => Ok((name.clone(), value.clone())),
            _ => Err(format!("the value of header {name:?} must be a string")),
        })
        .collect()
}

fn string<'a>(object: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, String> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("\"{name}\" must be a string")),
    }
}

fn boolean(object: &Map<String, Value>, name: &str) -> Result<Option<bool>, String> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(*value)),
        Some(_) => Err(format!("\"{name}\" must be true or false")),
    }
}

fn map<'a>(
    object: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a Map<String, Value>>, String> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map)),
        Some(_) => Err(format!("\"{name}\" must be an object")),
    }
}

#[cfg(test)]
mod tests {
    use super::Request;

    #[test]
    fn everything_but_the_url_may_be_left_out() {
        let request =
            Request::from_json(r#"{"url":"HTTPS://API.Example.com/a%20b?c","ids":null}"#).unwrap();
        assert_eq!(
            (request.method.as_str(), request.scheme.as_str()),
            ("GET", "https")
        );
        assert_eq!(
            (request.host.as_str(), request.port),
            ("api.example.com", 443)
        );
        assert_eq!(request.path, "/a%20b");
    }

    #[test]
    fn a_host_that_cannot_be_parsed_is_left_to_the_core() {
        for (url, host) in [
            ("https://u@exa mple.com:80/x", "exa mple.com:80"),
            ("http://256.1.1.1/", "256.1.1.1"),
            ("https://[::1/", "[::1"),
            ("https://", ""),
        ] {
            assert_eq!(Request::new("GET", url).unwrap().host, host, "{url}");
        }
    }

    #[test]
    fn an_error_names_the_field() {
        for (line, part) in [
            ("", "not JSON"),
            ("[]", "JSON object"),
            ("{}", "\"url\" is missing"),
            (r#"{"url":7}"#, "\"url\" must be a string"),
            (r#"{"url":"example.com"}"#, "not a URL"),
            (r#"{"url":"https://a.b:99999/"}"#, "not a URL"),
            (r#"{"url":"https://a.b","method":1}"#, "\"method\""),
            (r#"{"url":"https://a.b","headers":["a"]}"#, "\"headers\""),
            (r#"{"url":"https://a.b","headers":{"b3":1}}"#, "\"b3\""),
            (
                r#"{"url":"https://a.b","ids":{"trace_id":"1"}}"#,
                "\"trace_id\"",
            ),
            (
                r#"{"url":"https://a.b","ids":{"span_id":"0000000000000000"}}"#,
                "\"span_id\"",
            ),
            (
                r#"{"url":"https://a.b","ids":{"session_id":"x"}}"#,
                "\"session_id\"",
            ),
            (r#"{"url":"https://a.b","keep":"yes"}"#, "\"keep\""),
            (r#"{"url":"https://a.b","user_id":7}"#, "\"user_id\""),
            (
                r#"{"url":"https://a.b","ids":{"sampled":1}}"#,
                "\"sampled\"",
            ),
        ] {
            let error = Request::from_json(line).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
    }
}
