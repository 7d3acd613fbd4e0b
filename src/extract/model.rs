//! The trained model as an [`Annotator`]: windows of tokens in, kind, spans and proposals out.
//!
//! Invariant: an answer depends on the unit alone, not on the units beside it, the batch size or the number of
//! threads. What the guideline determines is decided by code: a category follows from the level where it can, and a
//! reason stands only with `keep_central`.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use candle_core::{D, Device, Tensor};
use candle_transformers::models::bert::Config;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::input::{self, Input};
use super::precedents::Precedents;
use super::{Annotator, ExtractError};
use crate::encoder::heads::{Heads, HeadsConfig, SpanRows};
use crate::encoder::{EncoderError, Inference, Packed, Precision, Tokens};
use crate::law::{Category, HolderIn, Kind, Level, Mention, Prediction, Reason, Unit};

/// Raise when decoding changes what an unchanged model answers.
const DECODING: u32 = 3;
/// Most tokens that one forward pass takes; bounds memory.
pub(super) const BATCH_TOKENS: usize = 1024;
/// Longest holder in tokens.
const HOLDER_TOKENS: usize = 60;
/// Start and end of a holder are scored apart, so an end may lie at a later body's name: beyond a usual length each token
/// costs. On held-out train, this and keeping holders off the ends of tasks took whole-mention F1 from 0.664 to 0.682.
const USUAL_HOLDER: usize = 12;
const LONG_HOLDER: f32 = 0.2;

/// What the model tells apart for a task of a central body: the five reasons to keep it, or where it would go.
/// The order is that of the model's outputs.
pub const OUTCOMES: [(Category, Option<Reason>); 7] = [
    (Category::KeepCentral, Some(Reason::Macro)),
    (Category::KeepCentral, Some(Reason::Security)),
    (Category::KeepCentral, Some(Reason::Unified)),
    (Category::KeepCentral, Some(Reason::Specific)),
    (Category::KeepCentral, Some(Reason::International)),
    (Category::DecentraliseWithinCentre, None),
    (Category::DecentraliseToLocal, None),
];

/// Tags of the task span.
pub const OUTSIDE: usize = 0;
/// First token of a task.
pub const BEGIN: usize = 1;
/// Further token of a task.
pub const INSIDE: usize = 2;

/// What stands beside the weights: `model.json` of a model folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Version of the format; this program reads [`Settings::FORMAT`].
    pub format: u32,
    /// Sizes of the heads.
    pub heads: HeadsConfig,
    /// Temperature by which the scores of the kinds are divided (Guo et al. 2017), fitted on held-out documents.
    pub kind_temperature: f64,
    /// Temperature of the levels.
    pub level_temperature: f64,
    /// Temperature of the outcomes.
    pub outcome_temperature: f64,
    /// A category is in the 90 % prediction set while its probability is at least this (split conformal prediction,
    /// Sadinle, Lei and Wasserman 2019).
    pub set_threshold: f64,
    /// p(category) · p(task) below which a mention is marked "cần rà soát kỹ"; chosen so that the unmarked ones are
    /// right in category at least 95 % of the time on the calibration part.
    #[serde(default = "Settings::usual_review_threshold")]
    pub review_threshold: f64,
    /// SHA-256 of the `tokenizer.json` that the weights were trained with; none in models of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokenizer_sha256: Option<String>,
    /// Share of tasks among the provisions that the first stage passes over, out of fold: their `p_task`.
    pub skipped_task_share: f64,
}

impl Settings {
    /// The format that this program writes and reads.
    pub const FORMAT: u32 = 1;

    /// The threshold of models that were trained before there was one.
    pub(crate) const fn usual_review_threshold() -> f64 {
        0.7
    }
}

/// The model, ready to read.
pub struct Model {
    pub(crate) tokens: Tokens,
    pub(crate) encoder: Inference,
    pub(crate) heads: Heads,
    pub(crate) settings: Settings,
    pub(super) precedents: Precedents,
    /// Hash of what makes token vectors and so the precedents: encoder, heads and tokenizer, not the calibration.
    pub(super) weights_hash: String,
    version: String,
}

