#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| handspan_tests::laws::targets::run("remote", data));
