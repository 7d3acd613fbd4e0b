//! Leaf provisions → mentions: readers of one provision (the model, the rules), the cheap first stage before them,
//! and the resumable run over the store.
//!
//! Invariant: a reader's answer is a pure function of a [`Unit`] and the reader's [`Annotator::version`]; offsets in it
//! count Unicode characters of exactly the strings that were given.

mod bare;
mod embedded;
mod evidence;
pub mod first_stage;
pub mod given;
pub mod input;
pub mod model;
pub mod precedents;
pub mod rules;
mod run;
mod staged;

pub use bare::Restorer;
pub use embedded::embedded;
pub use run::{RunError, RunProgress, extract, extract_on};
pub use staged::Staged;

use std::path::PathBuf;

use crate::law::{Prediction, Unit};

/// Reads provisions: the model and the rule baseline alike.
pub trait Annotator: Send + Sync {
    /// Names everything that the answers depend on besides the unit (weights, rules, decoding). Answers are stored
    /// under it, so it must change whenever they could.
    fn version(&self) -> &str;

    /// One answer for each unit, in the order given.
    fn annotate(&self, units: &[Unit]) -> Result<Vec<Prediction>, ExtractError>;
}

/// Why provisions could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractError {
    /// A file of the model is not there or cannot be read.
    #[error("{}: cannot be read ({source}); name the model's folder with --model DIR or PHANCAP_MODEL", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of the model is there but is not what this program expects.
    #[error("{place}: {problem}; train it again with `phancap train`, or name another model with --model DIR")]
    Damaged {
        /// The file, or what stands for it when it is embedded.
        place: String,
        /// What is wrong.
        problem: String,
    },
    /// The encoder failed.
    #[error("the encoder failed on {units} provision(s): {problem}")]
    Encoder {
        /// Size of the batch.
        units: usize,
        /// What it said.
        problem: String,
    },
}
