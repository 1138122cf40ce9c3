//! What a `*` in a configured host stands for.
//!
//! One `*` may end the first label, alone in it or after other characters: `*.example.com`, `api-*.example.com`. It stands
//! for any characters of that label, none included (`api*` is `api` too), and never for a dot. As every entry takes in its
//! subdomains, `*.example.com` is every name below `example.com`, at any depth, and not `example.com` itself. What follows
//! the label must be a host that could be configured by itself, so a `*` never reaches up to a public suffix.
//!
//! dd-sdk-android (2026) takes one `*` at the end of a label too, and refuses `*-api.example.com`. It and dd-sdk-ios let the
//! `*` stand for dots (`api-*.example.com` is `api-1.eu.example.com`), and dd-sdk-android takes it in a later label
//! (`api.*.example.com`). Here it keeps to the first label, so that the entry with more labels is always the more specific
//! one, and a look-up goes down one path.

use super::HostEntry;
use super::configured::{LABEL_CHARS, Refused, TOO_LONG_LABEL, invalid, refused};
use super::label::Seed;
use super::name::is_name_character;
use super::tree::Hashes;
use crate::refusal::RefusalCode;

/// Cuts a written host with a `*` into what stands before it in its label, in lower case, and the host after the label.
/// None where there is no `*`.
pub(super) fn split(written: &str) -> Result<Option<(String, &str)>, Refused> {
    let Some((prefix, rest)) = written.split_once('*') else {
        return Ok(None);
    };
    let misplaced = || {
        refused(
            RefusalCode::Wildcard,
            "one '*' may stand at the end of the first label, before a host of yours, as \"*.example.com\" or \"api-*.example.com\"",
        )
    };
    let host = rest.strip_prefix('.').ok_or_else(misplaced)?;
    if host.is_empty() || host.contains('*') || prefix.contains('.') {
        return Err(misplaced());
    }
    if prefix.len() > LABEL_CHARS {
        return Err(invalid(TOO_LONG_LABEL));
    }
    // A prefix of a Unicode label is no prefix of its ASCII form.
    if !prefix.bytes().all(is_name_character) || prefix.starts_with('-') {
        return Err(invalid(
            "before a '*' stand only ASCII letters, digits, '-' and '_'",
        ));
    }
    Ok(Some((prefix.to_ascii_lowercase(), host)))
}

/// The entries with a `*` in one place of the tree, by what stands before the `*`.
#[derive(Debug, Default)]
pub(super) struct Wildcards {
    by_prefix: Hashes<(Box<str>, HostEntry)>,
    /// Bit n is set where a prefix of n characters is there: a label has at most 63.
    lengths: u64,
}

impl Wildcards {
    /// Adds an entry, or hands it back when its prefix is there already.
    pub(super) fn insert(
        &mut self,
        prefix: &str,
        entry: HostEntry,
        seed: Seed,
    ) -> Option<HostEntry> {
        let hash = seed
            .beginnings(prefix.as_bytes())
            .last()
            .unwrap_or_default();
        let alike = self.by_prefix.entry(hash).or_default();
        if alike.iter().any(|(known, _)| **known == *prefix) {
            return Some(entry);
        }
        alike.push((prefix.into(), entry));
        self.lengths |= bit(prefix.len());
        None
    }

    /// The entry with the longest prefix of `label`. Adds the prefixes that it looked up to `looked_up`.
    pub(super) fn longest(
        &self,
        label: &[u8],
        seed: Seed,
        looked_up: &mut usize,
    ) -> Option<&HostEntry> {
        let mut longest = None;
        for (length, hash) in seed.beginnings(label).enumerate() {
            if self.lengths & bit(length) == 0 {
                continue;
            }
            *looked_up += 1;
            let alike = self.by_prefix.get(&hash).into_iter().flatten();
            let prefix = label.get(..length).unwrap_or_default();
            for (known, entry) in alike {
                if known.as_bytes().eq_ignore_ascii_case(prefix) {
                    longest = Some(entry);
                }
            }
        }
        longest
    }
}

/// 0 for what is longer than a label.
fn bit(length: usize) -> u64 {
    u32::try_from(length)
        .ok()
        .and_then(|length| 1u64.checked_shl(length))
        .unwrap_or(0)
}
