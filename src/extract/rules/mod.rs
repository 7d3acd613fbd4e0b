//! The rule baseline: verb and holder lexicons, lead-in logic, exclusions, span and category rules.
//!
//! The model is reported beside it and must beat it. Invariant: no learned weight; everything here was written from
//! the guideline and by reading the training files, and decides the same way every time.

mod category;
mod reading;

use super::{Annotator, ExtractError};
use crate::law::{Prediction, Unit};

/// Changes with every change of the rules or their lexicons.
const VERSION: &str = "rules-2";

/// The rule baseline as an annotator.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules;

impl Rules {
    /// The rules need nothing to begin.
    pub const fn new() -> Self {
        Rules
    }

    /// Reads one provision.
    pub fn read(&self, unit: &Unit) -> Prediction {
        reading::read(unit)
    }
}

impl Annotator for Rules {
    fn version(&self) -> &str {
        VERSION
    }

    fn annotate(&self, units: &[Unit]) -> Result<Vec<Prediction>, ExtractError> {
        use rayon::prelude::*;
        Ok(units.par_iter().map(|u| self.read(u)).collect())
    }
}
