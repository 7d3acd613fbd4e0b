//! Thousands of damaged inputs for every reader and parser, the same ones each time: no panic, no hang, nothing lost.
//!
//! `PHANCAP_MUTATIONS=N` asks for N inputs a target, `PHANCAP_SEED=S` for others than the usual ones.

mod mutator;
mod seeds;
pub mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use mutator::Mutator;

/// Inputs of each target.
const INPUTS: u64 = 400;
/// No input may take longer, even unoptimised beside other work.
const LONGEST: Duration = Duration::from_secs(20);

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|v| v.parse().ok()).unwrap_or(usual)
}

fn harden(name: &str) {
    let target = targets::named(name);
    let seeds = seeds::of(name);
    assert!(!seeds.is_empty(), "{name} has nothing to begin with");
    let seed = number("PHANCAP_SEED", 2026);
    for (i, bytes) in seeds.iter().enumerate() {
        assert!(catch_unwind(AssertUnwindSafe(|| target(bytes))).is_ok(), "{name}: seed {i} as it is");
    }
    let mut slowest = Duration::ZERO;
    for n in 0..number("PHANCAP_MUTATIONS", INPUTS) {
        let bytes = Mutator::new(seed, n).mutate(&seeds);
        let began = Instant::now();
        let fine = catch_unwind(AssertUnwindSafe(|| target(&bytes))).is_ok();
        slowest = slowest.max(began.elapsed());
        if !fine || began.elapsed() > LONGEST {
            let kept = std::env::temp_dir().join(format!("phancap-{name}-{seed}-{n}"));
            let _ = std::fs::write(&kept, &bytes);
            panic!("{name}: input {n} of seed {seed}, {:?}; kept as {}", began.elapsed(), kept.display());
        }
    }
    println!("{name}: {} seeds, slowest {slowest:?}", seeds.len());
}

macro_rules! hardened {
    ($($name:ident)*) => { $(#[test] fn $name() { harden(stringify!($name)); })* };
}

hardened! {
    docx docx_part odt odt_part rtf doc doc_part pdf image html text archive manifest structure citations query accents
    accents_table
}

#[test]
fn every_target_is_run() {
    // The list above is written by hand.
    let here = include_str!("mod.rs");
    let list = here.split("hardened! {").nth(1).and_then(|l| l.split('}').next()).expect("the list");
    let run: Vec<&str> = list.split_whitespace().collect();
    assert_eq!(run, targets::ALL.iter().map(|t| t.0).collect::<Vec<_>>());
}