/// The files of a model, as bytes with the place they came from for messages.
pub struct Files<'a> {
    /// Folder, or what stands for it.
    pub place: PathBuf,
    /// `config.json` of the encoder.
    pub config: &'a [u8],
    /// `tokenizer.json`.
    pub tokenizer: &'a [u8],
    /// `model.safetensors`: encoder and heads.
    pub weights: &'a [u8],
    /// `model.json`: [`Settings`].
    pub settings: &'a [u8],
    /// How to compute.
    pub precision: Precision,
}

fn read(dir: &Path, name: &str) -> Result<Vec<u8>, EncoderError> {
    let path = dir.join(name);
    std::fs::read(&path).map_err(|source| EncoderError::Read { path, source })
}

/// All tensors of a safetensors file in memory.
pub(crate) fn tensors(bytes: &[u8], path: &Path) -> Result<HashMap<String, Tensor>, EncoderError> {
    candle_core::safetensors::load_buffer(bytes, &Device::Cpu)
        .map_err(|e| EncoderError::Broken { path: path.to_owned(), why: e.to_string() })
}

pub(crate) fn parse_json<T: serde::de::DeserializeOwned>(bytes: &[u8], path: PathBuf) -> Result<T, EncoderError> {
    serde_json::from_slice(bytes).map_err(|e| EncoderError::Broken { path, why: e.to_string() })
}

impl Model {
    /// Reads a model folder.
    ///
    /// # Errors
    /// A file that is missing, damaged, of another format, or that does not fit the others.
    pub fn open(dir: &Path, precision: Precision) -> Result<Self, EncoderError> {
        let (config, tokenizer) = (read(dir, "config.json")?, read(dir, "tokenizer.json")?);
        let (weights, settings) = (read(dir, "model.safetensors")?, read(dir, "model.json")?);
        Self::from_files(&Files {
            place: dir.to_owned(),
            config: &config,
            tokenizer: &tokenizer,
            weights: &weights,
            settings: &settings,
            precision,
        })
    }

    /// Builds the model from its files' bytes.
    ///
    /// # Errors
    /// As [`Model::open`].
    pub fn from_files(files: &Files<'_>) -> Result<Self, EncoderError> {
        let at = |name: &str| files.place.join(name);
        let format: serde_json::Value = parse_json(files.settings, at("model.json"))?;
        match format["format"].as_u64() {
            Some(n) if n == u64::from(Settings::FORMAT) => {}
            other => {
                let found = other.map_or("none".to_owned(), |n| n.to_string());
                let why = format!("format {found}, this program reads format {}", Settings::FORMAT);
                return Err(EncoderError::Broken { path: at("model.json"), why });
            }
        }
        let settings: Settings = parse_json(files.settings, at("model.json"))?;
        let config: Config = parse_json(files.config, at("config.json"))?;
        let path = at("model.safetensors");
        // The three take about as long as each other, and a person waits for them.
        let ((tokens, mut hash), weights) = rayon::join(
            || {
                let tokens = Tokens::from_bytes(files.tokenizer, &at("tokenizer.json"));
                let mut hash = Sha256::new();
                for part in [files.config, files.tokenizer, files.weights] {
                    hash.update((part.len() as u64).to_le_bytes());
                    hash.update(part);
                }
                (tokens, hash)
            },
            || {
                let weights = tensors(files.weights, &path)?;
                let encoder = Inference::from_tensors(&weights, &config, &path, files.precision)?;
                Ok::<_, EncoderError>((encoder, Heads::from_tensors(&weights, settings.heads, &path, false)?))
            },
        );
        let tokens = tokens?;
        if tokens.vocabulary() != config.vocab_size {
            let why = format!("{} entries, the weights have {}", tokens.vocabulary(), config.vocab_size);
            return Err(EncoderError::Broken { path: at("tokenizer.json"), why });
        }
        let found = || crate::text::hex(&Sha256::digest(files.tokenizer));
        if settings.tokenizer_sha256.as_ref().is_some_and(|trained| *trained != found()) {
            let why = "it is not the one that the weights were trained with".to_owned();
            return Err(EncoderError::Broken { path: at("tokenizer.json"), why });
        }
        let (encoder, heads) = weights?;
        let weights_hash = crate::text::hex(&hash.clone().finalize());
        hash.update((files.settings.len() as u64).to_le_bytes());
        hash.update(files.settings);
        let name = files.precision.name();
        let version = format!("model-{}-d{DECODING}-{name}", &crate::text::hex(&hash.finalize())[..16]);
        let precedents = Precedents::default();
        Ok(Model { tokens, encoder, heads, settings, precedents, weights_hash, version })
    }

