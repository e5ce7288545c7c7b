"""Writes the winner as a model's folder that the product opens at once, whole or not at all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from ..manifest import ENCODER, sha256
from .report import Row
from .tasks import Task, precision_of

REPORT, TABLE, PICTURE = "optimize.json", "optimize.txt", "optimize.svg"


def write(task: Task, row: Row, graph: Path, source: Path, out: Path) -> None:
    """`out` gets the source's files with another graph, and what is said of it. An earlier `out` is replaced."""
    temporary = out.with_name(out.name + ".part")
    shutil.rmtree(temporary, ignore_errors=True)
    # Weights in other formats and other graphs are not what was measured.
    others = shutil.ignore_patterns("*.safetensors", "*.bin", "*.onnx", "*.onnx_data", "*.onnx.data", REPORT, TABLE, PICTURE)
    shutil.copytree(source, temporary, ignore=others)
    (temporary / task.graph).parent.mkdir(exist_ok=True)
    shutil.move(graph, temporary / task.graph)
    if task.kind == "linker":
        describe_linker(temporary, row)
    else:
        describe_encoder(temporary / "config.json", row)
    shutil.rmtree(out, ignore_errors=True)
    temporary.replace(out)


def describe_linker(folder: Path, row: Row) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    # Other graphs of the model (for graphics cards) were left behind.
    kept = {name: digest for name, digest in manifest["sha256"].items() if (folder / name).exists()}
    manifest["sha256"] = kept | {ENCODER: sha256(folder / ENCODER)}
    manifest["precision"] = precision_of(row.configuration)
    # Measured with the other graph.
    for name in ("accuracy", "agreement"):
        manifest.pop(name, None)
    manifest["optimized"] = described(row)
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def describe_encoder(path: Path, row: Row) -> None:
    config = json.loads(path.read_text(encoding="utf-8"))
    config["precision"] = precision_of(row.configuration)
    config["optimized"] = described(row)
    path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def described(row: Row) -> dict[str, object]:
    """In short; `optimize.json` beside it has the rest."""
    c = row.configuration
    return {
        "configuration": str(c),
        "provider": c.provider,
        "threads": c.threads,
        "batch": c.batch,
        "report": REPORT,
    }
