//! The request for a document.

use crate::config::Configuration;
use crate::limits;
use crate::seams::transport::HttpRequest;

/// Asks for the document at this URL. `etag` is what its server called the one that is kept. Of the phone it tells the SDK's
/// version, the platform and the app's version, so that a server's log says who pulls what; nothing that names the install.
pub(crate) fn request(url: &str, etag: Option<&str>, app: &Configuration) -> HttpRequest {
    let mut headers = vec![
        ("accept".to_owned(), "application/json".to_owned()),
        ("user-agent".to_owned(), user_agent(app)),
    ];
    if let Some(etag) = etag {
        headers.push(("if-none-match".to_owned(), etag.to_owned()));
    }
    HttpRequest {
        method: "GET",
        url: url.to_owned(),
        headers,
        body: Vec::new(),
        timeout_ms: limits::REMOTE_TIMEOUT_MS,
        max_answer_bytes: limits::REMOTE_BYTES,
    }
}

/// `handspan/0.1.0 (android; 3.2.1)`. Of the app's version what a comment may hold (RFC 9110, 5.6.5).
fn user_agent(app: &Configuration) -> String {
    let sdk = env!("CARGO_PKG_VERSION");
    let version: String = app
        .version
        .iter()
        .flat_map(|version| version.chars())
        .filter(|c| c.is_ascii_graphic() && !matches!(c, '(' | ')' | '\\' | ';'))
        .take(limits::REFUSAL_VALUE_CHARS)
        .collect();
    let source = &app.source;
    match version.as_str() {
        "" => format!("handspan/{sdk} ({source})"),
        version => format!("handspan/{sdk} ({source}; {version})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(version: Option<&str>) -> Configuration {
        Configuration {
            version: version.map(str::to_owned),
            install_id: Some("secret-install".to_owned()),
            ..Configuration::default()
        }
    }

    #[test]
    fn a_pull_tells_who_asks_and_not_which_phone() {
        let asked = request(
            "https://config.example/a.json",
            Some("\"7\""),
            &app(Some("3.2 (1)\n")),
        );
        let headers: Vec<_> = asked
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        let agent = format!(
            "user-agent: handspan/{} (android; 3.21)",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(
            headers,
            ["accept: application/json", &agent, "if-none-match: \"7\""]
        );
        assert_eq!((asked.method, asked.timeout_ms), ("GET", 10_000));
        assert!(!format!("{asked:?}").contains("secret-install"));
    }

    #[test]
    fn without_a_version_or_an_etag_there_is_none() {
        let asked = request("https://config.example/a.json", None, &app(Some("()")));
        assert!(asked.headers[1].1.ends_with(" (android)"));
        assert_eq!(asked.headers.len(), 2);
    }
}
