//! After the last pass: choose the epoch, calibrate, write the model folder.
//!
//! Everything here looks at the held-out part of train only. The probabilities are fitted after the choice of the
//! epoch, on the same documents; that is a small optimism which the card says.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use candle_core::{DType, Device, Tensor};

use super::run::{self, Lines, epoch_path, io};
use super::{Config, Random, TrainError};
use crate::encoder::heads::Heads;
use crate::encoder::{Inference, Precision};
use crate::evaluate::gold;
use crate::evaluate::score::{pair, score};
use crate::extract::input::encode;
use crate::extract::model::{Model, OUTCOMES, Read, Settings, tempered};
use crate::extract::precedents::Precedents;
use crate::files;
use crate::law::{Category, GoldLine, Kind, Mention, Prediction};

/// The finished model's facts, for the card.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Finished {
    /// Which pass was chosen, from 0.
    pub epoch: usize,
    /// For each pass: mean of kind macro-F1, task overlap F1 and whole-mention F1 on the held-out part.
    pub by_epoch: Vec<f64>,
    /// Held-out provisions.
    pub provisions: usize,
    /// Held-out mentions that calibrated the categories.
    pub mentions: usize,
    /// Settings written beside the weights.
    pub settings: Settings,
    /// SHA-256 of the weights file.
    pub sha256: String,
}

/// What the model says of the held-out lines, with raw scores.
struct Held<'a> {
    lines: &'a Lines,
    reads: Vec<Vec<Read>>,
}

impl Held<'_> {
    fn predictions(&self, model: &Model) -> Vec<GoldLine> {
        self.lines
            .held
            .iter()
            .zip(&self.reads)
            .zip(&self.lines.held_pass)
            .map(|((line, reads), pass)| {
                let answer = match pass {
                    true => model.answer(&line.unit(), &reads.iter().collect::<Vec<_>>()),
                    false => Prediction::none(),
                };
                line.clone().answered(answer)
            })
            .collect()
    }
}

/// Reads the held-out lines, batches of like length together.
fn read<'a>(model: &Model, lines: &'a Lines) -> Result<Held<'a>, TrainError> {
    let mut reads: Vec<Vec<Read>> = lines.held.iter().map(|_| Vec::new()).collect();
    let encoded = lines.held.iter().map(|l| encode(&model.tokens, &l.unit())).collect::<Result<Vec<_>, _>>()?;
    let mut all: Vec<(usize, _)> =
        encoded.iter().enumerate().flat_map(|(i, e)| e.windows.iter().map(move |w| (i, w))).collect();
    all.sort_by_key(|(_, w)| w.ids.len());
    for batch in all.chunks(16) {
        let windows: Vec<_> = batch.iter().map(|(_, w)| *w).collect();
        for ((i, _), r) in batch.iter().zip(model.read_windows(&windows)?) {
            reads[*i].push(r);
        }
    }
    Ok(Held { lines, reads })
}

/// The temperature that makes scores most likely, by golden-section search over its logarithm (Guo et al. 2017).
fn temperature(rows: &[(Vec<f32>, usize)]) -> f64 {
    if rows.is_empty() {
        return 1.0;
    }
    let loss =
        |log_t: f64| -> f64 { rows.iter().map(|(s, gold)| -tempered(s, log_t.exp())[*gold].max(1e-12).ln()).sum() };
    let (mut a, mut b) = (-1.5f64, 2.0f64);
    let ratio = (5f64.sqrt() - 1.0) / 2.0;
    for _ in 0..60 {
        let (c, d) = (b - ratio * (b - a), a + ratio * (b - a));
        if loss(c) < loss(d) {
            b = d;
        } else {
            a = c;
        }
    }
    f64::midpoint(a, b).exp()
}

