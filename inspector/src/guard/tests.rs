use super::*;

fn ask(guard: &Guard, method: &str, uri: &str, headers: &[(&'static str, &str)]) -> Option<Reason> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, value.parse().unwrap());
    }
    guard
        .check(&method.parse().unwrap(), &uri.parse().unwrap(), &map)
        .err()
        .map(|refusal| refusal.reason)
}

fn guard(address: &str, token: Option<&str>) -> Guard {
    Guard::new(
        address.parse().unwrap(),
        token.map(str::to_owned),
        vec!["dev.box".into()],
    )
}

#[test]
fn only_its_own_names_mean_it() {
    let local = guard("127.0.0.1:4319", None);
    for host in [
        "localhost:4319",
        "LOCALHOST",
        "a.localhost:1",
        "127.0.0.1:4319",
        "[::1]:4319",
        "10.0.2.2:4319",
        "dev.box",
        "localhost.:80",
    ] {
        assert_eq!(ask(&local, "GET", "/", &[("host", host)]), None, "{host}");
    }
    for host in [
        "evil.io",
        "localhost.evil.io",
        "evillocalhost",
        "10.1.2.3",
        "127.0.0.1.evil.io",
        "",
        "a b",
        "evil.io@localhost",
        "localhost/.evil.io",
    ] {
        assert_eq!(
            ask(&local, "GET", "/", &[("host", host)]),
            Some(Reason::ForeignHost),
            "{host}"
        );
    }
    assert_eq!(ask(&local, "GET", "/", &[]), Some(Reason::ForeignHost));
    assert_eq!(
        ask(
            &local,
            "GET",
            "/",
            &[("host", "localhost"), ("host", "evil.io")]
        ),
        Some(Reason::ForeignHost)
    );
    let everywhere = guard("0.0.0.0:4319", Some("t"));
    assert_eq!(
        ask(
            &everywhere,
            "POST",
            "/api/v2/rum",
            &[("host", "192.168.1.7:4319")]
        ),
        None
    );
}

#[test]
fn only_its_own_page_may_ask_from_a_browser() {
    let local = guard("127.0.0.1:4319", None);
    let host = ("host", "localhost:4319");
    assert_eq!(
        ask(
            &local,
            "PUT",
            "/config.json",
            &[host, ("origin", "http://localhost:4319")]
        ),
        None
    );
    for origin in [
        "http://evil.io",
        "null",
        "http://localhost:4320",
        "https://localhost:4319",
        "http://x.localhost:4319",
    ] {
        assert_eq!(
            ask(&local, "GET", "/api/requests", &[host, ("origin", origin)]),
            Some(Reason::ForeignOrigin),
            "{origin}"
        );
        assert_eq!(
            ask(&local, "POST", "/api/v2/rum", &[host, ("origin", origin)]),
            Some(Reason::ForeignOrigin),
            "{origin}"
        );
    }
    for site in ["cross-site", "same-site"] {
        assert_eq!(
            ask(
                &local,
                "GET",
                "/api/requests",
                &[host, ("sec-fetch-site", site)]
            ),
            Some(Reason::ForeignOrigin)
        );
        let link = [
            host,
            ("sec-fetch-site", site),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        assert_eq!(ask(&local, "GET", "/", &link), None);
        let frame = [
            host,
            ("sec-fetch-site", site),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "iframe"),
        ];
        assert_eq!(ask(&local, "GET", "/", &frame), Some(Reason::ForeignOrigin));
    }
}

#[test]
fn a_token_guards_reading_and_altering() {
    let shared = guard("0.0.0.0:4319", Some("s3cret"));
    let host = ("host", "192.168.1.7:4319");
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/page/app.js"),
        ("GET", "/api/requests"),
        ("GET", "/api/stream"),
        ("GET", "/api/stats"),
        ("DELETE", "/api/requests"),
        ("PUT", "/config.json"),
        ("DELETE", "/config.json"),
    ] {
        assert_eq!(
            ask(&shared, method, path, &[host]),
            Some(Reason::NoToken),
            "{method} {path}"
        );
        assert_eq!(
            ask(
                &shared,
                method,
                path,
                &[host, ("authorization", "Bearer s3creT")]
            ),
            Some(Reason::NoToken)
        );
        assert_eq!(
            ask(
                &shared,
                method,
                path,
                &[host, ("authorization", "Bearer s3cret")]
            ),
            None
        );
        assert_eq!(
            ask(
                &shared,
                method,
                path,
                &[host, ("cookie", "a=b; handspan_inspector=s3cret")]
            ),
            None
        );
        assert_eq!(
            ask(&shared, method, &format!("{path}?token=s3cret"), &[host]),
            None
        );
        assert_eq!(
            ask(&shared, method, &format!("{path}?token="), &[host]),
            Some(Reason::NoToken)
        );
    }
    for (method, path) in [
        ("POST", "/api/v2/rum"),
        ("POST", "/any?ddforward=x"),
        ("POST", "/v1/traces"),
        ("PUT", "/v0.4/traces"),
        ("GET", "/info"),
        ("GET", "/config.json"),
    ] {
        assert_eq!(ask(&shared, method, path, &[host]), None, "{method} {path}");
    }
}
