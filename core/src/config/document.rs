//! The configuration as a JSON document: what the CLI, host programs and tests read.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fields::Fields;
use super::{
    Configuration, DeviceFacts, HostRule, IntakeRule, Refusal, RefusalCode, SyntheticsTest,
};
use crate::upload::UploadPolicy;

/// Formats of a host whose entry names none: what services with default settings continue (Datadog's and
/// OpenTelemetry's tracers both).
pub(crate) const DEFAULT_FORMATS: [&str; 2] = ["datadog", "tracecontext"];

/// Reads a configuration. A field of the wrong type is refused alone and keeps its default; only a text that is no JSON
/// object at all is an error.
pub fn from_json(text: &str) -> Result<(Configuration, Vec<Refusal>), Refusal> {
    let not_json = |why: String| Refusal::new("", "", RefusalCode::NotJson, why);
    let value: Value = serde_json::from_str(text)
        .map_err(|error| not_json(format!("the configuration is not JSON: {error}")))?;
    let object = value
        .as_object()
        .ok_or_else(|| not_json("the configuration must be a JSON object".to_owned()))?;
    let mut refusals = Vec::new();
    let configuration = configuration(object, &mut refusals);
    Ok((configuration, refusals))
}

fn configuration(object: &Map<String, Value>, refusals: &mut Vec<Refusal>) -> Configuration {
    let base = Configuration::default();
    let mut fields = Fields::new(object, "", refusals);
    let configuration = Configuration {
        client_token: fields.secret("client_token").unwrap_or_default(),
        application_id: fields.string("application_id").unwrap_or_default(),
        enabled: fields.switch("enabled").unwrap_or(base.enabled),
        instance: fields.string("instance").unwrap_or(base.instance),
        service: fields.string("service"),
        env: fields.string("env"),
        version: fields.string("version"),
        source: fields.string("source").unwrap_or(base.source),
        storage_dir: fields.string("storage_dir"),
        encryption_key: None,
        first_party_hosts: fields
            .object("first_party_hosts")
            .map(|hosts| host_rules(hosts, "first_party_hosts", fields.refusals()))
            .unwrap_or_default(),
        arms_pid: fields.string("arms_pid"),
        session_sample_rate: fields
            .number("session_sample_rate")
            .unwrap_or(base.session_sample_rate),
        trace_sample_rate: fields
            .number("trace_sample_rate")
            .unwrap_or(base.trace_sample_rate),
        trace_context_injection: fields
            .string("trace_context_injection")
            .unwrap_or(base.trace_context_injection),
        // A consent that can't be read must not become a grant.
        tracking_consent: match fields.value("tracking_consent") {
            None => base.tracking_consent,
            Some(value) => value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned),
        },
        intakes: fields
            .array("intakes")
            .map(|intakes| intake_rules(intakes, fields.refusals()))
            .unwrap_or_default(),
        root_certificates: fields
            .array("root_certificates")
            .map(|pems| strings("root_certificates", pems, fields.refusals()))
            .unwrap_or_default(),
        certificate_pins: fields
            .object("certificate_pins")
            .map(|hosts| pins(hosts, fields.refusals()))
            .unwrap_or_default(),
        proxy: fields.secret("proxy"),
        remote_configuration_url: fields.string("remote_configuration_url"),
        remote_configuration_keys: fields
            .object("remote_configuration_keys")
            .map(|keys| public_keys(keys, fields.refusals()))
            .unwrap_or_default(),
        install_id: fields.string("install_id"),
        batch_max_age_ms: fields
            .whole("batch_max_age_ms")
            .unwrap_or(base.batch_max_age_ms),
        upload: fields
            .object("upload")
            .map(|upload| upload_policy(upload, fields.refusals()))
            .unwrap_or_default(),
        telemetry: fields.boolean("telemetry").unwrap_or(base.telemetry),
        inspect: fields.boolean("inspect").unwrap_or(base.inspect),
        device: fields
            .object("device")
            .map(|device| device_facts(device, fields.refusals()))
            .unwrap_or_default(),
        track_background_events: fields
            .boolean("track_background_events")
            .unwrap_or(base.track_background_events),
        track_frustrations: fields
            .boolean("track_frustrations")
            .unwrap_or(base.track_frustrations),
        track_anonymous_user: fields
            .boolean("track_anonymous_user")
            .unwrap_or(base.track_anonymous_user),
        synthetics_test: fields
            .object("synthetics_test")
            .and_then(|test| synthetics_test(test, fields.refusals())),
        ci_test_execution_id: fields.string("ci_test_execution_id"),
        captured_headers: fields
            .array("captured_headers")
            .map(|names| strings("captured_headers", names, fields.refusals()))
            .unwrap_or_default(),
        redacted_query_parameters: fields
            .array("redacted_query_parameters")
            .map(|names| strings("redacted_query_parameters", names, fields.refusals()))
            .unwrap_or_default(),
        path_patterns: fields
            .array("path_patterns")
            .map(|patterns| strings("path_patterns", patterns, fields.refusals()))
            .unwrap_or_default(),
        mapped_events: Vec::new(),
    };
    fields.finish();
    configuration
}

