//! The headers of a plan in one text with ranges: two allocations for a whole plan.

use std::fmt::{self, Write};

/// Enough for both formats without growing.
const TEXT_BYTES: usize = 320;
const HEADERS: usize = 8;

/// Headers to set, in the order in which they were written. Values are visible ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct HeaderList {
    text: String,
    /// Name, and where its value ends; it starts where the one before ends.
    items: Vec<(&'static str, usize)>,
}

impl HeaderList {
    pub(super) fn with_room() -> Self {
        Self {
            text: String::with_capacity(TEXT_BYTES),
            items: Vec::with_capacity(HEADERS),
        }
    }

    /// Appends a header.
    pub(super) fn push(&mut self, name: &'static str, value: fmt::Arguments<'_>) {
        // Writing to a String can't fail.
        let _ = self.text.write_fmt(value);
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

#[cfg(test)]
mod tests {
    use super::HeaderList;

    #[test]
    fn values_come_back_in_order() {
        let mut list = HeaderList::with_room();
        list.push("a", format_args!("{}", 1));
        list.push("b", format_args!(""));
        list.push("c", format_args!("x{:02}", 7));
        assert_eq!(
            list.iter().collect::<Vec<_>>(),
            [("a", "1"), ("b", ""), ("c", "x07")]
        );
    }
}
