//! The cores of this process by name, so that every door to the library finds the same one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use once_cell::sync::Lazy;

use super::Handspan;

static RUNNING: Lazy<Mutex<HashMap<String, Weak<Handspan>>>> = Lazy::new(Mutex::default);

/// The core that runs under this name; one that is stopping is none.
pub fn find(name: &str) -> Option<Arc<Handspan>> {
    RUNNING
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(name)?
        .upgrade()
        .filter(|core| core.is_alive())
}

/// The core that runs under this name, or the one that `start` makes; true if it was made. Two threads that start the same
/// name get one core: the lock is held while a core starts, which only spawns a thread.
pub(super) fn find_or_start<E>(
    name: &str,
    start: impl FnOnce() -> Result<Arc<Handspan>, E>,
) -> Result<(Arc<Handspan>, bool), E> {
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    let known = running.get(name).and_then(Weak::upgrade);
    if let Some(core) = known.filter(|core| core.is_alive()) {
        return Ok((core, false));
    }
    let core = start()?;
    running.insert(name.to_owned(), Arc::downgrade(&core));
    Ok((core, true))
}

/// Forgets a core, unless another has taken its name.
pub(super) fn remove(name: &str, core: &Handspan) {
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    if running
        .get(name)
        .and_then(Weak::upgrade)
        .is_some_and(|other| other.is(core))
    {
        running.remove(name);
    }
}