/// Fits temperatures and the set threshold. Mentions are those found and paired with gold ones, as they will be in
/// use: their spans and holders are the model's own. Only lines for whose index `part` holds count.
fn calibrate(model: &mut Model, held: &Held<'_>, part: &dyn Fn(usize) -> bool) -> usize {
    let (mut kinds, mut levels, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
    let mut scored: Vec<(Vec<f32>, Vec<f32>, Category)> = Vec::new();
    let lines = held.lines.held.iter().zip(&held.reads).zip(&held.lines.held_pass);
    for (_, ((line, reads), pass)) in lines.enumerate().filter(|(i, _)| part(*i)) {
        // Windowed provisions and those that the first stage decides are few; the rest carries the calibration.
        let [read] = reads.as_slice() else { continue };
        let Some(kind) = line.kind else { continue };
        if !pass {
            continue;
        }
        kinds.push((read.kind_scores.clone(), kind.index()));
        if kind != Kind::Task || read.mentions.is_empty() {
            continue;
        }
        let answer = model.answer(&line.unit(), &[read]);
        if answer.mentions.len() != read.mentions.len() {
            continue;
        }
        for (g, p, _) in pair(&line.text, &line.mentions, &answer.mentions) {
            let (gold, raw) = (&line.mentions[g], &read.mentions[p]);
            levels.push((raw.level_scores.clone(), gold.level.index()));
            if let Some(o) = OUTCOMES.iter().position(|o| *o == (gold.category, gold.reason))
                && Category::fixed_by(gold.level).is_none()
            {
                outcomes.push((raw.outcome_scores.clone(), o));
            }
            scored.push((raw.level_scores.clone(), raw.outcome_scores.clone(), gold.category));
        }
    }
    model.settings.kind_temperature = temperature(&kinds);
    model.settings.level_temperature = temperature(&levels);
    model.settings.outcome_temperature = temperature(&outcomes);
    let mut right: Vec<f64> =
        scored.iter().map(|(l, o, gold)| model.category_probabilities(l, o).0[gold.index()]).collect();
    right.sort_by(f64::total_cmp);
    // Split conformal: the k-th smallest probability of the right category, k = ⌊α (n + 1)⌋, covers 1 - α.
    let k = ((right.len() + 1) as f64 * 0.1).floor() as usize;
    model.settings.set_threshold = if k == 0 { 0.0 } else { right[k - 1] };
    let answers = held.predictions(model);
    let judged = answers.iter().zip(&held.lines.held).enumerate().filter(|(i, _)| part(*i));
    let reached: Vec<(f64, bool)> = judged.flat_map(|(_, both)| sure_and_right(both)).collect();
    model.settings.review_threshold = review_threshold(&reached);
    right.len()
}

/// Share of the mentions that are not marked for review that must be right in category.
const RIGHT: f64 = 0.95;
/// Fewer unmarked mentions than this say nothing about that share.
const LEAST_UNMARKED: usize = 20;

/// For each predicted mention of a line p(category) · p(task), and whether the proposal is right. A mention in a provision
/// that is no task is wrong whatever its category: the mark also stands for an unsure kind. One that only fails to
/// pair with a gold mention is left out, its category cannot be judged.
fn sure_and_right((predicted, gold): (&GoldLine, &GoldLine)) -> Vec<(f64, bool)> {
    let p_task = predicted.p_task.unwrap_or(0.0);
    let sure = |m: &Mention| p_task * m.category_p.get(&m.category).copied().unwrap_or(0.0);
    if gold.kind != Some(Kind::Task) {
        return predicted.mentions.iter().map(|m| (sure(m), false)).collect();
    }
    pair(&gold.text, &gold.mentions, &predicted.mentions)
        .into_iter()
        .map(|(g, p, _)| {
            let (gold, predicted) = (&gold.mentions[g], &predicted.mentions[p]);
            (sure(predicted), gold.category == predicted.category)
        })
        .collect()
}

/// The lowest threshold at and above which [`RIGHT`] of the mentions are right; 1 where none is, so that all that is not
/// certain is marked.
fn review_threshold(reached: &[(f64, bool)]) -> f64 {
    let mut sorted = reached.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut best) = (0usize, 1.0);
    for (i, (p, is_right)) in sorted.iter().enumerate() {
        right += usize::from(*is_right);
        // Equal probabilities are marked or left together.
        let ends = sorted.get(i + 1).is_none_or(|next| next.0 < *p);
        if ends && i + 1 >= LEAST_UNMARKED && right as f64 >= RIGHT * (i + 1) as f64 {
            best = *p;
        }
    }
    best
}

