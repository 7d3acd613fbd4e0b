# The chores, each as one word. `just` lists them; every recipe is a plain command that can be typed as well.

set positional-arguments

shared := env("PHANCAP_SHARED", "../shared")

_default:
    @just --list --unsorted

# What CI runs before the tests: format, lints, docs, licences
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps
    cargo deny check --hide-inclusion-graph bans licenses sources

# All tests; those that need what is not here say so and skip
test *args:
    cargo test "$@"

# The main job on the bundled sample documents
demo:
    cargo run --release -- demo

# libFuzzer on every target, so many seconds each; needs cargo-fuzz and nightly (fuzz/README.md)
fuzz seconds="30":
    for target in $(cargo fuzz list); do \
        cargo +nightly fuzz run --sanitizer none "$target" -- -max_total_time={{ seconds }} -timeout=20 -rss_limit_mb=2048 || exit 1; \
    done

# The benches; raw rows go to benches/results/
bench *args:
    cargo bench "$@"

# The model beside the rules on the labelled provisions kept for reporting
eval *args:
    cargo run --release -- eval labels --gold {{ shared }}/annotations/dev.jsonl "$@"

# Facts of the real documents, from their metadata, into corpus/manifest.tsv
manifest:
    python3 corpus/make_manifest.py {{ shared }}/corpus/khcn.jsonl > corpus/manifest.tsv

# The sample's texts, metadata and gold, from the marked-up sources
sample:
    python3 corpus/make_sample.py
