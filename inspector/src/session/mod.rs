//! Sessions as an app tells them: RUM events, logs and spans of its own, kept by session and shown as a story.
//!
//! An arriving line becomes a [`Told`]: one [`Item`] and what it says of its session. [`Sessions`] keeps them in bounded memory;
//! `story` makes views of them outside the store's lock; `search` finds sessions and items in them.

mod facts;
mod item;
mod log;
mod search;
mod span;
mod store;
mod story;

pub(crate) use item::Told;
pub(crate) use log::read_logs;
pub(crate) use search::Search;
pub(crate) use span::read_spans;
pub(crate) use store::Sessions;
pub(crate) use story::{row, story};

#[cfg(test)]
mod tests;
