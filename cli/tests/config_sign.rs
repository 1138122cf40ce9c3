//! `handspan config sign` and `keygen`: what is written, and over what.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where it meets what it did not expect"
)]

#[path = "support/desk.rs"]
mod desk;

use std::path::Path;

use desk::{Desk, OLD};

impl Desk {
    /// Makes a key; returns how the app knows it.
    fn keygen(&self, name: &str, id: &str) -> String {
        let said = self.config(&["keygen", "--out", name, "--key-id", id]);
        assert_eq!(said.status, 0, "{}", said.stderr);
        let (_, rest) = said.stdout.split_once(&format!("{{\"{id}\": \"")).unwrap();
        format!("{id}={}", rest.split_once('"').unwrap().0)
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn what_is_signed_is_believed_by_the_keys_and_what_was_changed_is_not() {
    let desk = Desk::new();
    let (old_key, new_key) = (
        desk.keygen("a.pem", "2026-a"),
        desk.keygen("b.pem", "2027-a"),
    );
    desk.file("app.json", OLD);
    let said = desk.config(&["check", "app.json", "--key", &old_key]);
    assert_eq!(said.status, 1);
    assert!(said.stdout.contains("(not_signed)"), "{}", said.stdout);

    let said = desk.config(&[
        "sign", "app.json", "--key", "a.pem", "--key-id", "2026-a", "--out", "app.json",
    ]);
    assert_eq!(
        (said.status, said.stdout.as_str()),
        (0, "app.json: signed by 2026-a\n")
    );
    // A second key for apps that know only that: the first signature stays.
    let again = ["sign", "app.json", "--key", "b.pem", "--key-id", "2027-a"];
    let again = [&again[..], &["--keep", &old_key]].concat();
    let said = desk.config(&[&again[..], &["--out", "app.json"]].concat());
    assert_eq!(said.status, 0, "{}", said.stderr);
    let signed = read(&desk.path("app.json"));
    assert!(
        signed.starts_with("handspan-signed 1\n2026-a ") && signed.ends_with(OLD),
        "{signed}"
    );
    for (key, id) in [(&old_key, "2026-a"), (&new_key, "2027-a")] {
        let said = desk.config(&["check", "app.json", "--key", key]);
        assert_eq!(said.status, 0, "{}", said.stdout);
        assert!(
            said.stdout
                .contains(&format!("the signature of {id} holds")),
            "{}",
            said.stdout
        );
    }
    // Both at once give the same bytes: Ed25519 has no chance in it.
    desk.file("plain.json", OLD);
    let said = desk.config(&[
        "sign",
        "plain.json",
        "--key",
        "a.pem",
        "--key",
        "b.pem",
        "--key-id",
        "2026-a",
        "--key-id",
        "2027-a",
    ]);
    assert_eq!(said.stdout, signed);
    // Signing again with the same key replaces its line.
    let said = desk.config(&again);
    assert_eq!((said.stdout, said.stderr.as_str()), (signed.clone(), ""));

    desk.file(
        "app.json",
        &signed.replace("\"version\":7", "\"version\":8"),
    );
    let said = desk.config(&["check", "app.json", "--key", &old_key]);
    assert_eq!(said.status, 1);
    assert!(said.stdout.contains("(bad_signature)"), "{}", said.stdout);
    let other = desk.keygen("c.pem", "other");
    let said = desk.config(&["check", "app.json", "--key", &other]);
    assert!(said.stdout.contains("(unknown_key)"), "{}", said.stdout);
}

#[test]
fn what_no_phone_should_get_is_not_signed() {
    let desk = Desk::new();
    desk.keygen("a.pem", "a");
    for (text, part) in [
        (
            r#"{"version":1,"trace_sample_rate":200}"#,
            "trace_sample_rate",
        ),
        (r#"{"trace_sample_rate":20}"#, "integer \"version\""),
        (
            r#"{"version":"7","trace_sample_rate":20}"#,
            "integer \"version\"",
        ),
        ("nothing", "not JSON"),
    ] {
        desk.file("app.json", text);
        let said = desk.config(&["sign", "app.json", "--key", "a.pem", "--out", "app.json"]);
        assert_eq!((said.status, said.stdout.as_str()), (2, ""), "{text}");
        assert!(said.stderr.contains(part), "{part}: {}", said.stderr);
        assert_eq!(read(&desk.path("app.json")), text, "nothing is written");
    }
    desk.file("app.json", OLD);
    for (arguments, part) in [
        (&["--key", "app.json"][..], "no PEM block"),
        (&["--key", "a.pem", "--key-id", "Über"], "key id"),
        (
            &["--key", "a.pem", "--key-id", "a", "--key-id", "b"],
            "1 keys and 2 ids",
        ),
    ] {
        let said = desk.config(&[&["sign", "app.json"], arguments].concat());
        assert_eq!(said.status, 2, "{arguments:?}");
        assert!(said.stderr.contains(part), "{part}: {}", said.stderr);
    }
    let said = desk.config(&["keygen", "--out", "a.pem"]);
    assert_eq!(said.status, 2, "a key is never written over");
    let said = desk.config(&["check", "app.json", "--key", "a=AAAA"]);
    assert_eq!(said.status, 2);
    assert!(said.stderr.contains("32 bytes"), "{}", said.stderr);
}

#[test]
fn a_signature_stays_only_where_it_is_known_to_hold() {
    let desk = Desk::new();
    let (a, b) = (desk.keygen("a.pem", "a"), desk.keygen("b.pem", "b"));
    desk.file("app.json", OLD);
    let sign = |more: &[&str]| {
        let first = ["sign", "app.json", "--out", "app.json"];
        desk.config(&[&first, more].concat())
    };
    assert_eq!(sign(&["--key", "a.pem", "--key-id", "a"]).status, 0);
    let signed = read(&desk.path("app.json"));
    desk.file(
        "app.json",
        &signed.replace("\"version\":7", "\"version\":8"),
    );
    // It was edited since: the signature of a is of another document.
    let by_b = ["--key", "b.pem", "--key-id", "b"];
    let said = sign(&[&by_b[..], &["--keep", &a]].concat());
    assert_eq!(said.status, 2);
    assert!(
        said.stderr
            .contains("no signature to keep by the key \"a\""),
        "{}",
        said.stderr
    );
    let said = sign(&by_b);
    assert_eq!(said.status, 0, "{}", said.stderr);
    assert!(
        said.stderr.contains("the signature of a is left out"),
        "{}",
        said.stderr
    );
    assert!(read(&desk.path("app.json")).starts_with("handspan-signed 1\nb "));
    // The same by hand is seen by whoever asks for both keys, though phones that know b read it.
    let line = signed.lines().nth(1).unwrap();
    let both = read(&desk.path("app.json")).replace("1\nb ", &format!("1\n{line}\nb "));
    desk.file("app.json", &both);
    assert_eq!(desk.config(&["check", "app.json", "--key", &b]).status, 0);
    let said = desk.config(&["check", "app.json", "--key", &b, "--key", &a]);
    assert_eq!(said.status, 1, "{}", said.stdout);
    assert!(
        said.stdout
            .contains("error: the document: a: the signature"),
        "{}",
        said.stdout
    );
    // A key of which the file says nothing is no error beside one that holds.
    let c = desk.keygen("c.pem", "c");
    let said = desk.config(&["check", "app.json", "--key", &b, "--key", &c]);
    assert_eq!(said.status, 0, "{}", said.stdout);
}

#[test]
fn what_is_too_large_once_signed_is_not_written() {
    let desk = Desk::new();
    desk.keygen("a.pem", "a");
    let most = 256 * 1024;
    desk.file(
        "app.json",
        &format!("{OLD}{}", " ".repeat(most - OLD.len())),
    );
    assert_eq!(desk.config(&["check", "app.json"]).status, 0);
    let said = desk.config(&["sign", "app.json", "--key", "a.pem", "--out", "live.json"]);
    assert_eq!(said.status, 2);
    assert!(
        said.stderr.contains("at most 262144 are read"),
        "{}",
        said.stderr
    );
    // 25 lines of some 100 bytes are more than stand before an empty line.
    desk.file("app.json", OLD);
    let ids: Vec<String> = (0..25).map(|id| format!("key-number-{id}")).collect();
    let mut arguments = vec!["sign", "app.json", "--out", "live.json"];
    for id in &ids {
        arguments.extend(["--key", "a.pem", "--key-id", id.as_str()]);
    }
    let said = desk.config(&arguments);
    assert_eq!(said.status, 2);
    assert!(
        said.stderr.contains("no empty line within 2048 bytes"),
        "{}",
        said.stderr
    );
    assert!(!desk.path("live.json").exists());
}

#[test]
fn no_key_is_written_over() {
    let desk = Desk::new();
    desk.keygen("a.pem", "a");
    let key = read(&desk.path("a.pem"));
    desk.file("app.json", OLD);
    desk.file("other.pem", &key);
    std::fs::hard_link(desk.path("a.pem"), desk.path("hard.pem")).unwrap();
    for out in ["a.pem", "./a.pem", "other.pem", "hard.pem"] {
        let said = desk.config(&["sign", "app.json", "--key", "a.pem", "--out", out]);
        assert_eq!((said.status, said.stdout.as_str()), (2, ""), "{out}");
        assert!(said.stderr.contains("private key"), "{}", said.stderr);
        assert_eq!(read(&desk.path("a.pem")), key);
    }
}

#[cfg(unix)]
#[test]
fn a_served_file_is_replaced_behind_its_link_and_stays_readable() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    desk.keygen("a.pem", "a");
    desk.file("app.json", OLD);
    desk.file("live.part", "somebody's");
    desk.file("served.json", "{}");
    let mode = |name: &str| {
        std::fs::metadata(desk.path(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    std::fs::set_permissions(desk.path("served.json"), PermissionsExt::from_mode(0o604)).unwrap();
    std::os::unix::fs::symlink("served.json", desk.path("live.json")).unwrap();
    let sign = |out: &str| desk.config(&["sign", "app.json", "--key", "a.pem", "--out", out]);
    let said = sign("live.json");
    assert_eq!(said.status, 0, "{}", said.stderr);
    assert!(desk.path("live.json").is_symlink());
    assert!(read(&desk.path("served.json")).ends_with(OLD));
    assert_eq!(mode("served.json"), 0o604);
    assert_eq!(read(&desk.path("live.part")), "somebody's");
    // A new one has the mode of any new file here.
    desk.file("any.json", "");
    assert_eq!(sign("new.json").status, 0);
    assert_eq!(mode("new.json"), mode("any.json"));
    let left: Vec<_> = std::fs::read_dir(desk.path(".")).unwrap().collect();
    assert_eq!(left.len(), 7, "{left:?}");
    // A link to nothing is followed as well.
    std::os::unix::fs::symlink("later.json", desk.path("link.json")).unwrap();
    assert_eq!(sign("link.json").status, 0);
    assert!(read(&desk.path("later.json")).ends_with(OLD));
}

#[cfg(unix)]
#[test]
fn standard_output_gets_the_document_and_nothing_else() {
    let desk = Desk::new();
    desk.keygen("a.pem", "a");
    desk.file("app.json", OLD);
    // By a link of our own: whoever broke this as root would break the machine's.
    std::os::unix::fs::symlink("/dev/fd/1", desk.path("pipe")).unwrap();
    for out in ["pipe", "-"] {
        let said = desk.config(&["sign", "app.json", "--key", "a.pem", "--out", out]);
        assert_eq!(said.status, 0, "{}", said.stderr);
        assert!(said.stdout.starts_with("handspan-signed 1\n"));
        assert!(said.stdout.ends_with(OLD), "{}", said.stdout);
    }
    assert!(desk.path("pipe").is_symlink());
    let said = desk.config(&["keygen", "--out", "-", "--key-id", "b"]);
    assert!(said.stdout.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    assert!(said.stdout.ends_with("-----END PRIVATE KEY-----\n"));
    assert!(said.stderr.contains("{\"b\": \""), "{}", said.stderr);
    assert!(!desk.path("-").exists());
}
