//! The training loop.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use candle_transformers::models::bert::Config as BertConfig;

use super::adamw::{self, Slot};
use super::data::{Example, examples};
use super::{Config, Random, TrainError, marked};
use crate::encoder::heads::{Heads, HeadsConfig, SpanRows};
use crate::encoder::{Encoder, Packed, Tokens};
use crate::evaluate::gold;
use crate::extract::first_stage::{self, FirstStage, Part};
use crate::extract::model::{self, OUTCOMES, OUTSIDE};
use crate::law::{GoldLine, Kind, Level, corpus_id};

/// What a caller is told while training goes on.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Step just done, from 1.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
    /// Pass over the data, from 0.
    pub epoch: usize,
    /// Mean of the loss and its parts since the last report: total, kind, tags, pointer, level, outcome.
    pub loss: [f64; 6],
    /// Norm of the last gradient.
    pub norm: f64,
    /// Tokens read since the last report.
    pub tokens: usize,
}

pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> TrainError + '_ {
    move |source| TrainError::Io { path: path.to_owned(), source }
}

/// The labelled lines of a configuration.
pub(super) struct Lines {
    /// To learn from: those that hold a task or pass the first stage out of fold.
    pub learn: Vec<GoldLine>,
    /// How many there were before the first stage, without those marked here.
    pub all: usize,
    /// How many of `learn` were marked here.
    pub marked: usize,
    /// Marked provisions that are not in the corpus, or read otherwise there.
    pub marked_lost: usize,
    /// Held out, whole documents, whatever the first stage says of them.
    pub held: Vec<GoldLine>,
    /// Whether each held-out line passes the first stage out of fold.
    pub held_pass: Vec<bool>,
    /// The first stage, trained on all lines.
    pub stage: FirstStage,
    /// Share of tasks among the lines that do not pass out of fold.
    pub skipped_task_share: f64,
}

/// Reads the labelled files, trains the first stage and splits the lines by document.
pub(super) fn split(config: &Config) -> Result<Lines, TrainError> {
    let files = config.data.iter().map(|p| gold::read(p)).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<String> = config.data.iter().map(|p| p.display().to_string()).collect();
    let parts: Vec<Part<'_>> = names.iter().zip(&files).map(|(name, lines)| Part { name, lines }).collect();
    let (stage, report) = first_stage::train(&parts, config.seed).map_err(|e| TrainError::Data(e.to_string()))?;
    let passes: Vec<bool> = report.passes.into_iter().flatten().collect();
    let lines: Vec<GoldLine> = files.into_iter().flatten().collect();
    let docs: BTreeSet<&str> = lines.iter().map(|l| l.doc.as_str()).collect();
    let mut docs: Vec<String> = docs.into_iter().map(str::to_owned).collect();
    Random::new(config.seed, 0).shuffle(&mut docs);
    let is_held = |i: usize| i >= config.held_first && (i - config.held_first).is_multiple_of(config.held_out.max(2));
    let (held, rest): (Vec<_>, Vec<_>) = docs.into_iter().enumerate().partition(|(i, _)| is_held(*i));
    let held_docs: BTreeSet<String> = held.into_iter().map(|(_, d)| d).collect();
    // The order is random, so the first so many are a random share, and smaller shares lie within larger ones.
    let share = (rest.len() as f64 * config.share.clamp(0.0, 1.0)).round() as usize;
    let unused: BTreeSet<String> = rest.into_iter().skip(share).map(|(_, d)| d).collect();
    let skipped: Vec<bool> = lines.iter().zip(&passes).filter(|(_, p)| !**p).map(|(l, _)| l.is_task()).collect();
    let skipped_task_share = skipped.iter().filter(|t| **t).count() as f64 / skipped.len().max(1) as f64;
    let (learn, held, held_pass) = (Vec::new(), Vec::new(), Vec::new());
    let mut out = Lines { learn, all: 0, marked: 0, marked_lost: 0, held, held_pass, stage, skipped_task_share };
    for (line, pass) in lines.into_iter().zip(passes) {
        if held_docs.contains(&line.doc) {
            out.held.push(line);
            out.held_pass.push(pass);
        } else if !unused.contains(&line.doc) {
            out.all += 1;
            if pass || line.is_task() {
                out.learn.push(line);
            }
        }
    }
    if out.learn.is_empty() || out.held.is_empty() {
        return Err(TrainError::Data("too few documents in the labelled files to hold some out".to_owned()));
    }
    let away: BTreeSet<String> = held_docs.iter().chain(&unused).map(|d| corpus_id(d)).collect();
    for path in &config.marked {
        let joined = marked::read(path, &config.corpus)?;
        out.marked_lost += joined.lost;
        for line in joined.lines.into_iter().filter(|l| !away.contains(&corpus_id(&l.doc))) {
            out.marked += 1;
            out.learn.push(line);
        }
    }
    Ok(out)
}