    pub(crate) fn from_parts(tokens: Tokens, encoder: Inference, heads: Heads, settings: Settings) -> Self {
        let (version, weights_hash) = ("in-training".to_owned(), String::new());
        Model { tokens, encoder, heads, settings, precedents: Precedents::default(), weights_hash, version }
    }

    /// The same model showing these precedents.
    ///
    /// # Errors
    /// They were made with other weights.
    pub(super) fn with_precedents(mut self, precedents: Precedents, place: &Path) -> Result<Self, EncoderError> {
        if !precedents.fits(&self.weights_hash) {
            let why = "its vectors were made with another model; make them again with `phancap train precedents`";
            return Err(EncoderError::Broken { path: place.to_owned(), why: why.to_owned() });
        }
        if !precedents.is_empty() {
            self.version = format!("{}-p{}", self.version, &precedents.hash()[..8]);
        }
        self.precedents = precedents;
        Ok(self)
    }

    /// Vectors of texts for search and comparison: mean of the token vectors, length 1, rows in order. Texts longer
    /// than the model's window are cut.
    ///
    /// # Errors
    /// A failure of the tokenizer or of the arithmetic.
    pub fn vectors(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EncoderError> {
        texts
            .iter()
            .map(|t| {
                let mut ids = self.tokens.ids(t, None)?;
                ids.truncate(self.encoder.max_len());
                let packed = Packed::new([ids.as_slice()]);
                let rows = self.encoder.forward(&packed)?;
                let mut v = vec![0f32; self.encoder.hidden()];
                for row in rows.chunks_exact(v.len()) {
                    v.iter_mut().zip(row).for_each(|(v, x)| *v += x);
                }
                let norm = v.iter().map(|x| x * x).sum::<f32>().sqrt();
                for x in &mut v {
                    *x /= norm;
                }
                Ok(v)
            })
            .collect()
    }

    /// Standardised vectors of all tokens.
    pub(super) fn standardised(&self, packed: &Packed) -> Result<Tensor, EncoderError> {
        let shape = (packed.ids.len(), self.encoder.hidden());
        self.heads.standardise(&Tensor::from_vec(self.encoder.forward(packed)?, shape, &Device::Cpu)?)
    }

    /// Reads windows that fit one forward pass.
    pub(crate) fn read_windows(&self, windows: &[&Input]) -> Result<Vec<Read>, EncoderError> {
        let packed = Packed::new(windows.iter().map(|w| w.ids.as_slice()));
        let starts: Vec<usize> = packed.spans().map(|s| s.0).collect();
        let z = self.standardised(&packed)?;
        let bodies: Vec<(usize, usize)> =
            windows.iter().zip(&starts).map(|(w, s)| (s + w.text.0, s + w.text.1)).collect();
        let kind_scores = self.heads.kinds(&z, &packed, &bodies)?.to_vec2::<f32>()?;
        let tag_scores = self.heads.tags(&z)?.to_vec2::<f32>()?;
        let transitions = self.heads.transitions().to_vec2::<f32>()?;

        let mut reads: Vec<Read> =
            kind_scores.iter().map(|s| Read { kind_scores: s.clone(), mentions: Vec::new() }).collect();
        let mut spans = Vec::new();
        for (i, w) in windows.iter().enumerate() {
            let p = tempered(&kind_scores[i], self.settings.kind_temperature);
            if best(&p) != Kind::Task.index() {
                continue;
            }
            let (a, b) = bodies[i];
            for (s, e) in decode_tags(&tag_scores[a..b], &transitions, &w.begins[w.text.0..w.text.1]) {
                spans.push(SpanRows { sequence: i, start: a + s, end: a + e });
            }
        }
        for chunk in spans.chunks(64) {
            self.read_spans(windows, &packed, &starts, &z, chunk, &mut reads)?;
        }
        Ok(reads)
    }

    fn read_spans(
        &self,
        windows: &[&Input],
        packed: &Packed,
        starts: &[usize],
        z: &Tensor,
        spans: &[SpanRows],
        reads: &mut [Read],
    ) -> Result<(), EncoderError> {
        let (from, to) = self.heads.pointers(z, spans)?;
        let (from, to) = (from.to_vec2::<f32>()?, to.to_vec2::<f32>()?);
        let holders: Vec<Option<(usize, usize)>> = spans
            .iter()
            .enumerate()
            .map(|(i, s)| decode_pointer(windows[s.sequence], starts[s.sequence], (s.start, s.end), &from[i], &to[i]))
            .collect();
        let features = self.heads.pair_features(z, packed, spans, &holders)?;
        let (levels, outcomes) = self.heads.pairs(&features)?;
        let features = features.to_vec2::<f32>()?;
        let (levels, outcomes) = (levels.to_vec2::<f32>()?, outcomes.to_vec2::<f32>()?);
        for (i, (span, holder)) in spans.iter().zip(&holders).enumerate() {
            let at = starts[span.sequence];
            let w = windows[span.sequence];
            let chars = |rows: (usize, usize)| (w.spans[rows.0 - at].0, w.spans[rows.1 - 1 - at].1);
            let (task_start, task_end) = chars((span.start, span.end));
            let partner = holder.map(|rows| {
                let source = if rows.0 - at >= w.text.0 { HolderIn::Text } else { HolderIn::Lead };
                let (a, b) = chars(rows);
                (source, a, b)
            });
            let evidence =
                self.evidence(w, at, z, (span.start, span.end), holders[i], &features[i], &levels[i], &outcomes[i])?;
            reads[span.sequence].mentions.push(RawMention {
                evidence,
                vector: self.pair_vector((span.start, span.end), holders[i], &features[i]),
                task: (task_start, task_end),
                holder: partner,
                level_scores: levels[i].clone(),
                outcome_scores: outcomes[i].clone(),
            });
        }
        Ok(())
    }

    /// Turns what was read of a unit's windows into an answer.
    pub(crate) fn answer(&self, unit: &Unit, reads: &[&Read]) -> Prediction {
        let s = &self.settings;
        let probabilities: Vec<Vec<f64>> = reads.iter().map(|r| tempered(&r.kind_scores, s.kind_temperature)).collect();
        let task = Kind::Task.index();
        // Of several windows, the one that most looks like a task speaks for the provision.
        let top = (0..reads.len())
            .max_by(|&a, &b| probabilities[a][task].total_cmp(&probabilities[b][task]))
            .expect("a unit has a window");
        let kind = Kind::ALL[best(&probabilities[top])];
        let p_task = Some(round(probabilities[top][task]));
        let mentions = reads
            .iter()
            .flat_map(|r| &r.mentions)
            .filter_map(|m| Some(self.supported(self.mention(unit, m)?, m, probabilities[top][task])))
            .collect::<Vec<_>>();
        if kind == Kind::Task && !mentions.is_empty() {
            Prediction { kind, p_task, mentions }
        } else {
            let kind = if kind == Kind::Task { Kind::Step } else { kind };
            Prediction { kind, p_task, mentions: Vec::new() }
        }
    }

    fn mention(&self, unit: &Unit, m: &RawMention) -> Option<Mention> {
        let (p, levels, outcomes) = self.category_probabilities(&m.level_scores, &m.outcome_scores);
        let category = Category::ALL[best(&p)];
        let level = Level::ALL
            .iter()
            .copied()
            .filter(|l| possible(*l, category))
            .max_by(|a, b| levels[a.index()].total_cmp(&levels[b.index()]))
            .expect("each category has a level");
        let reason = (category == Category::KeepCentral).then(|| {
            if level == Level::Qh {
                return Reason::Macro;
            }
            let (i, _) = OUTCOMES
                .iter()
                .enumerate()
                .filter(|(_, o)| o.1.is_some())
                .max_by(|a, b| outcomes[a.0].total_cmp(&outcomes[b.0]))
                .expect("reasons are among the outcomes");
            OUTCOMES[i].1.expect("filtered")
        });
        let mut mention = Mention {
            holder: String::new(),
            holder_in: m.holder.map_or(HolderIn::Implied, |h| h.0),
            holder_start: m.holder.map(|h| h.1),
            holder_end: m.holder.map(|h| h.2),
            task: String::new(),
            task_start: m.task.0,
            task_end: m.task.1,
            level,
            category,
            reason,
            category_set: prediction_set(&p, self.settings.set_threshold),
            category_p: Category::ALL.iter().copied().zip(p.iter().map(|&x| round(x))).collect::<BTreeMap<_, _>>(),
            evidence: m.evidence.clone(),
            needs_review: false,
            precedents: Vec::new(),
        };
        mention.cut_from(unit);
        (!mention.task.trim().is_empty()).then_some(mention)
    }

    /// Probability of each category, of each level and of each outcome.
    pub(crate) fn category_probabilities(&self, levels: &[f32], outcomes: &[f32]) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let levels = tempered(levels, self.settings.level_temperature);
        let outcomes = tempered(outcomes, self.settings.outcome_temperature);
        let mut p = vec![0f64; Category::ALL.len()];
        for &level in Level::ALL {
            match Category::fixed_by(level) {
                Some(c) => p[c.index()] += levels[level.index()],
                None => {
                    for (i, (c, _)) in OUTCOMES.iter().enumerate() {
                        p[c.index()] += levels[level.index()] * outcomes[i];
                    }
                }
            }
        }
        (p, levels, outcomes)
    }
}

