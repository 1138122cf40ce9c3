//! The headers of a plan in one text with ranges: two allocations for a whole plan.

use super::formats::{Format, Formats};
use super::text::Text;

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
    items: Vec<Item>,
}

/// Name, and where its value ends; it starts where the one before ends.
type Item = (&'static str, usize);

/// A list in the making.
#[derive(Debug, Default)]
pub(super) struct HeaderWriter {
    text: Text,
    items: Vec<Item>,
}

impl HeaderWriter {
    pub(super) fn with_room(formats: Formats) -> Self {
        Self {
            text: Text::with_room(formats.iter().map(usual_bytes).sum()),
            items: Vec::with_capacity(HEADERS),
        }
    }

    /// Appends a header of these pieces.
    pub(super) fn push(&mut self, name: &'static str, pieces: &[&str]) {
        self.push_with(name, |text| text.push(pieces));
    }

    /// Appends a header whose value `write` appends to a text. What stands in that text is not its own.
    pub(super) fn push_with(&mut self, name: &'static str, write: impl FnOnce(&mut Text)) {
        write(&mut self.text);
        self.items.push((name, self.text.len()));
    }

    pub(super) fn finish(self) -> HeaderList {
        HeaderList {
            text: self.text.finish(),
            items: self.items,
        }
    }
}

impl HeaderList {
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let mut start = 0;
        self.items.iter().map(move |&(name, end)| {
            let value = self.text.get(start..end).unwrap_or_default();
            start = end;
            (name, value)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::HeaderWriter;

    #[test]
    fn values_come_back_in_order() {
        let mut list = HeaderWriter::default();
        list.push("a", &["1"]);
        list.push("b", &[]);
        list.push("c", &["x", "07"]);
        list.push_with("d", |text| text.push(&["!"]));
        let list = list.finish();
        assert_eq!(
            list.iter().collect::<Vec<_>>(),
            [("a", "1"), ("b", ""), ("c", "x07"), ("d", "!")]
        );
    }
}