fn sha256_of(path: &Path) -> Result<String, TrainError> {
    let bytes = std::fs::read(path).map_err(io(path))?;
    Ok(crate::text::hex(&<sha2::Sha256 as sha2::Digest>::digest(&bytes)))
}

fn half(tensors: HashMap<String, Tensor>) -> Result<HashMap<String, Tensor>, TrainError> {
    tensors.into_iter().map(|(n, t)| Ok((n, t.to_dtype(DType::F16)?))).collect()
}

/// The weights after a pass, averaged with the first ones where the configuration says so.
fn weights(config: &Config, work: &Path, epoch: usize) -> Result<HashMap<String, Tensor>, TrainError> {
    let mut learnt = candle_core::safetensors::load(epoch_path(work, epoch), &Device::Cpu)?;
    if let Some(init) = config.init.as_ref().filter(|_| config.keep > 0.0) {
        let path = run::weights_file(init);
        let first = candle_core::safetensors::load(&path, &Device::Cpu)?;
        for (name, tensor) in &mut learnt {
            let of = first.get(name).ok_or_else(|| TrainError::Data(format!("{}: no {name}", path.display())))?;
            *tensor =
                ((tensor.to_dtype(DType::F32)? * (1.0 - config.keep))? + (of.to_dtype(DType::F32)? * config.keep)?)?;
        }
    }
    half(learnt)
}

/// The model after a pass, not calibrated.
fn build(config: &Config, lines: &Lines, work: &Path, epoch: usize) -> Result<Model, TrainError> {
    let bert = run::bert_config(&config.base)?;
    let heads = run::heads_config(bert.hidden_size);
    let fresh = Settings {
        format: Settings::FORMAT,
        heads,
        kind_temperature: 1.0,
        level_temperature: 1.0,
        outcome_temperature: 1.0,
        set_threshold: 0.05,
        review_threshold: Settings::usual_review_threshold(),
        tokenizer_sha256: Some(sha256_of(&config.base.join("tokenizer.json"))?),
        skipped_task_share: lines.skipped_task_share,
    };
    let path = epoch_path(work, epoch);
    let tensors = weights(config, work, epoch)?;
    Ok(Model::from_parts(
        run::tokens(&config.base)?,
        Inference::from_tensors(&tensors, &bert, &path, Precision::default())?,
        Heads::from_tensors(&tensors, heads, &path, false)?,
        fresh,
    ))
}

/// What the model after the last pass says of the held-out lines, in order. Calibration is crossed as well: the held-out
/// documents fall into two halves, and each is answered with what the other half calibrates.
///
/// # Errors
/// There is no finished training in `work`, or the model fails.
pub fn out_of_fold(config: &Config, work: &Path) -> Result<Vec<GoldLine>, TrainError> {
    let lines = run::split(config)?;
    let mut model = build(config, &lines, work, config.epochs.saturating_sub(1))?;
    let held = read(&model, &lines)?;
    let docs: BTreeSet<&str> = lines.held.iter().map(|l| l.doc.as_str()).collect();
    let mut docs: Vec<&str> = docs.into_iter().collect();
    Random::new(config.seed, 0xF01D).shuffle(&mut docs);
    let second: BTreeSet<&str> = docs.into_iter().step_by(2).collect();
    let in_second = |i: usize| second.contains(lines.held[i].doc.as_str());
    let mut answers: Vec<Option<GoldLine>> = vec![None; lines.held.len()];
    for half in [false, true] {
        calibrate(&mut model, &held, &|i| in_second(i) != half);
        for (i, line) in held.predictions(&model).into_iter().enumerate().filter(|(i, _)| in_second(*i) == half) {
            answers[i] = Some(line);
        }
    }
    Ok(answers.into_iter().flatten().collect())
}

