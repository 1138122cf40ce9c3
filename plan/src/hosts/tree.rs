//! The configured names as a tree of labels, from the last one to the first.
//!
//! A look-up goes down one path, at most as many nodes as the host has labels, however many hosts are configured; most
//! hosts that are not ours end at the first or second node.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use super::HostEntry;
use super::label::{Hashed, Seed, cut_last, is_name};
use super::wildcard::Wildcards;

/// Names, each with its entry.
#[derive(Debug, Default)]
pub(super) struct Tree {
    root: Node,
    seed: Seed,
}

#[derive(Debug, Default)]
struct Node {
    /// The name that ends here.
    entry: Option<HostEntry>,
    /// By the hash of their labels.
    children: Hashes<(Box<[u8]>, Node)>,
    /// Entries whose `*` stands in the label below this one.
    wildcards: Option<Box<Wildcards>>,
}

/// Values by a hash, which two of them may share.
pub(super) type Hashes<V> = HashMap<u64, Vec<V>, BuildHasherDefault<Hashed>>;

/// What a look-up found.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    /// The most specific entry.
    pub(super) entry: Option<&'a HostEntry>,
    /// How many keys were looked up in tables: what the look-up cost.
    pub(super) looked_up: usize,
}

impl Tree {
    /// Adds an entry, or hands it back when its host is there already. Its host is normalised.
    pub(super) fn insert(&mut self, entry: HostEntry) -> Option<HostEntry> {
        let host = Arc::clone(&entry.host);
        let (prefix, name) = match host.split_once("*.") {
            Some((prefix, name)) => (Some(prefix), name),
            None => (None, &*host),
        };
        self.root
            .insert(Some(name.as_bytes()), prefix, entry, self.seed)
    }

    /// The entry for a name, in any case and without a dot behind it, that covers most of its labels; of two alike the one
    /// without `*`, then the one with most characters before it. None when `name` is no name.
    pub(super) fn most_specific(&self, name: &str) -> Option<Found<'_>> {
        let mut found = Found::default();
        let mut node = Some(&self.root);
        let mut rest = Some(name.as_bytes());
        while let Some(name) = rest {
            let Some(parent) = node else {
                // What is no name must not pass for one.
                return is_name(name).then_some(found);
            };
            let (label, before) = cut_last(name)?;
            rest = before;
            if let Some(wildcards) = &parent.wildcards {
                let longest = wildcards.longest(label, self.seed, &mut found.looked_up);
                found.entry = longest.or(found.entry);
            }
            found.looked_up += 1;
            node = parent.child(label, self.seed);
            found.entry = node.and_then(|node| node.entry.as_ref()).or(found.entry);
        }
        Some(found)
    }
}

impl Node {
    fn insert(
        &mut self,
        name: Option<&[u8]>,
        prefix: Option<&str>,
        entry: HostEntry,
        seed: Seed,
    ) -> Option<HostEntry> {
        if let Some((label, before)) = name.and_then(cut_last) {
            let alike = self.children.entry(seed.hash(label)).or_default();
            let known = alike.iter().position(|(text, _)| **text == *label);
            let (text, mut child) = match known {
                Some(place) => alike.swap_remove(place),
                None => (label.into(), Self::default()),
            };
            let refused = child.insert(before, prefix, entry, seed);
            alike.push((text, child));
            return refused;
        }
        match prefix {
            Some(prefix) => {
                let wildcards = self.wildcards.get_or_insert_default();
                wildcards.insert(prefix, entry, seed)
            }
            None if self.entry.is_some() => Some(entry),
            None => {
                self.entry = Some(entry);
                None
            }
        }
    }

    /// A label in any case.
    fn child(&self, label: &[u8], seed: Seed) -> Option<&Self> {
        let alike = self.children.get(&seed.hash(label))?;
        let (_, node) = alike
            .iter()
            .find(|(text, _)| **text == *label || text.eq_ignore_ascii_case(label))?;
        Some(node)
    }
}
