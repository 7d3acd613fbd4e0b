//! Tokens a second of the project's forward pass, in f32 and in int16, and of candle's stock `BertModel` on the same weights, one JSON line a
//! setting in the form of `../shared/model/peer_onnxruntime.py`. `benches/encoder.sh` alternates this program with the
//! peer, so that all are measured in one run.
//!
//! `cargo bench --bench encoder -- --model DIR [--only own|candle] [--seconds S] [--seq N] [--batch N]`

use std::path::PathBuf;
use std::time::Instant;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use phancap::encoder::{Inference, Packed, Precision};

const SEQUENCES: [usize; 3] = [64, 128, 256];
const BATCHES: [usize; 3] = [1, 8, 32];

/// Runs for `seconds`, at least three times after one warm-up, and prints the row.
fn measure(model: &str, seq: usize, batch: usize, seconds: f64, mut run: impl FnMut()) {
    run();
    let mut times = Vec::new();
    let began = Instant::now();
    while began.elapsed().as_secs_f64() < seconds || times.len() < 3 {
        let t = Instant::now();
        run();
        times.push(t.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let tokens = (seq * batch) as f64;
    let row = serde_json::json!({
        "model": model, "seq": seq, "batch": batch, "threads": rayon::current_num_threads(), "runs": times.len(),
        "best": (tokens / times[0]).round(), "median": (tokens / times[times.len() / 2]).round(),
    });
    println!("{row}");
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().collect();
    let option = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    let Some(dir) = option("--model").map(PathBuf::from) else {
        eprintln!("skipped: name the base encoder's folder with --model DIR");
        return Ok(());
    };
    let only = option("--only");
    let seconds: f64 = option("--seconds").map_or(Ok(3.0), |s| s.parse())?;
    let config: Config = serde_json::from_slice(&std::fs::read(dir.join("config.json"))?)?;
    let path = dir.join("model.safetensors");
    let weights = candle_core::safetensors::load(&path, &Device::Cpu)?;
    let own = [Precision::F32, Precision::Int16]
        .map(|p| Ok::<_, phancap::encoder::EncoderError>((p, Inference::from_tensors(&weights, &config, &path, p)?)));
    let own = own.into_iter().collect::<Result<Vec<_>, _>>()?;
    let f32s = weights
        .into_iter()
        .map(|(n, t)| Ok((n, t.to_dtype(DType::F32)?)))
        .collect::<Result<_, candle_core::Error>>()?;
    let stock = BertModel::load(VarBuilder::from_tensors(f32s, DType::F32, &Device::Cpu), &config)?;
    let number = |name: &str| option(name).map(|s| s.parse::<usize>()).transpose();
    let (one_seq, one_batch) = (number("--seq")?, number("--batch")?);
    for seq in SEQUENCES.into_iter().filter(|s| one_seq.is_none_or(|one| one == *s)) {
        for batch in BATCHES.into_iter().filter(|b| one_batch.is_none_or(|one| one == *b)) {
            let ids: Vec<u32> = (0..seq * batch).map(|i| 4 + (i as u32).wrapping_mul(2_654_435_761) % 15_000).collect();
            if only.as_deref() != Some("candle") {
                let packed = Packed::new(ids.chunks(seq));
                for (precision, own) in &own {
                    measure(&format!("phancap-{}", precision.name()), seq, batch, seconds, || {
                        own.forward(&packed).expect("forward");
                    });
                }
            }
            if only.as_deref() != Some("own") {
                let input = Tensor::from_slice(&ids, (batch, seq), &Device::Cpu)?;
                let kinds = input.zeros_like()?;
                let mask = Tensor::ones((batch, seq), DType::F32, &Device::Cpu)?;
                measure("candle-bert-f32", seq, batch, seconds, || {
                    stock.forward(&input, &kinds, Some(&mask)).expect("forward");
                });
            }
        }
    }
    Ok(())
}
