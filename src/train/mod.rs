//! Fine-tuning of the encoder and its heads, in candle, on this machine's processor.
//!
//! Invariant: the same configuration, data, threads and machine class give the same weights: every random choice
//! comes from the configured seed and the step's number. Work is kept in checkpoints, so a stopped run goes on where
//! it was. What is held out to choose the epoch and to calibrate is a part of train, split by document; nothing here
//! ever reads `dev`.

mod adamw;
mod data;
mod finish;
pub mod marked;
mod run;

pub use finish::{Finished, finish, held_out, out_of_fold, precedents};
pub use run::{Progress, train};

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::encoder::EncoderError;
use crate::evaluate::gold::GoldError;
use crate::random::SplitMix64;

/// How to train; read from TOML. Paths are relative to the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Folder of the base encoder: `config.json`, `tokenizer.json`, `model.safetensors`.
    pub base: PathBuf,
    /// Model folder or weights file to go on from, encoder and heads; without it the base encoder and fresh heads.
    #[serde(default)]
    pub init: Option<PathBuf>,
    /// Share of `init` in the finished weights, the rest is what was learnt: the mean of two models on one path is often better
    /// than either (Wortsman et al. 2022, "Model soups", arXiv 2203.05482). 0 keeps what was learnt alone.
    #[serde(default)]
    pub keep: f64,
    /// So many of the lowest layers, and the embeddings, stay as they begin. What they give is computed once for each
    /// provision, so a pass takes a fraction of the time.
    #[serde(default)]
    pub frozen: usize,
    /// Labelled files to learn from.
    pub data: Vec<PathBuf>,
    /// Provisions marked in this project ([`marked`]), to learn from as well; never held out or measured on.
    #[serde(default)]
    pub marked: Vec<PathBuf>,
    /// Documents that the marked provisions stand in.
    #[serde(default)]
    pub corpus: Vec<PathBuf>,
    /// Seed of every random choice.
    pub seed: u64,
    /// Passes over the data.
    pub epochs: usize,
    /// Most tokens of one step.
    pub batch_tokens: usize,
    /// Highest learning rate of the encoder's last layer.
    pub encoder_rate: f64,
    /// Each layer below learns this much slower; embeddings slowest.
    pub layer_decay: f64,
    /// Highest learning rate of the heads.
    pub heads_rate: f64,
    /// Weight decay of matrices.
    pub weight_decay: f64,
    /// Share of the steps over which the rate grows from zero; afterwards it falls linearly to zero.
    pub warmup: f64,
    /// Share of token-vector dimensions that the heads lose while training.
    pub dropout: f64,
    /// Largest norm of the whole gradient.
    pub clip: f64,
    /// One document in so many is held out.
    pub held_out: usize,
    /// Which of them: from 0, below `held_out`.
    #[serde(default)]
    pub held_first: usize,
    /// Weight of the tags' loss.
    pub tag_weight: f64,
    /// Share of the documents that are not held out to learn from, for a learning curve; 1 is all.
    #[serde(default = "whole")]
    pub share: f64,
}

fn whole() -> f64 {
    1.0
}

impl Config {
    /// Reads a configuration file and resolves its paths.
    pub fn read(path: &Path) -> Result<Self, TrainError> {
        let text = std::fs::read_to_string(path).map_err(|source| TrainError::Io { path: path.to_owned(), source })?;
        let mut c: Config =
            toml::from_str(&text).map_err(|e| TrainError::Config { path: path.to_owned(), why: e.to_string() })?;
        let dir = path.parent().unwrap_or(Path::new("."));
        c.base = dir.join(&c.base);
        for list in [&mut c.data, &mut c.marked, &mut c.corpus] {
            for p in list {
                *p = dir.join(&*p);
            }
        }
        c.init = c.init.map(|p| dir.join(p));
        Ok(c)
    }
}

/// Why training stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The configuration is not usable.
    #[error("{}: {why}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Labelled data could not be read.
    #[error(transparent)]
    Gold(#[from] GoldError),
    /// The model failed.
    #[error(transparent)]
    Encoder(#[from] EncoderError),
    /// The extraction side failed.
    #[error(transparent)]
    Extract(#[from] crate::extract::ExtractError),
    /// The arithmetic failed.
    #[error("the arithmetic of training failed: {0}")]
    Compute(#[from] candle_core::Error),
    /// There is nothing to learn from, or the loss is no longer a number.
    #[error("{0}")]
    Data(String),
}

/// Random numbers that depend on a seed and a position only.
pub(crate) struct Random(SplitMix64);

impl Random {
    pub(crate) fn new(seed: u64, position: u64) -> Self {
        Random(SplitMix64::at(seed, position))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0.next()
    }

    /// Uniform in 0..n.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}