/// Whether the guideline lets a holder of this level have this category.
fn possible(level: Level, category: Category) -> bool {
    match Category::fixed_by(level) {
        Some(c) => c == category,
        None => OUTCOMES.iter().any(|o| o.0 == category),
    }
}

/// What one window gave, before calibration.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    pub kind_scores: Vec<f32>,
    pub mentions: Vec<RawMention>,
}

#[derive(Debug, Clone)]
pub(crate) struct RawMention {
    /// Mean of the token vectors of task and holder, for precedents.
    pub vector: Vec<f32>,
    pub task: (usize, usize),
    pub holder: Option<(HolderIn, usize, usize)>,
    pub level_scores: Vec<f32>,
    pub outcome_scores: Vec<f32>,
    pub evidence: Vec<(HolderIn, usize, usize)>,
}

impl Annotator for Model {
    fn version(&self) -> &str {
        &self.version
    }

    fn annotate(&self, units: &[Unit]) -> Result<Vec<Prediction>, ExtractError> {
        let fail = |e: EncoderError| ExtractError::Encoder { units: units.len(), problem: e.to_string() };
        let encoded =
            units.par_iter().map(|u| input::encode(&self.tokens, u)).collect::<Result<Vec<_>, _>>().map_err(fail)?;
        let mut order: Vec<(usize, &Input)> =
            encoded.iter().enumerate().flat_map(|(i, e)| e.windows.iter().map(move |w| (i, w))).collect();
        // Similar lengths together, so that the work of a pass is even; stable, so that a unit's windows keep order.
        order.sort_by_key(|(_, w)| w.ids.len());
        let batches = input::stretches(&order, BATCH_TOKENS, |(_, w)| w.ids.len());
        // Whole passes side by side: what one does on a single thread (tags, words, probabilities) hides behind others.
        let read = |batch: &&[(usize, &Input)]| self.read_windows(&batch.iter().map(|(_, w)| *w).collect::<Vec<_>>());
        let done = batches.par_iter().with_max_len(1).map(read).collect::<Result<Vec<_>, _>>().map_err(fail)?;
        let mut reads: Vec<Vec<(usize, Read)>> = units.iter().map(|_| Vec::new()).collect();
        for ((i, w), read) in batches.into_iter().flatten().zip(done.into_iter().flatten()) {
            let first = w.spans[w.text.0].0;
            reads[*i].push((first, read));
        }
        Ok(units
            .iter()
            .zip(&mut reads)
            .map(|(u, r)| {
                r.sort_by_key(|(first, _)| *first);
                self.answer(u, &r.iter().map(|(_, r)| r).collect::<Vec<_>>())
            })
            .collect())
    }
}

