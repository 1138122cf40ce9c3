//! Which batches have been seen: the last [`CAPACITY`] idempotency keys.

use std::collections::{HashMap, VecDeque};

/// How many keys are remembered. A retry comes within minutes; this is hours of a busy app.
const CAPACITY: usize = 4096;

/// Longest key that is remembered, in bytes: keys come from the network. A longer one is treated as no key.
const KEY_LIMIT: usize = 200;

/// What a key says about a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Not before.
    New,
    /// The same body came before.
    Duplicate,
    /// Another body came before under this key.
    Reused,
}

/// The keys seen, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    digests: HashMap<String, u64>,
    order: VecDeque<String>,
}

impl Keys {
    /// Remembers the key with a digest of its body, and says whether it was known.
    pub(crate) fn see(&mut self, key: &str, digest: u64) -> Seen {
        if key.is_empty() || key.len() > KEY_LIMIT {
            return Seen::New;
        }
        match self.digests.get(key) {
            Some(&known) if known == digest => return Seen::Duplicate,
            Some(_) => return Seen::Reused,
            None => {}
        }
        if self.order.len() >= CAPACITY
            && let Some(oldest) = self.order.pop_front()
        {
            self.digests.remove(&oldest);
        }
        self.digests.insert(key.to_owned(), digest);
        self.order.push_back(key.to_owned());
        Seen::New
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_so_many_keys_and_forgets_the_oldest() {
        let mut keys = Keys::default();
        assert_eq!(keys.see("a", 1), Seen::New);
        assert_eq!(keys.see("a", 1), Seen::Duplicate);
        assert_eq!(keys.see("a", 2), Seen::Reused);
        for index in 0..CAPACITY {
            assert_eq!(keys.see(&format!("k{index}"), 0), Seen::New);
        }
        assert_eq!(keys.digests.len(), CAPACITY);
        assert_eq!(keys.see("a", 1), Seen::New, "the oldest was forgotten");
    }

    #[test]
    fn takes_no_key_from_an_empty_or_a_huge_header() {
        let mut keys = Keys::default();
        let huge = "x".repeat(KEY_LIMIT + 1);
        for key in ["", huge.as_str()] {
            assert_eq!(keys.see(key, 1), Seen::New);
            assert_eq!(keys.see(key, 1), Seen::New);
        }
        assert!(keys.order.is_empty());
    }
}