fn synthetics_test(
    object: &Map<String, Value>,
    refusals: &mut Vec<Refusal>,
) -> Option<SyntheticsTest> {
    let mut fields = Fields::new(object, "synthetics_test.", refusals);
    let test_id = fields.string("test_id");
    let result_id = fields.string("result_id");
    fields.finish();
    Some(SyntheticsTest {
        test_id: test_id?,
        result_id: result_id?,
    })
}

/// Reads `first_party_hosts`: a host's value is a list of formats or an object with `formats` and `sample_rate`. `field` is
/// the name that refusals give it.
fn host_rules(
    hosts: &Map<String, Value>,
    field: &str,
    refusals: &mut Vec<Refusal>,
) -> BTreeMap<String, HostRule> {
    hosts
        .iter()
        .filter_map(|(host, value)| {
            let path = format!("{field}[{host:?}]");
            host_rule(&path, value, refusals).map(|rule| (host.clone(), rule))
        })
        .collect()
}

fn host_rule(path: &str, value: &Value, refusals: &mut Vec<Refusal>) -> Option<HostRule> {
    match value {
        Value::Array(formats) => Some(HostRule {
            formats: format_names(path, formats, refusals),
            sample_rate: None,
        }),
        Value::Object(object) => {
            let mut fields = Fields::new(object, format!("{path}."), refusals);
            let formats = match fields.array("formats") {
                Some(formats) => format_names(path, formats, fields.refusals()),
                None => DEFAULT_FORMATS.map(str::to_owned).to_vec(),
            };
            let sample_rate = fields.number("sample_rate");
            fields.finish();
            Some(HostRule {
                formats,
                sample_rate,
            })
        }
        _ => {
            refusals.push(Refusal::new(
                path,
                value.to_string(),
                RefusalCode::WrongType,
                "must be a list of formats, as [\"datadog\",\"tracecontext\"], or an object with \"formats\"",
            ));
            None
        }
    }
}

fn format_names(path: &str, formats: &[Value], refusals: &mut Vec<Refusal>) -> Vec<String> {
    let field = |_| format!("{path}.formats");
    texts(
        formats,
        field,
        "a format is a string, as \"datadog\"",
        refusals,
    )
}

/// The strings of a list; what is none is refused alone, under the name that `field` gives its place.
fn texts(
    values: &[Value],
    field: impl Fn(usize) -> String,
    wanted: &str,
    refusals: &mut Vec<Refusal>,
) -> Vec<String> {
    values
        .iter()
        .enumerate()
        .filter_map(|(index, value)| {
            let text = value.as_str().map(str::to_owned);
            if text.is_none() {
                refusals.push(Refusal::new(
                    field(index),
                    value.to_string(),
                    RefusalCode::WrongType,
                    wanted,
                ));
            }
            text
        })
        .collect()
}

fn intake_rules(intakes: &[Value], refusals: &mut Vec<Refusal>) -> Vec<IntakeRule> {
    intakes
        .iter()
        .enumerate()
        .filter_map(|(index, value)| {
            let path = format!("intakes[{index}]");
            let Some(object) = value.as_object() else {
                refusals.push(Refusal::new(
                    path,
                    value.to_string(),
                    RefusalCode::WrongType,
                    "must be an object, as {\"type\":\"datadog\",\"site\":\"us1\"}",
                ));
                return None;
            };
            let mut fields = Fields::new(object, format!("{path}."), refusals);
            let rule = IntakeRule {
                kind: fields.string("type").unwrap_or_default(),
                site: fields.string("site"),
                url: fields.string("url"),
                encoding: fields.string("encoding"),
                headers: fields
                    .object("headers")
                    .map(|headers| header_values(&path, headers, fields.refusals()))
                    .unwrap_or_default(),
            };
            fields.finish();
            Some(rule)
        })
        .collect()
}

fn header_values(
    path: &str,
    headers: &Map<String, Value>,
    refusals: &mut Vec<Refusal>,
) -> BTreeMap<String, String> {
    headers
        .iter()
        .filter_map(|(name, value)| {
            let text = value.as_str().map(str::to_owned);
            if text.is_none() {
                refusals.push(Refusal::new(
                    format!("{path}.headers[{name:?}]"),
                    "(hidden)",
                    RefusalCode::WrongType,
                    "the value of a header is a string",
                ));
            }
            Some((name.clone(), text?))
        })
        .collect()
}

fn strings(path: &str, values: &[Value], refusals: &mut Vec<Refusal>) -> Vec<String> {
    let field = |index| format!("{path}[{index}]");
    texts(values, field, "must be a string", refusals)
}

/// A host whose pins can't be read keeps an empty list: it stays pinned.
fn pins(hosts: &Map<String, Value>, refusals: &mut Vec<Refusal>) -> BTreeMap<String, Vec<String>> {
    hosts
        .iter()
        .map(|(host, value)| {
            let path = format!("certificate_pins[{host:?}]");
            let pins = match value {
                Value::Array(pins) => strings(&path, pins, refusals),
                _ => {
                    refusals.push(Refusal::new(
                        path,
                        value.to_string(),
                        RefusalCode::WrongType,
                        "must be a list of pins, as [\"sha256/…\"]",
                    ));
                    Vec::new()
                }
            };
            (host.clone(), pins)
        })
        .collect()
}

