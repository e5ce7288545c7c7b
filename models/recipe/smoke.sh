#!/usr/bin/env bash
# Every step of the linker's recipe on a tiny part of the data, from corpora to links: a few minutes.
# PYTHON is one with the packages of the extra `model`; the product is built; CONCEPTLENS_DATA as for the recipe.
set -euo pipefail
cd "$(dirname "$0")"
python=${PYTHON:-.venv/bin/python}
kb=../../dist/starter-kb
product="node $(cd ../.. && pwd)/dist/cli.cjs"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() { echo "recipe: $*" >&2; }
step listing what cannot be learned from
"$python" -m conceptlens_recipe.corpus_report --out "$work/problems.tsv"
step making another vocabulary
"$python" -m conceptlens_recipe.foreign --command "$product" --out "$work/foreign"
step training
"$python" -m conceptlens_recipe.train --smoke --kb $kb --foreign "$work/foreign" --command "$product" --work "$work"
step reading what stands around concepts
"$python" -m conceptlens_recipe.fit_contexts --smoke --work "$work"
step fitting the head
"$python" -m conceptlens_recipe.fit_head --smoke --kb $kb --foreign "$work/foreign" --command "$product" --work "$work"
step exporting, calibrating and measuring
"$python" -m conceptlens_recipe.release --checkpoint "$work/fitted.pt" --kb $kb --foreign "$work/foreign" --command "$product" \
    --work "$work" --every 60 --version 0.0.0 --out "$work/linker" > "$work/report.json"
step quantising
"$python" -m conceptlens_recipe.requantise --model "$work/linker" --precision int8 --out "$work/int8" \
    --kb $kb --command "$product" --work "$work" --every 60
step linking with it
$product link ../../media/sample/manuscript.md --model "$work/int8" --format csv > "$work/links.csv"
lines=$(wc -l < "$work/links.csv")
[ "$lines" -gt 10 ] || { echo "recipe: only $lines lines of links" >&2; exit 1; }
step "done: $((lines - 1)) links by the model that this run made"
