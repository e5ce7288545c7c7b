"""`manifest.json`: what the product needs to know about a model folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from .contract import FEATURES, GROUP_NAMES, HEADS, LIMITS, NONE_OFFSET, Architecture


ENCODER, VOCABULARY, FEATURE_RANKER = "encoder.onnx", "vocab.txt", "features.json"
#: A model may do without.
CONTEXTS = "contexts.json"


def files_of(folder: Path) -> list[str]:
    """The files of a model beside its manifest."""
    return [ENCODER, VOCABULARY, FEATURE_RANKER, *([CONTEXTS] if (folder / CONTEXTS).exists() else [])]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_manifest(folder: Path, arch: Architecture, **values: object) -> None:
    """Writes `manifest.json` beside the files of the model. `values` adds to or replaces the defaults."""
    content = {
        "name": "conceptlens-linker",
        "version": "0.1.0",
        "licence": "Apache-2.0",
        "sha256": {name: sha256(folder / name) for name in files_of(folder)},
        "architecture": {
            "layers": arch.layers,
            "hidden": arch.hidden,
            "heads": arch.heads,
            "headDim": arch.head_dim,
            "vocabulary": arch.vocabulary,
            "maxTokens": arch.max_tokens,
        },
        "heads": list(HEADS),
        "noneOffset": NONE_OFFSET,
        "features": list(FEATURES),
        "limits": LIMITS,
        "typeLabels": GROUP_NAMES,
        "temperature": 1.0,
        "tagThreshold": 0.5,
        "noneBias": 0.0,
        "trainedOn": [],
        "accuracy": {},
    } | values
    temporary = folder / "manifest.json.part"
    temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(folder / "manifest.json")
