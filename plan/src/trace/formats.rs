//! The trace formats a host may ask for, as a small set.

/// One way to write a trace on a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Format {
    /// Datadog's six `x-datadog-*` headers.
    Datadog = 1,
    /// W3C Trace Context: `traceparent` and `tracestate`.
    TraceContext = 1 << 1,
    /// Zipkin's B3 in one header, `b3`.
    B3 = 1 << 2,
    /// Zipkin's B3 in several headers, `x-b3-*`.
    B3Multi = 1 << 3,
    /// SkyWalking's `sw8`.
    Sw8 = 1 << 4,
    /// W3C Baggage: session, user and account beside another format. It carries no trace by itself.
    Baggage = 1 << 5,
}

impl Format {
    /// Every format, in the order in which their headers are written.
    pub const ALL: [Self; 6] = [
        Self::Datadog,
        Self::TraceContext,
        Self::B3,
        Self::B3Multi,
        Self::Sw8,
        Self::Baggage,
    ];

    /// Name in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Datadog => "datadog",
            Self::TraceContext => "tracecontext",
            Self::B3 => "b3",
            Self::B3Multi => "b3multi",
            Self::Sw8 => "sw8",
            Self::Baggage => "baggage",
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

    /// Does one of them carry a trace? Baggage alone does not.
    pub fn carry_trace(self) -> bool {
        self.0 & !(Format::Baggage as u8) != 0
    }

    /// Does one of them have words for a trace that is not kept? SkyWalking's agents ignore the sample flag of `sw8` (Java's
    /// even keeps by force), so there "not kept" is no header.
    pub fn can_say_not_kept(self) -> bool {
        self.0 & !(Format::Baggage as u8 | Format::Sw8 as u8) != 0
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
    fn every_name_leads_back_to_its_format() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
    }

    #[test]
    fn baggage_carries_no_trace_and_sw8_cannot_say_not_kept() {
        let set = |format: Format| Formats::from_iter([format]);
        assert!(!set(Format::Baggage).carry_trace());
        assert!(set(Format::Sw8).carry_trace() && !set(Format::Sw8).can_say_not_kept());
        assert!(set(Format::B3).can_say_not_kept());
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
