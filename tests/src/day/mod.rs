//! A user's day, told to a core step by step: one script for Rust, Kotlin and Swift, and what must come of it in all three.
//!
//! [`script`] reads the steps, [`command`] says what each is to the core, and [`same`] takes from the events what may differ: ids,
//! the platform's names, the day's date.

mod command;
pub mod same;
pub mod script;

use std::time::Duration;

use handspan_core::instance::Handspan;
use handspan_core::rum::person::{AccountInfo, UserInfo};

use script::Step;

/// Tells a core one step.
pub fn tell(core: &Handspan, step: &Step) -> Result<(), String> {
    match step.call.as_str() {
        "set_user" => core.set_user(Some(UserInfo {
            id: step.optional_text("id")?,
            name: step.optional_text("name")?,
            email: step.optional_text("email")?,
            attributes: step.attributes()?,
        })),
        "clear_user" => core.set_user(None::<UserInfo>),
        "set_account" => core.set_account(Some(AccountInfo {
            id: step.text("id")?,
            name: step.optional_text("name")?,
            attributes: step.attributes()?,
        })),
        "enter_background" => core.enter_background(),
        "enter_foreground" => core.enter_foreground(),
        _ => core.record(command::command(step)?, Duration::ZERO),
    }
    Ok(())
}