/// Four decimals: what files and the store keep, so that the last bits of the arithmetic never show.
pub(crate) fn round(x: f64) -> f64 {
    (x * 1e4).round() / 1e4
}

/// Soft-max of scores divided by a temperature.
pub(crate) fn tempered(scores: &[f32], temperature: f64) -> Vec<f64> {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let e: Vec<f64> = scores.iter().map(|&s| (f64::from(s - top) / temperature).exp()).collect();
    let sum: f64 = e.iter().sum();
    e.into_iter().map(|x| x / sum).collect()
}

pub(super) fn best(p: &[f64]) -> usize {
    (0..p.len()).max_by(|&a, &b| p[a].total_cmp(&p[b])).expect("classes")
}

/// Categories whose probability reaches the threshold, most probable first; the most probable is always in.
fn prediction_set(p: &[f64], threshold: f64) -> Vec<Category> {
    let mut all: Vec<usize> = (0..p.len()).collect();
    all.sort_by(|&a, &b| p[b].total_cmp(&p[a]));
    all.iter().enumerate().take_while(|&(i, &c)| i == 0 || p[c] >= threshold).map(|(_, &c)| Category::ALL[c]).collect()
}

/// The best sequence of tags with at least one span, spans beginning and ending at words. Viterbi over tag × whether
/// a span was seen.
fn decode_tags(scores: &[Vec<f32>], transitions: &[Vec<f32>], begins: &[bool]) -> Vec<(usize, usize)> {
    const TAGS: usize = 3;
    const STATES: usize = 2 * TAGS;
    let n = scores.len();
    let bad = f32::NEG_INFINITY;
    let mut score = [bad; STATES];
    let mut back: Vec<[usize; STATES]> = vec![[0; STATES]; n];
    for (tag, s) in scores[0].iter().enumerate().take(TAGS) {
        match tag {
            OUTSIDE => score[OUTSIDE] = transitions[TAGS][OUTSIDE] + s,
            BEGIN => score[TAGS + BEGIN] = transitions[TAGS][BEGIN] + s,
            _ => {}
        }
    }
    for i in 1..n {
        let mut next = [bad; STATES];
        for (state, &from) in score.iter().enumerate() {
            if from == bad {
                continue;
            }
            let (seen, tag) = (state / TAGS, state % TAGS);
            for to in 0..TAGS {
                let inside = tag != OUTSIDE;
                let allowed = match to {
                    BEGIN => begins[i],
                    INSIDE => inside,
                    _ => !inside || begins[i],
                };
                if !allowed {
                    continue;
                }
                let to_state = if to == BEGIN { TAGS + BEGIN } else { seen * TAGS + to };
                let s = from + transitions[tag][to] + scores[i][to];
                if s > next[to_state] {
                    next[to_state] = s;
                    back[i][to_state] = state;
                }
            }
        }
        score = next;
    }
    let mut state = (TAGS..STATES)
        .max_by(|&a, &b| {
            let end = |s: usize| score[s] + transitions[TAGS + 1][s % TAGS];
            end(a).total_cmp(&end(b))
        })
        .expect("states");
    if score[state] == bad {
        return vec![(0, n)];
    }
    let mut tags = vec![OUTSIDE; n];
    for i in (0..n).rev() {
        tags[i] = state % TAGS;
        state = back[i][state];
    }
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for (i, &t) in tags.iter().enumerate() {
        match t {
            BEGIN => spans.push((i, i + 1)),
            INSIDE => spans.last_mut().expect("inside follows begin").1 = i + 1,
            _ => {}
        }
    }
    spans
}

