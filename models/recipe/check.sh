#!/usr/bin/env bash
# The tests of the linker's recipe that need PyTorch, and its smoke run, with packages of their own in .venv.
# Where these cannot be installed it says so, in words that nobody takes for a passed test.
set -euo pipefail
cd "$(dirname "$0")"
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r pyproject.toml README.md conceptlens_recipe "$copy"
[ -x .venv/bin/python ] || python3 -m venv .venv
if ! timeout 900 .venv/bin/python -m pip install --quiet --no-cache-dir --disable-pip-version-check "$copy[model]"; then
    rm -rf .venv
    echo "NOT RUN: PyTorch could not be installed, so neither the recipe's model tests nor its smoke run were run." >&2
    exit 0
fi
.venv/bin/python -m unittest tests/model/test_model.py tests/model/test_dense.py tests/model/test_alignment_fit.py
PYTHON=.venv/bin/python ./smoke.sh
