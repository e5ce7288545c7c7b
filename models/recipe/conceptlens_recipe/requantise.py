"""Writes a released model in another precision, with its manifest, and says how far both agree on development documents.

    python -m conceptlens_recipe.requantise --model ../linker --precision int8 --out DIR
    python -m conceptlens_recipe.requantise … --kb dist/starter-kb --work WORK --every 10      measures, too

The weights are read back from the graph, so nothing is trained or calibrated again: codes of int8 weights stay as they
are. Agreement is how often both put the same candidate first, among mentions with two candidates or more.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
from pathlib import Path

import torch

from . import contexts, corpora, evaluate, feature_ranker, onnx_export, onnx_graph, smoothing
from .candidates import DEFAULT_COMMAND, STARTER_TABLE, KnowledgeBaseTable, retrieve
from .contract import Architecture
from .manifest import CONTEXTS, ENCODER, FEATURE_RANKER, VOCABULARY, files_of, sha256
from .model import TwoStreamEncoder
from .release import agreement
from .runtime import Encoder
from .sampling import Recipe, Sampler
from .segments import Segmenter
from .train import corpus_passages, dev_passages


#: Training corpora whose first documents show how large activations become, and how many passages of each are read.
CALIBRATION = ["bc5cdr", "medmentions-st21pv"]
CALIBRATION_PASSAGES = 24


def write(source: Path, out: Path, precision: str, data: Path) -> None:
    """The folder with another graph; `out` may be the source itself."""
    model = TwoStreamEncoder(Architecture()).eval()
    onnx_export.read(model, source / ENCODER, whole=True)
    schemes = None
    if precision == "int8":
        segmenter = Segmenter(source / VOCABULARY)
        pools = corpus_passages(data, segmenter, CALIBRATION, smoke=True)
        passages = [p for pool in pools.values() for p in pool[:CALIBRATION_PASSAGES]]
        schemes = smoothing.schemes(model, smoothing.inputs_of_products(model, segmenter, passages))
    manifest = json.loads((source / "manifest.json").read_text(encoding="utf-8"))
    out.mkdir(parents=True, exist_ok=True)
    for name in files_of(source):
        if name != ENCODER and out.resolve() != source.resolve():
            shutil.copy(source / name, out / name)
    onnx_export.write(model, out / ENCODER, precision, schemes)
    manifest["sha256"][ENCODER] = sha256(out / ENCODER)
    manifest["precision"] = precision
    # Measured with the other graph.
    manifest.pop("accuracy", None)
    temporary = out / "manifest.json.part"
    temporary.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(out / "manifest.json")


def compare(source: Path, out: Path, options: argparse.Namespace) -> dict[str, object]:
    """Accuracy of both by corpus, and their agreement."""
    segmenter, arch = Segmenter(source / VOCABULARY), Architecture()
    dev = dev_passages(options.data, segmenter, list(evaluate.CORPORA), None, options.every)
    asked = [m.lookup for part in dev.values() for p in part for m in p.mentions]
    retrieved = retrieve(options.command, options.kb, asked, options.work / "candidates-dev.pkl.gz", limit=64)
    sampler = Sampler(retrieved, {}, KnowledgeBaseTable(options.table), Recipe())
    ranker = feature_ranker.read(source / FEATURE_RANKER)
    found = []
    around = contexts.read(source / CONTEXTS)
    for folder in (source, out):
        encoder = Encoder(folder / ENCODER, segmenter, arch, options.threads)
        found.append(evaluate.measure(dev, sampler, encoder.read, encoder.score, ranker, contexts=around))
    (before, tags_before), (after, tags_after) = found
    return {
        "mentions": len(before),
        "agreement": agreement(before, after),
        "accuracy": [
            {c: {k: row[k] for k in ("n", "model")} | {"tagging": row["tagging"]["strict"]} for c, row in s["corpora"].items()}
            for s in (evaluate.summary(before, tags_before), evaluate.summary(after, tags_after))
        ],
    }


def note(source: Path, out: Path, report: dict[str, object]) -> None:
    """Writes into the new manifest how far the model agrees with the one that it was made from."""
    before = json.loads((source / "manifest.json").read_text(encoding="utf-8"))
    path = out / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    known = {"version": before["version"], "precision": before.get("precision", "fp32-arithmetic")}
    manifest["agreement"] = known | {"mentions": report["mentions"], "sameFirst": report["agreement"]}
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--precision", choices=onnx_graph.PRECISIONS, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=corpora.default_data())
    parser.add_argument("--kb", type=Path, help="built starter knowledge base; with it both are measured")
    parser.add_argument("--table", type=Path, default=STARTER_TABLE)
    parser.add_argument("--command", default=DEFAULT_COMMAND)
    parser.add_argument("--work", type=Path, help="folder for the cache of candidates")
    parser.add_argument("--every", type=int, default=10, help="read every n-th development document only")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(options.threads)
    if options.kb and (options.work is None or options.out.resolve() == options.model.resolve()):
        parser.error("--kb needs --work, and an --out of its own")
    write(options.model, options.out, options.precision, options.data)
    if options.kb:
        report = compare(options.model, options.out, options)
        note(options.model, options.out, report)
        print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
