#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| phancap_fuzz::targets::named("odt")(bytes));