/// A key that can't be read stays as an empty one, which is refused: what was meant to be signed must not count unsigned.
fn public_keys(keys: &Map<String, Value>, refusals: &mut Vec<Refusal>) -> BTreeMap<String, String> {
    keys.iter()
        .map(|(id, value)| {
            let text = value.as_str().map(str::to_owned);
            if text.is_none() {
                refusals.push(Refusal::new(
                    format!("remote_configuration_keys[{id:?}]"),
                    value.to_string(),
                    RefusalCode::WrongType,
                    "a public key is a string, 32 bytes in Base64",
                ));
            }
            (id.clone(), text.unwrap_or_default())
        })
        .collect()
}

fn upload_policy(object: &Map<String, Value>, refusals: &mut Vec<Refusal>) -> UploadPolicy {
    let base = UploadPolicy::default();
    let mut fields = Fields::new(object, "upload.", refusals);
    let policy = UploadPolicy {
        metered: fields.boolean("metered").unwrap_or(base.metered),
        battery_low: fields.boolean("battery_low").unwrap_or(base.battery_low),
        low_power: fields.boolean("low_power").unwrap_or(base.low_power),
        metered_interval_ms: fields
            .whole("metered_interval_ms")
            .unwrap_or(base.metered_interval_ms),
        background_interval_ms: fields
            .whole("background_interval_ms")
            .unwrap_or(base.background_interval_ms),
    };
    fields.finish();
    policy
}

fn device_facts(object: &Map<String, Value>, refusals: &mut Vec<Refusal>) -> DeviceFacts {
    let mut fields = Fields::new(object, "device.", refusals);
    let device = DeviceFacts {
        os_name: fields.string("os_name").unwrap_or_default(),
        os_version: fields.string("os_version").unwrap_or_default(),
        device_model: fields.string("model").unwrap_or_default(),
        device_brand: fields.string("brand").unwrap_or_default(),
        device_type: fields.string("type").unwrap_or_default(),
        architecture: fields.string("architecture").unwrap_or_default(),
        locale: fields.string("locale").unwrap_or_default(),
    };
    fields.finish();
    device
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_field_is_refused_alone() {
        let (configuration, refusals) = from_json(
            r#"{"client_token":"pub1","trace_sample_rate":"half","first_party_hosts":{"a.example":["datadog",7],"b.example":3},
                "intakes":[{"type":"datadog"},5],"sesion_sample_rate":1}"#,
        )
        .unwrap();

        assert_eq!(configuration.client_token, "pub1");
        assert_eq!(configuration.trace_sample_rate, 100.0);
        assert_eq!(
            configuration.first_party_hosts["a.example"].formats,
            ["datadog"]
        );
        assert!(!configuration.first_party_hosts.contains_key("b.example"));
        assert_eq!(configuration.intakes.len(), 1);
        let fields: Vec<_> = refusals
            .iter()
            .map(|r| (r.field.as_str(), r.code.as_str()))
            .collect();
        assert_eq!(
            fields,
            [
                ("first_party_hosts[\"a.example\"].formats", "wrong_type"),
                ("first_party_hosts[\"b.example\"]", "wrong_type"),
                ("trace_sample_rate", "wrong_type"),
                ("intakes[1]", "wrong_type"),
                ("sesion_sample_rate", "unknown_field"),
            ]
        );
    }

    #[test]
    fn what_is_no_json_object_is_one_clear_refusal() {
        for text in ["", "[]", "{", "garbage", "{\"a\":1}x"] {
            assert_eq!(
                from_json(text).unwrap_err().code,
                RefusalCode::NotJson,
                "{text}"
            );
        }
    }

    #[test]
    fn an_object_host_rule_without_formats_gets_the_default_ones() {
        let (configuration, _) =
            from_json(r#"{"first_party_hosts":{"a.example":{"sample_rate":50}}}"#).unwrap();
        let rule = &configuration.first_party_hosts["a.example"];
        assert_eq!(rule.formats, DEFAULT_FORMATS);
        assert_eq!(rule.sample_rate, Some(50.0));
    }

    #[test]
    fn a_switch_that_cannot_be_read_is_off_and_a_key_stays_to_be_refused() {
        let (configuration, refusals) =
            from_json(r#"{"enabled":"yes","remote_configuration_keys":{"k1":7,"k2":"AAAA"}}"#)
                .unwrap();
        assert!(!configuration.enabled);
        assert_eq!(configuration.remote_configuration_keys["k1"], "");
        let fields: Vec<_> = refusals.iter().map(|r| r.field.as_str()).collect();
        assert_eq!(fields, ["enabled", "remote_configuration_keys[\"k1\"]"]);
    }

    #[test]
    fn a_consent_that_cannot_be_read_is_no_grant() {
        let (configuration, _) = from_json(r#"{"tracking_consent":1}"#).unwrap();
        assert_ne!(configuration.tracking_consent, "granted");
    }
}