pub(super) fn bert_config(base: &Path) -> Result<BertConfig, TrainError> {
    let path = base.join("config.json");
    let bytes = std::fs::read(&path).map_err(io(&path))?;
    Ok(model::parse_json(&bytes, path)?)
}

pub(super) fn tokens(base: &Path) -> Result<Tokens, TrainError> {
    let path = base.join("tokenizer.json");
    let bytes = std::fs::read(&path).map_err(io(&path))?;
    Ok(Tokens::from_bytes(&bytes, &path)?)
}

fn load(path: &Path) -> Result<HashMap<String, Tensor>, TrainError> {
    Ok(candle_core::safetensors::load(path, &Device::Cpu)?)
}

/// Mean and deviation of each dimension of the base encoder's token vectors over some examples.
fn statistics(encoder: &Encoder, sample: &[&Example]) -> Result<(Vec<f32>, Vec<f32>), TrainError> {
    let h = encoder.hidden();
    let (mut sum, mut square, mut n) = (vec![0f64; h], vec![0f64; h], 0usize);
    for batch in sample.chunks(16) {
        let packed = Packed::new(batch.iter().map(|e| e.input.ids.as_slice()));
        for row in encoder.forward(&packed)?.to_vec2::<f32>()? {
            for (i, x) in row.into_iter().enumerate() {
                sum[i] += f64::from(x);
                square[i] += f64::from(x) * f64::from(x);
            }
            n += 1;
        }
    }
    let mean: Vec<f64> = sum.iter().map(|s| s / n as f64).collect();
    let deviation = square.iter().zip(&mean).map(|(s, m)| ((s / n as f64 - m * m).max(0.0).sqrt()) as f32).collect();
    Ok((mean.into_iter().map(|m| m as f32).collect(), deviation))
}

/// Logarithms of how often one tag follows another, a sequence starts with a tag and ends with one, with one added to
/// each count; laid out as the heads keep them.
fn transitions(all: &[Example]) -> Vec<f32> {
    const TAGS: usize = 3;
    let mut counts = [[1f32; TAGS]; TAGS + 2];
    let mut ends = [[1f32; 2]; TAGS];
    for tags in all.iter().map(|e| &e.tags).filter(|t| t.iter().any(|&t| t != OUTSIDE)) {
        counts[TAGS][tags[0]] += 1.0;
        for w in tags.windows(2) {
            counts[w[0]][w[1]] += 1.0;
            ends[w[0]][0] += 1.0;
        }
        ends[tags[tags.len() - 1]][1] += 1.0;
    }
    for (tag, e) in ends.iter().enumerate() {
        counts[TAGS + 1][tag] = e[1] / (e[0] + e[1]);
    }
    for row in &mut counts[..=TAGS] {
        let sum: f32 = row.iter().sum();
        for c in row {
            *c /= sum;
        }
    }
    counts.iter().flatten().map(|p| p.ln()).collect()
}

