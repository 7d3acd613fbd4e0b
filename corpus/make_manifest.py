#!/usr/bin/env python3
"""Facts of the real documents, from their metadata: python3 corpus/make_manifest.py KHCN.jsonl > corpus/manifest.tsv

Only facts go out: no text, nothing guessed. Same input, same bytes. Standard library only.
"""
import json, sys

COLUMNS = ["id", "number", "kind", "title", "issuer", "issued_on", "effective_on", "url", "text_sha256"]


def main(path):
    with open(path, encoding="utf-8") as f:
        rows = sorted((json.loads(line) for line in f if line.strip()), key=lambda r: r["id"])
    ids = [r["id"] for r in rows]
    assert len(ids) == len(set(ids)), "an id occurs twice"
    out = ["\t".join(COLUMNS)]
    for r in rows:
        out.append("\t".join(" ".join(str(r.get(c) or "").split()) for c in COLUMNS))
    sys.stdout.buffer.write(("\n".join(out) + "\n").encode("utf-8"))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
