//! UniFFI's own command line, built at the version that the workspace pins.

fn main() {
    uniffi::uniffi_bindgen_main();
}
