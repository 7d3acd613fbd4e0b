//! The targets of the test `hardened`, for libFuzzer: one promise for each reader and parser, written down once.

#[path = "../../tests/it/hardened/targets.rs"]
pub mod targets;