/// Batches of one pass: shuffled, then sorted by length within stretches so that a batch's lengths are alike.
fn batches(all: &[Example], config: &Config, epoch: usize) -> Vec<Vec<usize>> {
    let mut random = Random::new(config.seed, 1 + epoch as u64);
    let mut order: Vec<usize> = (0..all.len()).collect();
    random.shuffle(&mut order);
    for stretch in order.chunks_mut(512) {
        stretch.sort_by_key(|&i| all[i].input.ids.len());
    }
    let mut out: Vec<Vec<usize>> = vec![Vec::new()];
    let mut tokens = 0;
    for i in order {
        let n = all[i].input.ids.len();
        if tokens + n > config.batch_tokens && tokens > 0 {
            out.push(Vec::new());
            tokens = 0;
        }
        tokens += n;
        out.last_mut().expect("never empty").push(i);
    }
    random.shuffle(&mut out);
    out
}

fn cross_entropy(scores: &Tensor, gold: &[usize]) -> Result<Tensor, TrainError> {
    let index = Tensor::from_vec(gold.iter().map(|&g| g as u32).collect::<Vec<_>>(), (gold.len(), 1), scores.device())?;
    Ok(model::log_softmax(scores)?.gather(&index, 1)?.mean_all()?.neg()?)
}

struct Losses {
    parts: [Option<Tensor>; 5],
}

/// What the frozen layers give for each example, rows × hidden; empty where none is frozen.
fn below(encoder: &Encoder, all: &[Example], frozen: usize) -> Result<Vec<Vec<f32>>, TrainError> {
    if frozen == 0 {
        return Ok(Vec::new());
    }
    let mut out = vec![Vec::new(); all.len()];
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|&i| all[i].input.ids.len());
    for batch in order.chunks(16) {
        let packed = Packed::new(batch.iter().map(|&i| all[i].input.ids.as_slice()));
        let x = encoder.through(encoder.embed(&packed)?, &packed, 0..frozen)?.flatten_all()?.to_vec1::<f32>()?;
        for (&i, (a, b)) in batch.iter().zip(packed.spans()) {
            out[i] = x[a * encoder.hidden()..b * encoder.hidden()].to_vec();
        }
    }
    Ok(out)
}

