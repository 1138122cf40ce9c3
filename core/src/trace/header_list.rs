//! The headers of a plan in one text with ranges: two allocations for a whole plan.

use super::formats::{Format, Formats};

/// Room for the numbers of a format's headers, and for texts of a usual length, so that a plan rarely grows.
fn usual_bytes(format: Format) -> usize {
    match format {
        Format::Datadog => 96,
        Format::TraceContext => 256,
        Format::B3 | Format::B3Multi => 52,
        Format::Sw8 => 512,
        Format::Baggage => 256,
    }
}

/// The most that all formats write: six, two, one, three, one and one.
const HEADERS: usize = 14;

/// Headers to set, in the order in which they were written. Values are visible ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct HeaderList {
    text: String,
    /// Name, and where its value ends; it starts where the one before ends.
    items: Vec<(&'static str, usize)>,
}

impl HeaderList {
    pub(super) fn with_room(formats: Formats) -> Self {
        Self {
            text: String::with_capacity(formats.iter().map(usual_bytes).sum()),
            items: Vec::with_capacity(HEADERS),
        }
    }

    /// Appends a header of these pieces.
    pub(super) fn push(&mut self, name: &'static str, pieces: &[&str]) {
        self.push_with(name, |text| push_all(text, pieces));
    }

    /// Appends a header whose value `write` appends to a text. What stands in that text is not its own.
    pub(super) fn push_with(&mut self, name: &'static str, write: impl FnOnce(&mut String)) {
        write(&mut self.text);
        self.items.push((name, self.text.len()));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let mut start = 0;
        self.items.iter().map(move |&(name, end)| {
            let value = self.text.get(start..end).unwrap_or_default();
            start = end;
            (name, value)
        })
    }
}

/// Appends several pieces.
pub(super) fn push_all(text: &mut String, pieces: &[&str]) {
    for piece in pieces {
        text.push_str(piece);
    }
}

#[cfg(test)]
mod tests {
    use super::HeaderList;

    #[test]
    fn values_come_back_in_order() {
        let mut list = HeaderList::default();
        list.push("a", &["1"]);
        list.push("b", &[]);
        list.push("c", &["x", "07"]);
        list.push_with("d", |text| text.push('!'));
        assert_eq!(
            list.iter().collect::<Vec<_>>(),
            [("a", "1"), ("b", ""), ("c", "x07"), ("d", "!")]
        );
    }
}
