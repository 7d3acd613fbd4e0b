//! The encoder beside the numbers of an independent implementation.

use candle_core::Device;
use candle_transformers::models::bert::Config;
use phancap::encoder::{Encoder, Inference, Packed, Precision, Tokens};
use serde::Deserialize;

use crate::common;

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Text {
    One(String),
    Pair(String, String),
}

#[derive(Deserialize)]
struct Reference {
    text: Text,
    ids: Vec<u32>,
    pooled: Vec<f32>,
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// The base encoder gives the reference vectors, each alone and all in one pass.
#[test]
fn the_base_encoder_agrees_with_the_reference() {
    let Some(shared) = common::shared() else { return };
    let dir = shared.join("model");
    let read = |name: &str| std::fs::read(dir.join(name)).unwrap();
    let references: Vec<Reference> = serde_json::from_slice(&read("reference.json")).unwrap();
    assert_eq!(references.len(), 21);
    let config: Config = serde_json::from_slice(&read("config.json")).unwrap();
    let tokens = Tokens::from_bytes(&read("tokenizer.json"), &dir).unwrap();
    let weights = candle_core::safetensors::load(dir.join("model.safetensors"), &Device::Cpu).unwrap();
    let encoder = Encoder::from_tensors(&weights, &config, &dir, false).unwrap();
    for r in &references {
        let (text, pair) = match &r.text {
            Text::One(text) => (text, None),
            Text::Pair(text, pair) => (text, Some(pair.as_str())),
        };
        assert_eq!(tokens.ids(text, pair).unwrap(), r.ids, "tokens of {:?}", r.text);
    }
    let pooled =
        |packed: &Packed| Encoder::pool(&encoder.forward(packed).unwrap(), packed).unwrap().to_vec2::<f32>().unwrap();
    let together = pooled(&Packed::new(references.iter().map(|r| r.ids.as_slice())));
    for (r, v) in references.iter().zip(&together) {
        let alone = pooled(&Packed::new([r.ids.as_slice()]));
        assert!(cosine(&alone[0], &r.pooled) >= 0.99999, "{:?}: {}", r.text, cosine(&alone[0], &r.pooled));
        assert!(cosine(v, &r.pooled) >= 0.99999, "{:?} in company", r.text);
    }
    for (precision, least) in [(Precision::F32, 0.99999), (Precision::Int16, 0.99999)] {
        let encoder = Inference::from_tensors(&weights, &config, &dir, precision).unwrap();
        let all = Packed::new(references.iter().map(|r| r.ids.as_slice()));
        let together = encoder.forward(&all).unwrap();
        for (r, (a, b)) in references.iter().zip(all.spans()) {
            let alone = encoder.forward(&Packed::new([r.ids.as_slice()])).unwrap();
            let h = encoder.hidden();
            assert!(alone == together[a * h..b * h], "{:?}: other bits in company", r.text);
            let mut pooled = vec![0f32; h];
            alone.chunks_exact(h).for_each(|row| pooled.iter_mut().zip(row).for_each(|(p, x)| *p += x));
            let c = cosine(&pooled, &r.pooled);
            assert!(c >= least, "{:?} in {}: {c}", r.text, precision.name());
        }
    }
}