/// Chooses among the passes kept in `work`, calibrates, and writes the model folder `output`.
pub fn finish(
    config: &Config,
    work: &Path,
    output: &Path,
    report: &mut dyn FnMut(&str),
) -> Result<Finished, TrainError> {
    std::fs::create_dir_all(output).map_err(io(output))?;
    let lines = run::split(config)?;
    let build = |epoch| build(config, &lines, work, epoch);
    let mut by_epoch = Vec::new();
    for epoch in (0..config.epochs).take_while(|&e| epoch_path(work, e).exists()) {
        let model = build(epoch)?;
        let predicted = read(&model, &lines)?.predictions(&model);
        let s = score(&lines.held, &predicted, 0).map_err(|e| TrainError::Data(e.to_string()))?;
        let get = |name: &str| s.unweighted.get(name).unwrap_or(0.0);
        let (kind, overlap, whole) = (get("kind_macro_f1"), get("task_overlap_f1"), get("whole_f1"));
        report(&format!(
            "epoch {epoch}: held-out kind macro-F1 {kind:.3}, task overlap F1 {overlap:.3}, whole F1 {whole:.3}, holder exact F1 {:.3}, category accuracy {:.3}",
            get("holder_exact_f1"),
            get("category_accuracy")
        ));
        by_epoch.push((kind + overlap + whole) / 3.0);
    }
    let Some(epoch) = (0..by_epoch.len()).max_by(|&a, &b| by_epoch[a].total_cmp(&by_epoch[b])) else {
        return Err(TrainError::Data(format!("{}: no finished pass to choose from", work.display())));
    };
    let mut model = build(epoch)?;
    let held = read(&model, &lines)?;
    let mentions = calibrate(&mut model, &held, &|_| true);

    let file = output.join("model.safetensors");
    run::save(&file, &weights(config, work, epoch)?)?;
    let put = |name: &str, bytes: &[u8]| -> Result<(), TrainError> {
        let path = output.join(name);
        files::write_whole(&path, |out| out.write_all(bytes)).map_err(io(&path))
    };
    let settings = serde_json::to_vec_pretty(&model.settings).expect("plain numbers");
    put("model.json", &settings)?;
    for name in ["config.json", "tokenizer.json"] {
        let from = config.base.join(name);
        put(name, &std::fs::read(&from).map_err(io(&from))?)?;
    }
    lines.stage.save(&output.join("first_stage.safetensors"))?;
    // The folder must open again as it stands; precedents of an earlier model would be refused.
    precedents(config, output)?;
    let sha256 = sha256_of(&file)?;
    let settings = model.settings.clone();
    Ok(Finished { epoch, by_epoch, provisions: lines.held.len(), mentions, settings, sha256 })
}

/// Makes the precedents of a finished model again: the labelled provisions of its training data.
///
/// # Errors
/// The labelled files cannot be read, the model fails, the file cannot be written.
pub fn precedents(config: &Config, output: &Path) -> Result<usize, TrainError> {
    let lines = gold::read_all(&config.data)?;
    let model = Model::open(output, Precision::default())?;
    let made = Precedents::build(&model, &lines.iter().collect::<Vec<_>>())?;
    made.save(output)?;
    Ok(made.len())
}

/// The lines that training holds out, in order: what may be measured on without looking at `dev`.
///
/// # Errors
/// The labelled files cannot be read.
pub fn held_out(config: &Config) -> Result<Vec<GoldLine>, TrainError> {
    Ok(run::split(config)?.held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_is_the_lowest_that_leaves_nineteen_of_twenty_right() {
        let mut rows: Vec<(f64, bool)> = (0..38).map(|i| (0.9 - f64::from(i) * 0.01, true)).collect();
        rows.extend([(0.3, false), (0.2, false)]);
        assert_eq!(review_threshold(&rows), 0.2);
        // 38 of 41 are too few, 38 of 40 are not.
        rows.push((0.1, false));
        assert_eq!(review_threshold(&rows), 0.2);
        // Right ones below may not be given away for wrong ones above.
        rows.extend(vec![(0.05, true); 30]);
        assert_eq!(review_threshold(&rows), 0.05);
    }

    #[test]
    fn equal_probabilities_stand_together_and_too_few_say_nothing() {
        let few: Vec<(f64, bool)> = vec![(0.9, true); LEAST_UNMARKED - 1];
        assert_eq!(review_threshold(&few), 1.0);
        assert_eq!(review_threshold(&[]), 1.0);
        let mut tied = vec![(0.9, true); 30];
        tied.extend(vec![(0.8, true); 1]);
        tied.extend(vec![(0.8, false); 10]);
        assert_eq!(review_threshold(&tied), 0.9);
        assert_eq!(review_threshold(&vec![(0.9, false); 50]), 1.0);
    }
}
