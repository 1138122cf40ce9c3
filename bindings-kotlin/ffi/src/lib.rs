//! The core's exported functions, carried by one library. Without the macro below the linker drops them all.

handspan_core::uniffi_reexport_scaffolding!();

/// Puts the clock of this process forward, for tests of rules that last longer than a test may. In development builds alone: what
/// is shipped has no such symbol.
#[cfg(debug_assertions)]
#[expect(unsafe_code, reason = "a name that the tests' languages can find")]
#[unsafe(no_mangle)]
pub extern "C" fn handspan_test_skip_ms(ms: u64) {
    handspan_core::seams::clock::skip_ms(ms);
}

/// Lets the clock of this process stand still, but for what is skipped, or go on: for a day that is told in several languages. In
/// development builds alone.
#[cfg(debug_assertions)]
#[expect(unsafe_code, reason = "a name that the tests' languages can find")]
#[unsafe(no_mangle)]
pub extern "C" fn handspan_test_hold_clock(held: u32) {
    handspan_core::seams::clock::hold(held != 0);
}