/// `below` holds what the frozen layers gave for the batch; none of it where no layer is frozen.
fn losses(
    encoder: &Encoder,
    heads: &Heads,
    batch: &[&Example],
    below: &[&[f32]],
    config: &Config,
    step: usize,
) -> Result<Losses, TrainError> {
    let packed = Packed::new(batch.iter().map(|e| e.input.ids.as_slice()));
    let starts: Vec<usize> = packed.spans().map(|s| s.0).collect();
    let vectors = match below.is_empty() {
        true => encoder.forward(&packed)?,
        false => {
            let x = Tensor::from_vec(below.concat(), (packed.ids.len(), encoder.hidden()), &Device::Cpu)?;
            encoder.through(x, &packed, config.frozen..encoder.depth())?
        }
    };
    let mut z = heads.standardise(&vectors)?;
    if config.dropout > 0.0 {
        let mut random = Random::new(config.seed ^ 0xD20, step as u64);
        let keep = ((1.0 - config.dropout) * u32::MAX as f64) as u32;
        let scale = (1.0 / (1.0 - config.dropout)) as f32;
        let n = z.elem_count();
        let mut mask = Vec::with_capacity(n + 1);
        while mask.len() < n {
            let r = random.next();
            mask.push(if (r as u32) < keep { scale } else { 0.0 });
            mask.push(if ((r >> 32) as u32) < keep { scale } else { 0.0 });
        }
        mask.truncate(n);
        z = (&z * Tensor::from_vec(mask, z.shape(), z.device())?)?;
    }
    let bodies: Vec<_> = batch.iter().zip(&starts).map(|(e, s)| (s + e.input.text.0, s + e.input.text.1)).collect();
    let kind = cross_entropy(&heads.kinds(&z, &packed, &bodies)?, &batch.iter().map(|e| e.kind).collect::<Vec<_>>())?;

    let tagged: Vec<usize> = (0..batch.len()).filter(|&i| batch[i].tags.iter().any(|&t| t != OUTSIDE)).collect();
    if tagged.is_empty() {
        return Ok(Losses { parts: [Some(kind), None, None, None, None] });
    }
    let weight = config.tag_weight as f32 / tagged.len() as f32;
    let tags = heads.tag_loss(
        &heads.tags(&z)?,
        tagged.iter().map(|&i| bodies[i]).collect(),
        tagged.iter().map(|&i| batch[i].tags.clone()).collect(),
        vec![weight; tagged.len()],
    )?;

    let mut spans = Vec::new();
    let mut partners = Vec::new();
    let mut targets = Vec::new();
    for (i, e) in batch.iter().enumerate() {
        for t in &e.targets {
            spans.push(SpanRows { sequence: i, start: starts[i] + t.task.0, end: starts[i] + t.task.1 });
            partners.push(t.holder.map(|(a, b)| (starts[i] + a, starts[i] + b)));
            targets.push(t);
        }
    }
    let (from, to) = heads.pointers(&z, &spans)?;
    let rows = packed.ids.len();
    let mut mask = vec![-1e4f32; spans.len() * rows];
    for (k, s) in spans.iter().enumerate() {
        let (at, e) = (starts[s.sequence], &batch[s.sequence].input);
        let row = &mut mask[k * rows..(k + 1) * rows];
        row[at] = 0.0;
        row[at + e.lead.0..at + e.lead.1].fill(0.0);
        row[at + e.text.0..at + e.text.1].fill(0.0);
    }
    let mask = Tensor::from_vec(mask, (spans.len(), rows), z.device())?;
    let known: Vec<u32> = (0..targets.len()).filter(|&k| targets[k].holder_known).map(|k| k as u32).collect();
    let pointer = if known.is_empty() {
        None
    } else {
        let pick = Tensor::from_slice(&known, known.len(), z.device())?;
        let gold = |end: bool| -> Vec<usize> {
            known
                .iter()
                .map(|&k| match partners[k as usize] {
                    Some((a, b)) => {
                        if end {
                            b - 1
                        } else {
                            a
                        }
                    }
                    None => starts[spans[k as usize].sequence],
                })
                .collect()
        };
        let a = cross_entropy(&(&from + &mask)?.index_select(&pick, 0)?, &gold(false))?;
        let b = cross_entropy(&(&to + &mask)?.index_select(&pick, 0)?, &gold(true))?;
        Some(((a + b)? * 0.5)?)
    };

    let (levels, outcomes) = heads.pairs(&heads.pair_features(&z, &packed, &spans, &partners)?)?;
    let level = cross_entropy(&levels, &targets.iter().map(|t| t.level).collect::<Vec<_>>())?;
    let central: Vec<u32> = (0..targets.len()).filter(|&k| targets[k].outcome.is_some()).map(|k| k as u32).collect();
    let outcome = if central.is_empty() {
        None
    } else {
        let pick = Tensor::from_slice(&central, central.len(), z.device())?;
        let gold: Vec<usize> = central.iter().map(|&k| targets[k as usize].outcome.expect("filtered")).collect();
        Some(cross_entropy(&outcomes.index_select(&pick, 0)?, &gold)?)
    };
    Ok(Losses { parts: [Some(kind), Some(tags), pointer, Some(level), outcome] })
}

fn slots(encoder: &Encoder, heads: &Heads, config: &Config) -> Vec<Slot> {
    let depth = encoder.depth();
    let mut out = Vec::new();
    for (name, var) in encoder.variables() {
        let below = match name.strip_prefix("layer.").and_then(|n| n.parse::<usize>().ok()) {
            Some(i) => depth - 1 - i,
            None => depth,
        };
        // A layer's biases and norms lie in one tensor with its matrices; the decay is small enough not to matter.
        let decay = if name == "norm" { 0.0 } else { config.weight_decay };
        out.push(Slot::new(
            name.clone(),
            var.clone(),
            config.encoder_rate * config.layer_decay.powi(below as i32),
            decay,
        ));
    }
    for (name, var) in heads.variables() {
        let decay = if name.ends_with("weight") { config.weight_decay } else { 0.0 };
        out.push(Slot::new(name.clone(), var.clone(), config.heads_rate, decay));
    }
    out
}

