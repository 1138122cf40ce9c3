//! What a person may write as a host, and what they are told otherwise.

use super::parse_configured;
use crate::refusal::RefusalCode;

fn taken(written: &str) -> String {
    parse_configured(written).unwrap().host.to_string()
}

fn warnings(written: &str) -> Vec<RefusalCode> {
    let warnings = parse_configured(written).unwrap().warnings;
    warnings.into_iter().map(|(code, _)| code).collect()
}

fn code(written: &str) -> RefusalCode {
    parse_configured(written).unwrap_err().0
}

#[test]
fn hosts_are_taken_in_one_form() {
    assert_eq!(taken("Example.COM."), "example.com");
    assert_eq!(taken("bücher.example"), "xn--bcher-kva.example");
    assert_eq!(taken("пример.рф"), "xn--e1afmkfd.xn--p1ai");
    assert_eq!(taken("192.168.0.3"), "192.168.0.3");
    assert_eq!(taken("[2001:DB8::0:1]"), "2001:db8::1");
    assert_eq!(taken("::1"), "::1");
    assert_eq!(taken("[::ffff:7f00:1]"), "127.0.0.1");
    assert_eq!(taken("localhost"), "localhost");
    assert_eq!(taken("a_b.123.com"), "a_b.123.com");
    assert_eq!(warnings("example.com"), []);
}

#[test]
fn a_url_is_taken_for_its_host_with_a_warning() {
    for url in [
        "https://example.com",
        "HTTPS://example.com",
        "http://user:pw@EXAMPLE.com:8443/a/b?c#d",
        "https://example.com:/",
        "https://example.com.",
        "https://evil.io@example.com",
    ] {
        let configured = parse_configured(url).unwrap();
        assert_eq!(&*configured.host, "example.com", "{url}");
        assert_eq!(warnings(url), [RefusalCode::UrlAsHost], "{url}");
    }
    assert_eq!(taken("http://[::1]:8080/"), "::1");
    assert_eq!(taken("https://192.168.0.2"), "192.168.0.2");
}

#[test]
fn each_refusal_says_why() {
    assert_eq!(code(""), RefusalCode::Empty);
    assert_eq!(code("."), RefusalCode::Empty);
    assert_eq!(code("https://"), RefusalCode::Empty);
    assert_eq!(code("example.com:8080"), RefusalCode::HostWithPort);
    assert_eq!(code("192.168.0.3:8080"), RefusalCode::HostWithPort);
    assert_eq!(code("[::1]:80"), RefusalCode::HostWithPort);
    assert_eq!(code("myhost"), RefusalCode::SingleLabel);
    assert_eq!(code("com."), RefusalCode::SingleLabel);
    assert_eq!(code("ftp://example.com"), RefusalCode::InvalidUrl);
    assert_eq!(code("http://example.com:-80"), RefusalCode::InvalidUrl);
    assert_eq!(code("http://example.com:99999"), RefusalCode::InvalidUrl);
}

#[test]
fn a_star_ends_the_first_label() {
    assert_eq!(taken("*.example.com"), "*.example.com");
    assert_eq!(taken("API-*.Example.COM."), "api-*.example.com");
    assert_eq!(taken("*.bücher.example"), "*.xn--bcher-kva.example");
    assert_eq!(
        taken("https://api-*.example.co.uk/*"),
        "api-*.example.co.uk"
    );
    assert_eq!(taken("https://api.example.com/*"), "api.example.com");
    assert_eq!(taken("*.localhost"), "*.localhost");
    assert_eq!(taken("*.shop.local"), "*.shop.local");
    for written in [
        "*",
        "*.",
        "api*",
        "*example.com",
        "*-api.example.com",
        "a*b.example.com",
        "**.example.com",
        "*.*.example.com",
        "api.*.example.com",
        "example.*",
        "192.168.0.*",
        "*.192.168.0.1",
        "*.[::1]",
        "[*::1]",
    ] {
        assert_eq!(code(written), RefusalCode::Wildcard, "{written}");
    }
    for written in [
        "-*.example.com",
        "ü*.example.com",
        "a b*.example.com",
        "*..example.com",
        "*.exa mple.com",
    ] {
        assert_eq!(code(written), RefusalCode::InvalidHost, "{written}");
    }
    assert_eq!(code("*.example.com:8080"), RefusalCode::HostWithPort);
    let long = format!("{}*.example.com", "a".repeat(64));
    assert_eq!(code(&long), RefusalCode::InvalidHost);
    let long = format!("aaaa*.{}b.example", "a.".repeat(120));
    assert_eq!(code(&long), RefusalCode::InvalidHost);
}

