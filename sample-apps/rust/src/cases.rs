//! The requests that every sample app of the demo sends.

use anyhow::Context;
use reqwest::Url;
use serde_json::json;

use crate::call::App;
use crate::demo::Demo;

/// As in the name of each case.
const APP: &str = "rust";

/// One request, and what should come of it.
pub(crate) struct Case {
    name: String,
    url: String,
    headers: Vec<(&'static str, String)>,
    expect: &'static str,
}

impl Case {
    /// Sends it; gives the line to print.
    pub(crate) async fn run(&self, app: &App) -> anyhow::Result<serde_json::Value> {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let answer = app.get(&self.url, &headers).await?;
        Ok(json!({
            "app": APP,
            "case": self.name,
            "url": self.url,
            "status": answer.as_ref().ok(),
            "error": answer.as_ref().err(),
            "expect": self.expect,
        }))
    }
}

/// All cases whose backends are there. The name of each stands in every URL of its call, so that the inspector's requests
/// can be told apart.
pub(crate) fn all(demo: &Demo) -> anyhow::Result<Vec<Case>> {
    let mut cases = Vec::new();
    let mut add = |name: &str, expect, url: Option<String>, headers| {
        if let Some(url) = url {
            cases.push(Case {
                name: tag(name),
                url,
                headers,
                expect,
            });
        }
    };
    let at = |role: &str, path: &str, name: &str| {
        demo.url(role)
            .map(|base| format!("{base}{path}?case={}", tag(name)))
    };
    let redirect = |from: &str, to: &str, name: &str| -> anyhow::Result<Option<String>> {
        let (Some(from), Some(to)) = (demo.url(from), at(to, "/hello", name)) else {
            return Ok(None);
        };
        let mut url = Url::parse(from).context("a base URL")?;
        url.set_path("/redirect");
        url.query_pairs_mut()
            .append_pair("to", &to)
            .append_pair("case", &tag(name));
        Ok(Some(url.into()))
    };
    let subdomain =
        at("shop", "/hello", "subdomain").map(|url| url.replacen("//shop.", "//api.shop.", 1));
    let own = format!(
        "00-{:032x}-{:016x}-01",
        rand::random::<u128>() | 1,
        rand::random::<u64>() | 1
    );

    add(
        "hello-shop",
        "joined",
        at("shop", "/hello", "hello-shop"),
        vec![],
    );
    add("subdomain", "joined", subdomain, vec![]);
    add(
        "hello-pay",
        "joined",
        at("pay", "/hello", "hello-pay"),
        vec![],
    );
    add(
        "hello-embedded",
        "joined",
        at("embedded", "/hello", "hello-embedded"),
        vec![],
    );
    add(
        "third-party",
        "not_expected",
        at("third", "/hello", "third-party"),
        vec![],
    );
    add(
        "redirect-out",
        "joined",
        redirect("shop", "third", "redirect-out")?,
        vec![],
    );
    add(
        "redirect-back",
        "joined",
        redirect("third", "shop", "redirect-back")?,
        vec![],
    );
    add(
        "fail-500",
        "joined",
        at("shop", "/fail", "fail-500"),
        vec![],
    );
    add(
        "fail-connect",
        "no_backend",
        at("closed", "/hello", "fail-connect"),
        vec![],
    );
    add(
        "app-traceparent",
        "joined",
        at("shop", "/hello", "app-traceparent"),
        vec![("traceparent", own)],
    );
    Ok(cases)
}

fn tag(name: &str) -> String {
    format!("{APP}-{name}")
}
