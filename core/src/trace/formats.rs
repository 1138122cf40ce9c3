//! The trace formats a host may ask for, as a small set.

/// One way to write a trace on a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Format {
    /// Datadog's six `x-datadog-*` headers.
    Datadog = 1,
    /// W3C Trace Context: `traceparent` and `tracestate`.
    TraceContext = 2,
}

impl Format {
    /// Every format, in the order in which their headers are written.
    pub const ALL: [Self; 2] = [Self::Datadog, Self::TraceContext];

    /// Name in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Datadog => "datadog",
            Self::TraceContext => "tracecontext",
        }
    }

    /// The format of this exact name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// A set of formats. Order and repetition in the configuration don't matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Formats(u8);

impl Formats {
    /// Adds a format.
    pub fn insert(&mut self, format: Format) {
        self.0 |= format as u8;
    }

    /// Is this format wanted?
    pub fn contains(self, format: Format) -> bool {
        self.0 & format as u8 != 0
    }

    /// No format: the host is first-party, but its requests are not traced.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The formats in the set, in the order in which their headers are written.
    pub fn iter(self) -> impl Iterator<Item = Format> {
        Format::ALL
            .into_iter()
            .filter(move |&format| self.contains(format))
    }
}

impl FromIterator<Format> for Formats {
    fn from_iter<I: IntoIterator<Item = Format>>(formats: I) -> Self {
        let mut set = Self::default();
        formats.into_iter().for_each(|format| set.insert(format));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, Formats};

    #[test]
    fn a_set_lists_each_format_once_in_writing_order() {
        let set: Formats = [Format::TraceContext, Format::Datadog, Format::TraceContext]
            .into_iter()
            .collect();
        assert_eq!(
            set.iter().map(Format::name).collect::<Vec<_>>(),
            ["datadog", "tracecontext"]
        );
        assert!(Formats::default().is_empty());
    }

    #[test]
    fn names_are_exact() {
        assert_eq!(
            Format::from_name("tracecontext"),
            Some(Format::TraceContext)
        );
        assert_eq!(Format::from_name("TraceContext"), None);
        assert_eq!(Format::from_name("w3c"), None);
    }
}
