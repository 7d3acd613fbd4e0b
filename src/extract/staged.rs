//! First stage and model as one reader.

use std::path::Path;

use rayon::prelude::*;

use super::bare::Restorer;
use super::first_stage::FirstStage;
use super::model::{Files, Model, round};
use super::precedents::{self, Precedents};
use super::{Annotator, ExtractError, bare};
use crate::encoder::{EncoderError, Precision};
use crate::law::{Kind, Prediction, Unit};

/// The reader that users get: provisions without diacritics get them back, those that the first stage passes over are
/// answered `none`, the rest the model reads.
pub struct Staged {
    restorer: Restorer,
    stage: FirstStage,
    model: Model,
    version: String,
}

impl Staged {
    /// Joins the three.
    pub fn new(restorer: Restorer, stage: FirstStage, model: Model) -> Self {
        let version = format!("{}-{}-{}", model.version(), stage.version(), restorer.version());
        Staged { restorer, stage, model, version }
    }

    /// Reads a model folder.
    ///
    /// # Errors
    /// A file that is missing, damaged or does not fit, with its path.
    pub fn open(dir: &Path, precision: Precision) -> Result<Self, ExtractError> {
        let model = Model::open(dir, precision).map_err(broken)?;
        let precedents = Precedents::load(dir)?;
        let model = model.with_precedents(precedents, &dir.join(precedents::FILE)).map_err(broken)?;
        let restorer = Restorer::load(&dir.join(bare::FILE))?;
        Ok(Staged::new(restorer, FirstStage::load(&dir.join("first_stage.safetensors"))?, model))
    }

    /// Builds the reader from files in memory.
    ///
    /// # Errors
    /// As [`Staged::open`].
    pub fn from_files(
        files: &Files<'_>,
        stage: &[u8],
        precedents: &[u8],
        accents: &[u8],
    ) -> Result<Self, ExtractError> {
        let restorer = Restorer::from_bytes(accents, &files.place.join(bare::FILE))?;
        let place = files.place.join("first_stage.safetensors");
        let stage = FirstStage::from_bytes(stage, &place.display().to_string())?;
        let place = files.place.join(precedents::FILE);
        let precedents = Precedents::from_bytes(precedents, &place)?;
        let model = Model::from_files(files).map_err(broken)?.with_precedents(precedents, &place).map_err(broken)?;
        Ok(Staged::new(restorer, stage, model))
    }

    /// The model alone.
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// The first stage alone.
    pub const fn stage(&self) -> &FirstStage {
        &self.stage
    }
}

fn broken(e: EncoderError) -> ExtractError {
    match e {
        EncoderError::Read { path, source } => ExtractError::Io { path, source },
        EncoderError::Broken { path, why } => ExtractError::Damaged { place: path.display().to_string(), problem: why },
        other => ExtractError::Encoder { units: 0, problem: other.to_string() },
    }
}

impl Annotator for Staged {
    fn version(&self) -> &str {
        &self.version
    }

    fn annotate(&self, units: &[Unit]) -> Result<Vec<Prediction>, ExtractError> {
        let restored: Vec<Option<Unit>> = units.par_iter().map(|u| self.restorer.restore(u)).collect();
        let shown: Vec<&Unit> = units.iter().zip(&restored).map(|(u, r)| r.as_ref().unwrap_or(u)).collect();
        let reads: Vec<bool> = shown.par_iter().map(|u| !self.stage.skips(u)).collect();
        let chosen: Vec<Unit> = shown.iter().zip(&reads).filter(|(_, r)| **r).map(|(u, _)| (*u).clone()).collect();
        let mut answers = self.model.annotate(&chosen)?.into_iter();
        let skipped = round(self.model.settings.skipped_task_share);
        let mut out = Vec::with_capacity(units.len());
        for ((unit, restored), read) in units.iter().zip(&restored).zip(reads) {
            let mut answer = match read {
                true => answers.next().expect("one answer for each unit"),
                false => Prediction { kind: Kind::None, p_task: Some(skipped), mentions: Vec::new() },
            };
            // Offsets are the same; words are cut from what was given.
            if restored.is_some() {
                answer.mentions.iter_mut().for_each(|m| m.cut_from(unit));
            }
            out.push(answer);
        }
        Ok(out)
    }
}