/// The best start and end of the holder among lead and text, or none where the sequence's first row scores higher.
/// Rows are of the packed matrix; `at` is the window's first.
fn decode_pointer(w: &Input, at: usize, task: (usize, usize), from: &[f32], to: &[f32]) -> Option<(usize, usize)> {
    // A holder may lie before, behind or inside the task, not across an end of it.
    let apart = |s: usize, e: usize| e <= task.0 || s >= task.1 || (s >= task.0 && e <= task.1);
    let mut best = (from[at] + to[at], None);
    for (a, b) in [w.lead, w.text] {
        for s in (a..b).filter(|&s| w.begins[s]) {
            for e in s..b.min(s + HOLDER_TOKENS) {
                let ends_word = e + 1 >= b || w.begins[e + 1];
                let score = from[at + s] + to[at + e] - LONG_HOLDER * (e - s).saturating_sub(USUAL_HOLDER) as f32;
                if ends_word && score > best.0 && apart(at + s, at + e + 1) {
                    best = (score, Some((at + s, at + e + 1)));
                }
            }
        }
    }
    best.1
}

/// Mean of log-probabilities, for tests and the trainer.
pub(crate) fn log_softmax(x: &Tensor) -> Result<Tensor, EncoderError> {
    Ok(candle_nn::ops::log_softmax(x, D::Minus1)?)
}
