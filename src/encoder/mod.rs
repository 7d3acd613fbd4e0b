//! The transformer encoder: tokenizer, weights, forward pass, heads. Knows no law.
//!
//! Invariant: every forward pass works on packed sequences (no padding): tokens × hidden, with the running end of each
//! sequence. [`Encoder`] is trained; [`Inference`] is the same network packed for use, and a test holds it to the other.
//! Each layer of the first is one candle operation with a backward pass of its own, because candle-nn's fused
//! normalisation and soft-max have none and its unfused ones cost more than the matrix products.

pub mod heads;
mod inference;
pub mod kernels;
mod model;
mod ops;
mod tokens;

pub use inference::{Inference, Precision};
pub use model::{Encoder, Packed};
pub use tokens::{Piece, Tokens};

use std::path::PathBuf;

/// What can go wrong with a model.
#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
    /// A file of the model is missing or cannot be read.
    #[error("cannot read the model file {path}: {source}; name a complete model folder with --model DIR")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file of the model is there but damaged or of another shape.
    #[error("the model file {path} is not usable: {why}; fetch or train the model again")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The arithmetic failed.
    #[error("the model could not be computed: {0}")]
    Compute(#[from] candle_core::Error),
    /// The tokenizer failed on a text.
    #[error("the tokenizer failed: {0}")]
    Tokenize(String),
}
