//! Nothing may unwind into Kotlin or Swift: in a function that does not throw, generated Swift would end the app.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::instance::Handspan;

/// Runs an exported body. A panic is counted on the core and answered with `fallback`.
pub(super) fn guard<T>(
    core: Option<&Handspan>,
    fallback: impl FnOnce() -> T,
    body: impl FnOnce() -> T,
) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| {
        if let Some(core) = core {
            core.count_internal_error();
        }
        fallback()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_the_fallback() {
        assert_eq!(guard(None, || 1, || panic!("a bug")), 1);
        assert_eq!(guard(None, || 1, || 2), 2);
    }
}
