//! The model that is part of the program, so that one file is all an office machine needs.

use std::path::PathBuf;

use super::model::Files;
use super::{ExtractError, Staged};
use crate::encoder::Precision;

/// Builds the embedded reader.
///
/// # Errors
/// As [`Staged::open`]; a released program never meets one.
pub fn embedded(precision: Precision) -> Result<Staged, ExtractError> {
    Staged::from_files(
        &Files {
            place: PathBuf::from("embedded model"),
            config: include_bytes!("../../models/config.json"),
            tokenizer: include_bytes!("../../models/tokenizer.json"),
            weights: include_bytes!("../../models/model.safetensors"),
            settings: include_bytes!("../../models/model.json"),
            precision,
        },
        include_bytes!("../../models/first_stage.safetensors"),
        include_bytes!("../../models/precedents.safetensors"),
        include_bytes!("../../models/accents.bin"),
    )
}