#[test]
fn what_is_everybodys_is_refused_and_the_next_label_is_taken() {
    for (everybodys, own) in [
        ("co.uk", "bbc.co.uk"),
        ("github.io", "octocat.github.io"),
        ("s3.amazonaws.com", "mine.s3.amazonaws.com"),
        ("kobe.jp", "city.kobe.jp"),
        ("shop.kobe.jp", "my.shop.kobe.jp"),
        ("公司.cn", "example.公司.cn"),
        ("home.arpa", "nas.home.arpa"),
    ] {
        assert_eq!(code(everybodys), RefusalCode::PublicSuffix, "{everybodys}");
        let star = format!("*.{everybodys}");
        assert_eq!(code(&star), RefusalCode::PublicSuffix, "{star}");
        for own in [own.to_owned(), format!("*.{own}"), format!("api*.{own}")] {
            assert_eq!(warnings(&own), [], "{own}");
        }
    }
    for star in ["*.com", "api-*.com", "*.local", "*.intranet"] {
        assert_eq!(code(star), RefusalCode::PublicSuffix, "{star}");
    }
    for own in [
        "nas.local",
        "shop.test",
        "a.unlisted",
        "my-co.uk",
        "xgithub.io",
    ] {
        assert_eq!(warnings(own), [], "{own}");
    }
}

#[test]
fn a_host_above_a_public_suffix_is_taken_with_a_warning() {
    for above in ["amazonaws.com", "*.amazonaws.com"] {
        assert_eq!(warnings(above), [RefusalCode::AbovePublicSuffix], "{above}");
    }
    assert_eq!(
        warnings("https://amazonaws.com"),
        [RefusalCode::UrlAsHost, RefusalCode::AbovePublicSuffix]
    );
}

#[test]
fn a_refusal_tells_what_to_write() {
    let words = |written: &str| parse_configured(written).unwrap_err().1;
    assert!(words("*.co.uk").contains("\"*.your-domain.co.uk\""));
    assert!(words("co.uk").contains("\"your-domain.co.uk\""));
    assert!(words("*").contains("\"*.example.com\""));
    let long = format!("{}*.com", "a".repeat(100_000));
    assert!(words(&long).len() < 100, "words of any length");
}

#[test]
fn what_is_no_host_is_invalid() {
    for written in [
        " example.com",
        "example.com ",
        "exa mple.com",
        "foo-.com",
        "-foo.com",
        "example.1om",
        "256.1.1.1",
        "1.2.3",
        "0x7f.1",
        ".example.com",
        "a..b",
        "example.com/path",
        "user@example.com",
        "a:b:c",
        "[::1",
        "[1.2.3.4]",
        "[example.com]",
        "ex%61mple.com",
        "example.com\n",
        "b\u{fc}cher%2eexample",
        "xn--a\u{308}.example",
    ] {
        assert_eq!(code(written), RefusalCode::InvalidHost, "{written:?}");
    }
    assert_eq!(
        code(&format!("{}.com", "a".repeat(64))),
        RefusalCode::InvalidHost
    );
    assert_eq!(code(&"a.".repeat(200)), RefusalCode::InvalidHost);
}
