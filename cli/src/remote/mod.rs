//! For the people who write the remote document: what a phone would make of it, before a phone does.
//!
//! [`file`] and [`document`] read it, [`check`] says what is refused, [`explain`] what one phone would do with which [`settings`], [`diff`] what changes for whom;
//! [`keys`] makes and reads signing keys, [`public_key`] is what an app has of them, [`sign`] signs and
//! [`output`] puts it in its place. What a document means is the core's to say, here as on a phone.

pub mod check;
pub mod diff;
pub mod document;
pub mod explain;
pub mod file;
pub mod keys;
pub mod output;
pub mod public_key;
pub mod settings;
pub mod sign;
