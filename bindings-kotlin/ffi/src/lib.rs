//! The core's exported functions, carried by one library. Without the macro below the linker drops them all.

handspan_core::uniffi_reexport_scaffolding!();