fn rate(step: usize, steps: usize, warmup: f64) -> f64 {
    let (x, w) = (step as f64 / steps as f64, warmup.max(1e-9));
    if x < w { x / w } else { ((1.0 - x) / (1.0 - w)).max(0.0) }
}

/// Saves tensors through a temporary file, so that a stop leaves the old file or the new one, whole.
pub(super) fn save(path: &Path, tensors: &HashMap<String, Tensor>) -> Result<(), TrainError> {
    let partial = path.with_extension("partial");
    candle_core::safetensors::save(tensors, &partial)?;
    std::fs::File::open(&partial).and_then(|f| f.sync_all()).map_err(io(&partial))?;
    std::fs::rename(&partial, path).map_err(io(path))
}

/// Weights after pass `epoch`.
pub(super) fn epoch_path(work: &Path, epoch: usize) -> PathBuf {
    work.join(format!("epoch-{epoch}.safetensors"))
}

fn all_tensors(encoder: &Encoder, heads: &Heads) -> Result<HashMap<String, Tensor>, TrainError> {
    let mut t = encoder.to_tensors()?;
    t.extend(heads.to_tensors());
    Ok(t)
}

fn save_state(path: &Path, slots: &[Slot], step: usize) -> Result<(), TrainError> {
    let mut t = HashMap::new();
    for s in slots {
        let (m1, m2) = s.moments();
        let n = m1.len();
        t.insert(format!("w.{}", s.name), s.var.as_tensor().flatten_all()?);
        t.insert(format!("m1.{}", s.name), Tensor::from_vec(m1, n, &Device::Cpu)?);
        t.insert(format!("m2.{}", s.name), Tensor::from_vec(m2, n, &Device::Cpu)?);
    }
    t.insert("step".to_owned(), Tensor::new(&[step as u32], &Device::Cpu)?);
    save(path, &t)
}

fn restore_state(path: &Path, slots: &[Slot]) -> Result<usize, TrainError> {
    let t = load(path)?;
    let get = |name: String| {
        t.get(&name)
            .ok_or_else(|| TrainError::Data(format!("{}: no {name}; delete the file to start anew", path.display())))
    };
    for s in slots {
        s.var.set(&get(format!("w.{}", s.name))?.reshape(s.var.shape())?)?;
        s.restore(get(format!("m1.{}", s.name))?.to_vec1()?, get(format!("m2.{}", s.name))?.to_vec1()?);
    }
    Ok(get("step".to_owned())?.to_vec1::<u32>()?[0] as usize)
}

/// The weights of a model folder, or a weights file itself.
pub(super) fn weights_file(init: &Path) -> PathBuf {
    if init.is_dir() { init.join("model.safetensors") } else { init.to_owned() }
}

/// Where training begins: the weights of `init`, or the base encoder with fresh heads.
fn beginning(config: &Config, bert: &BertConfig, all: &[Example]) -> Result<(Encoder, Heads), TrainError> {
    let sizes = heads_config(bert.hidden_size);
    if let Some(init) = &config.init {
        let path = weights_file(init);
        let tensors = load(&path)?;
        let heads = Heads::from_tensors(&tensors, sizes, &path, true)?;
        return Ok((Encoder::from_tensors(&tensors, bert, &path, true)?, heads));
    }
    let path = config.base.join("model.safetensors");
    let base = load(&path)?;
    let encoder = Encoder::from_tensors(&base, bert, &path, true)?;
    let frozen = Encoder::from_tensors(&base, bert, &path, false)?;
    let sample: Vec<&Example> = all.iter().step_by((all.len() / 400).max(1)).collect();
    let (mean, deviation) = statistics(&frozen, &sample)?;
    let fresh = Heads::fresh(sizes, &mean, &deviation, transitions(all), config.seed)?;
    Ok((encoder, Heads::from_tensors(&fresh, sizes, &path, true)?))
}

/// Sizes of the heads for this trade.
pub(super) fn heads_config(hidden: usize) -> HeadsConfig {
    HeadsConfig {
        hidden,
        kinds: Kind::ALL.len(),
        tags: 3,
        levels: Level::ALL.len(),
        outcomes: OUTCOMES.len(),
        width: 256,
        key: 128,
    }
}

