#!/usr/bin/env bash
# The encoder beside stock candle and onnxruntime on the same weights, in one interleaved run.
#
#   benches/encoder.sh [ROUNDS] > benches/results/encoder.jsonl
#
# Needs ../shared/model and, for the peer, pip install onnx onnxruntime numpy safetensors tokenizers.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3}
model=../shared/model
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$model/peer_onnxruntime.py" export "$work" >&2
cargo bench --no-run --bench encoder >&2
for round in $(seq "$rounds"); do
    echo "round $round of $rounds" >&2
    # Setting by setting, so that what else the machine does falls on all alike.
    for seq in 64 128 256; do
        for batch in 1 8 32; do
            cargo bench --quiet --bench encoder -- --model "$(realpath "$model")" --seconds 0.7 --seq "$seq" --batch "$batch"
            python3 "$model/peer_onnxruntime.py" bench "$work" --threads "$(nproc)" --seconds 0.7 --seq "$seq" --batch "$batch"
        done
    done
done
