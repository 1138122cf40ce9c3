//! A value that was not taken, as data.

use std::fmt;

/// One refused (or corrected) value. The rest of the configuration is unaffected by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Path of the field, as `first_party_hosts["exa mple.com"]`.
    pub field: String,
    /// The value as it arrived, at most 100 characters of it.
    pub value: String,
    /// Why.
    pub code: RefusalCode,
    /// The same in words, with what to write instead.
    pub message: String,
}

/// Why a value was refused. A closed list; the names are the snake_case codes of events and documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalCode {
    /// A required value is missing or empty.
    Empty,
    /// The value is of another type than the field's.
    WrongType,
    /// A number outside its range; the nearest bound is used.
    OutOfRange,
    /// Not one of the names that the field knows.
    UnknownName,
    /// A field that nothing reads.
    UnknownField,
    /// Not a host name, IPv4 or IPv6 literal.
    InvalidHost,
    /// A host with a port: ports don't count in matching.
    HostWithPort,
    /// A host name of one label (other than `localhost`) would match a whole top-level domain.
    SingleLabel,
    /// A `*` alone, or elsewhere than at the end of the first label of a name.
    Wildcard,
    /// A host wants `baggage` and no format that carries a trace: its requests are not traced.
    BaggageAlone,
    /// A public suffix (`co.uk`, `github.io`), or a `*` that reaches up to one: everybody's hosts would match.
    PublicSuffix,
    /// A public suffix lies below the host, so hosts of others match too. A warning, nothing is lost.
    AbovePublicSuffix,
    /// The same host twice after normalisation; the first one stays.
    Duplicate,
    /// A URL where a host was wanted; its host was taken. A warning, nothing is lost.
    UrlAsHost,
    /// Not an `http` or `https` URL.
    InvalidUrl,
    /// Not a UUID.
    InvalidUuid,
    /// A character that the value may not hold.
    InvalidCharacter,
    /// Not an authority's certificate in PEM.
    InvalidCertificate,
    /// Not `sha256/` and the Base64 hash of a public key.
    InvalidPin,
    /// Not a key of 32 bytes.
    InvalidKey,
    /// Not a pattern of a path.
    InvalidPattern,
    /// A header that may carry a secret: it is never recorded.
    Secret,
    /// More than the limit allows; what is over is left out.
    TooLarge,
    /// Not JSON.
    NotJson,
    /// A field that no remote document has power over.
    NotRemote,
    /// A field of another vendor's document that nothing here does anything with.
    NoCounterpart,
    /// A remote document without a signature, where the app believes only signed ones.
    NotSigned,
    /// A remote document signed by keys that the app does not know.
    UnknownKey,
    /// A signature that is not of the remote document behind it.
    BadSignature,
    /// A signed remote document that is older than one believed before.
    OlderVersion,
    /// The folder can't be used; batches are kept in memory.
    StorageUnavailable,
    /// A core of this instance name runs already; it was returned, the new configuration was not used.
    AlreadyStarted,
}

impl RefusalCode {
    /// Is it a warning? Then the value was taken all the same.
    pub fn is_warning(self) -> bool {
        matches!(self, Self::AbovePublicSuffix | Self::UrlAsHost)
    }

    /// The snake_case code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::WrongType => "wrong_type",
            Self::OutOfRange => "out_of_range",
            Self::UnknownName => "unknown_name",
            Self::UnknownField => "unknown_field",
            Self::InvalidHost => "invalid_host",
            Self::HostWithPort => "host_with_port",
            Self::SingleLabel => "single_label",
            Self::Wildcard => "wildcard",
            Self::BaggageAlone => "baggage_alone",
            Self::PublicSuffix => "public_suffix",
            Self::AbovePublicSuffix => "above_public_suffix",
            Self::Duplicate => "duplicate",
            Self::UrlAsHost => "url_as_host",
            Self::InvalidUrl => "invalid_url",
            Self::InvalidUuid => "invalid_uuid",
            Self::InvalidCharacter => "invalid_character",
            Self::InvalidCertificate => "invalid_certificate",
            Self::InvalidPin => "invalid_pin",
            Self::InvalidKey => "invalid_key",
            Self::InvalidPattern => "invalid_pattern",
            Self::Secret => "secret",
            Self::TooLarge => "too_large",
            Self::NotJson => "not_json",
            Self::NotRemote => "not_remote",
            Self::NoCounterpart => "no_counterpart",
            Self::NotSigned => "not_signed",
            Self::UnknownKey => "unknown_key",
            Self::BadSignature => "bad_signature",
            Self::OlderVersion => "older_version",
            Self::StorageUnavailable => "storage_unavailable",
            Self::AlreadyStarted => "already_started",
        }
    }
}

impl Refusal {
    /// A refusal; `field` and `value` are cut: what is wrong may be of any size.
    pub fn new(
        field: impl Into<String>,
        value: impl AsRef<str>,
        code: RefusalCode,
        message: impl Into<String>,
    ) -> Self {
        let cut = |text: &str| {
            text.chars()
                .take(crate::limits::REFUSAL_VALUE_CHARS)
                .collect()
        };
        Self {
            field: cut(&field.into()),
            value: cut(value.as_ref()),
            code,
            message: message.into(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} ({})",
            self.field,
            self.message,
            self.code.as_str()
        )
    }
}