/// Runs or resumes training; checkpoints and the weights after each pass go to `work`. `report` is called every
/// `every` steps.
pub fn train(
    config: &Config,
    work: &Path,
    every: usize,
    report: &mut dyn FnMut(&str, Option<Progress>),
) -> Result<(), TrainError> {
    std::fs::create_dir_all(work).map_err(io(work))?;
    let lines = split(config)?;
    let tokens = tokens(&config.base)?;
    let all = examples(&tokens, lines.learn.iter())?;
    let total: usize = all.iter().map(|e| e.input.ids.len()).sum();
    report(
        &format!(
            "{} provisions to learn from and {} marked here ({} of all pass the first stage, {} windows, {total} tokens), \
             {} held out; {} marked ones are not in the corpus or read otherwise there",
            lines.all,
            lines.marked,
            lines.learn.len(),
            all.len(),
            lines.held.len(),
            lines.marked_lost
        ),
        None,
    );

    let bert = bert_config(&config.base)?;
    let (encoder, heads) = beginning(config, &bert, &all)?;
    let slots = slots(&encoder, &heads, config);
    if config.frozen > encoder.depth() {
        return Err(TrainError::Data(format!(
            "{} layers cannot be frozen, there are {}",
            config.frozen,
            encoder.depth()
        )));
    }
    let plan: Vec<Vec<Vec<usize>>> = (0..config.epochs).map(|e| batches(&all, config, e)).collect();
    let steps: usize = plan.iter().map(Vec::len).sum();
    let state = work.join("state.safetensors");
    let mut done = 0;
    if state.exists() {
        done = restore_state(&state, &slots)?;
        report(&format!("going on after step {done} of {steps}"), None);
    }
    // Frozen layers are the same at every step; where nothing is left to learn nobody asks.
    let below = if done < steps { below(&encoder, &all, config.frozen)? } else { Vec::new() };
    let mut step = 0;
    let (mut sums, mut count, mut read) = ([0f64; 6], 0usize, 0usize);
    for (epoch, batches) in plan.iter().enumerate() {
        for batch in batches {
            step += 1;
            if step <= done {
                continue;
            }
            let chosen: Vec<&Example> = batch.iter().map(|&i| &all[i]).collect();
            let kept: Vec<&[f32]> = match below.is_empty() {
                true => Vec::new(),
                false => batch.iter().map(|&i| below[i].as_slice()).collect(),
            };
            let parts = losses(&encoder, &heads, &chosen, &kept, config, step)?.parts;
            let mut total: Option<Tensor> = None;
            for (i, p) in parts.iter().enumerate() {
                if let Some(p) = p {
                    sums[i + 1] += f64::from(p.to_scalar::<f32>()?);
                    total = Some(match total {
                        Some(t) => (t + p)?,
                        None => p.clone(),
                    });
                }
            }
            let total = total.expect("the kind is always there");
            let value = f64::from(total.to_scalar::<f32>()?);
            sums[0] += value;
            count += 1;
            read += chosen.iter().map(|e| e.input.ids.len()).sum::<usize>();
            let grads = total.backward()?;
            let norm = adamw::step(&slots, &grads, step, rate(step, steps, config.warmup), config.clip)?;
            if !value.is_finite() || !norm.is_finite() {
                return Err(TrainError::Data(format!("the loss is {value} at step {step}; lower the rates")));
            }
            if step % every == 0 || step == steps {
                let loss = sums.map(|s| s / count as f64);
                report("", Some(Progress { step, steps, epoch, loss, norm, tokens: read }));
                (sums, count, read) = ([0.0; 6], 0, 0);
            }
            if step % 100 == 0 {
                save_state(&state, &slots, step)?;
            }
        }
        if step > done {
            save(&epoch_path(work, epoch), &all_tensors(&encoder, &heads)?)?;
            save_state(&state, &slots, step)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::input::Input;
    use crate::train::data::Target;

    fn bert() -> BertConfig {
        serde_json::from_value(serde_json::json!({
            "vocab_size": 50, "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3,
            "intermediate_size": 40, "hidden_act": "gelu", "hidden_dropout_prob": 0.0, "max_position_embeddings": 32,
            "type_vocab_size": 2, "initializer_range": 0.02, "layer_norm_eps": 1e-12, "pad_token_id": 1,
            "position_embedding_type": "absolute", "use_cache": false, "model_type": "bert",
        }))
        .unwrap()
    }

    fn tiny() -> (Encoder, Heads) {
        let bert = bert();
        let mut random = Random::new(7, 7);
        let mut tensor = |shape: &[usize], around: f32| {
            let n = shape.iter().product();
            let v: Vec<f32> =
                (0..n).map(|_| around + ((random.next() >> 40) as f32 / (1u64 << 24) as f32 - 0.5) * 0.4).collect();
            Tensor::from_vec(v, shape, &Device::Cpu).unwrap()
        };
        let mut t = HashMap::new();
        let e = "embeddings.";
        t.insert(format!("{e}word_embeddings.weight"), tensor(&[50, 24], 0.0));
        t.insert(format!("{e}position_embeddings.weight"), tensor(&[32, 24], 0.0));
        t.insert(format!("{e}token_type_embeddings.weight"), tensor(&[2, 24], 0.0));
        t.insert(format!("{e}LayerNorm.weight"), tensor(&[24], 1.0));
        t.insert(format!("{e}LayerNorm.bias"), tensor(&[24], 0.0));
        for i in 0..2 {
            let p = format!("encoder.layer.{i}.");
            for q in ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"] {
                t.insert(format!("{p}{q}.weight"), tensor(&[24, 24], 0.0));
                t.insert(format!("{p}{q}.bias"), tensor(&[24], 0.0));
            }
            t.insert(format!("{p}intermediate.dense.weight"), tensor(&[40, 24], 0.0));
            t.insert(format!("{p}intermediate.dense.bias"), tensor(&[40], 0.0));
            t.insert(format!("{p}output.dense.weight"), tensor(&[24, 40], 0.0));
            t.insert(format!("{p}output.dense.bias"), tensor(&[24], 0.0));
            for norm in ["attention.output.LayerNorm", "output.LayerNorm"] {
                t.insert(format!("{p}{norm}.weight"), tensor(&[24], 1.0));
                t.insert(format!("{p}{norm}.bias"), tensor(&[24], 0.0));
            }
        }
        let place = Path::new("tiny");
        let encoder = Encoder::from_tensors(&t, &bert, place, true).unwrap();
        let c = HeadsConfig { width: 16, key: 8, ..heads_config(24) };
        let fresh = Heads::fresh(c, &[0.0; 24], &[1.0; 24], vec![0.1; 15], 3).unwrap();
        (encoder, Heads::from_tensors(&fresh, c, place, true).unwrap())
    }

    fn examples_by_hand() -> Vec<Example> {
        let input = |seed: u32, n: usize| Input {
            ids: (0..n as u32).map(|i| 4 + (i * 7 + seed) % 40).collect(),
            lead: (2, 5),
            text: (6, n - 1),
            spans: (0..n).map(|i| (i, i + 1)).collect(),
            begins: vec![true; n],
            letters: vec![true; n],
        };
        let task = |outcome| Target { task: (8, 10), holder: Some((3, 5)), holder_known: true, level: 3, outcome };
        vec![
            Example { input: input(1, 12), kind: 0, tags: vec![0, 0, 1, 2, 0], targets: vec![task(Some(6))] },
            Example { input: input(2, 14), kind: 0, tags: vec![0, 0, 1, 2, 0, 1, 2], targets: vec![task(None)] },
            Example { input: input(3, 9), kind: 2, tags: vec![0, 0], targets: vec![] },
        ]
    }

    fn config() -> Config {
        toml::from_str(
            "base = '.'\ndata = []\nseed = 1\nepochs = 1\nbatch_tokens = 64\nencoder_rate = 1e-3\nlayer_decay = 0.9\n\
             heads_rate = 1e-2\nweight_decay = 0.01\nwarmup = 0.1\ndropout = 0.1\nclip = 1.0\nheld_out = 5\ntag_weight = 0.2",
        )
        .unwrap()
    }

    fn total(parts: Losses) -> Tensor {
        parts.parts.into_iter().flatten().reduce(|a, b| (a + b).unwrap()).unwrap()
    }

    #[test]
    fn every_trainable_tensor_gets_a_finite_gradient_that_is_not_zero() {
        let (encoder, heads) = tiny();
        let all = examples_by_hand();
        let batch: Vec<&Example> = all.iter().collect();
        let grads = total(losses(&encoder, &heads, &batch, &[], &config(), 1).unwrap()).backward().unwrap();
        for (name, var) in encoder.variables().iter().chain(heads.variables()) {
            let g = grads.get(var.as_tensor()).unwrap_or_else(|| panic!("{name} has no gradient"));
            let sum = g.abs().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap();
            assert!(sum.is_finite() && sum > 0.0, "{name}: {sum}");
        }
    }

    #[test]
    fn frozen_layers_give_the_same_loss_and_no_gradient() {
        let (encoder, heads) = tiny();
        let all = examples_by_hand();
        let batch: Vec<&Example> = all.iter().collect();
        let config = Config { frozen: 1, ..config() };
        let whole = total(losses(&encoder, &heads, &batch, &[], &config, 1).unwrap());
        let kept = below(&encoder, &all, config.frozen).unwrap();
        let kept: Vec<&[f32]> = kept.iter().map(Vec::as_slice).collect();
        let part = total(losses(&encoder, &heads, &batch, &kept, &config, 1).unwrap());
        let value = |t: &Tensor| t.to_scalar::<f32>().unwrap();
        assert!((value(&whole) - value(&part)).abs() < 1e-4, "{} {}", value(&whole), value(&part));
        let grads = part.backward().unwrap();
        for (name, var) in encoder.variables() {
            let learns = grads.get(var.as_tensor()).is_some();
            assert_eq!(learns, name == "layer.1", "{name}");
        }
    }

    #[test]
    fn the_gradient_of_the_whole_loss_agrees_with_finite_differences() {
        let (encoder, heads) = tiny();
        let all = examples_by_hand();
        let batch: Vec<&Example> = all.iter().collect();
        let config = config();
        let loss = || total(losses(&encoder, &heads, &batch, &[], &config, 1).unwrap());
        let grads = loss().backward().unwrap();
        for (name, var) in encoder.variables().iter().chain(heads.variables()) {
            let flat = var.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let g = grads.get(var.as_tensor()).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
            // The number with the steepest gradient: the others drown in rounding.
            let i = (0..g.len()).max_by(|&a, &b| g[a].abs().total_cmp(&g[b].abs())).unwrap();
            let at = |delta: f32| {
                let mut moved = flat.clone();
                moved[i] += delta;
                var.set(&Tensor::from_vec(moved, var.shape(), &Device::Cpu).unwrap()).unwrap();
                f64::from(loss().to_scalar::<f32>().unwrap())
            };
            let e = 5e-3;
            let want = (at(e) - at(-e)) / f64::from(2.0 * e);
            at(0.0);
            assert!((f64::from(g[i]) - want).abs() < 0.01 + 0.05 * want.abs(), "{name}[{i}]: {} against {want}", g[i]);
        }
    }

    #[test]
    fn training_lowers_the_loss_and_gives_the_same_numbers_twice() {
        let run = || {
            let (encoder, heads) = tiny();
            let all = examples_by_hand();
            let batch: Vec<&Example> = all.iter().collect();
            let config = config();
            let slots = slots(&encoder, &heads, &config);
            (1..=40)
                .map(|step| {
                    let loss = total(losses(&encoder, &heads, &batch, &[], &config, step).unwrap());
                    adamw::step(&slots, &loss.backward().unwrap(), step, 1.0, config.clip).unwrap();
                    loss.to_scalar::<f32>().unwrap()
                })
                .collect::<Vec<f32>>()
        };
        let (a, b) = (run(), run());
        assert!(a[39] < a[0] * 0.5, "{} to {}", a[0], a[39]);
        assert_eq!(a, b);
    }
}
