//! What apps sent, batch by batch: every try of it and how it was answered.

use std::collections::VecDeque;

use serde::Serialize;

/// Batches that are kept: an hour of a busy app.
const BATCHES: usize = 300;

/// Tries of a batch that are kept; the count has all of them.
const TRIES: usize = 50;

/// Longest key and request id that is kept, in characters.
const TEXT: usize = 200;

/// One request.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Try {
    /// Milliseconds since the epoch.
    pub(crate) at: u64,
    /// `DD-REQUEST-ID`: new in every try.
    pub(crate) request_id: Option<String>,
    /// What it was answered with; `None` where the answer never arrived whole.
    pub(crate) status: Option<u16>,
    /// The fault that it met.
    pub(crate) fault: Option<String>,
}

/// A batch, by its key.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Batch {
    /// `DD-IDEMPOTENCY-KEY`; OTLP has none, so that each try is a batch of its own.
    key: Option<String>,
    path: String,
    /// As it travelled.
    bytes: Option<u64>,
    /// Has a try been taken, whatever its sender heard of that?
    taken: bool,
    tried: u64,
    /// The last ones, in order.
    tries: VecDeque<Try>,
}

/// The batches, in the order of their first try.
#[derive(Debug, Default)]
pub(crate) struct Uploads(VecDeque<Batch>);

/// A request's head, before its body is read.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) key: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) path: String,
    pub(crate) bytes: Option<u64>,
}

impl Uploads {
    /// Takes note of a try.
    pub(crate) fn add(&mut self, arrived: Arrived, taken: bool, one: Try) {
        let cut = |text: String| text.chars().take(TEXT).collect::<String>();
        let key = arrived.key.map(cut);
        let known = key.as_ref().and_then(|key| {
            self.0
                .iter_mut()
                .rev()
                .find(|batch| batch.key.as_ref() == Some(key))
        });
        let batch = match known {
            Some(batch) => batch,
            None => {
                if self.0.len() >= BATCHES {
                    self.0.pop_front();
                }
                self.0.push_back(Batch {
                    key,
                    path: cut(arrived.path),
                    bytes: arrived.bytes,
                    taken: false,
                    tried: 0,
                    tries: VecDeque::new(),
                });
                let Some(batch) = self.0.back_mut() else {
                    return;
                };
                batch
            }
        };
        batch.taken |= taken;
        batch.tried += 1;
        if batch.tries.len() >= TRIES {
            batch.tries.pop_front();
        }
        batch.tries.push_back(Try {
            request_id: one.request_id.map(cut),
            ..one
        });
    }

    /// All of them.
    pub(crate) fn list(&self) -> Vec<Batch> {
        self.0.iter().cloned().collect()
    }

    /// Forgets them.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_newest_batches_and_counts_every_try() {
        let mut uploads = Uploads::default();
        let arrived = |key: Option<String>| Arrived {
            key,
            request_id: None,
            path: "/".into(),
            bytes: None,
        };
        let one = Try {
            at: 0,
            request_id: Some("x".repeat(1000)),
            status: Some(503),
            fault: None,
        };
        for number in 0..=BATCHES {
            uploads.add(arrived(Some(number.to_string())), false, one.clone());
        }
        for _ in 0..=TRIES {
            uploads.add(arrived(Some("1".to_owned())), true, one.clone());
        }
        let list = uploads.list();
        assert_eq!(list.len(), BATCHES);
        let first = &list[0];
        assert_eq!((first.key.as_deref(), first.taken), (Some("1"), true));
        assert_eq!((first.tried, first.tries.len()), (TRIES as u64 + 2, TRIES));
        assert_eq!(first.tries[0].request_id.as_ref().unwrap().len(), TEXT);
        uploads.add(arrived(None), true, one.clone());
        uploads.add(arrived(None), true, one);
        assert_eq!(uploads.list()[BATCHES - 2].tried, 1, "no key, no batch");
    }
}
