"""A whole search over tiny models of every kind, and the graphs of every method. Needs the packages of the extra `optimize`."""

from __future__ import annotations

import json
import shutil
import sys
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from conceptlens_recipe import random_encoder
from conceptlens_recipe.manifest import sha256
from conceptlens_recipe.optimize import graphs, rewriting
from conceptlens_recipe.optimize.__main__ import arguments
from conceptlens_recipe.optimize.encoders import kind_of
from conceptlens_recipe.optimize.graphs import Source
from conceptlens_recipe.optimize.matrices import rounding_error, smooth_factors
from conceptlens_recipe.optimize.measure import open_run
from conceptlens_recipe.optimize.pareto import Constraints
from conceptlens_recipe.optimize.session import run
from conceptlens_recipe.optimize.space import METHODS, Configuration
from conceptlens_recipe.optimize.workloads import Rows, company, recorded

ROOT = Path(__file__).resolve().parents[4]
FIXTURES = ROOT / "test" / "fixtures"
DOUBLE = Path(__file__).with_name("candidates_double.py")
SIZES = {"num_hidden_layers": 2, "hidden_size": 64, "num_attention_heads": 4}
TEXT = "The cells of type 2 diabetes secrete less insulin."
MENTIONS = [(4, 9, "UMLS:C3"), (13, 28, "UMLS:C1"), (42, 49, "UMLS:C2")]


def documents() -> list[dict]:
    mentions = [
        {"start": s, "end": e, "type": "Disease", "groups": ["DISO"], "ids": [gold], "gold": [gold]} for s, e, gold in MENTIONS
    ]
    passage = {"text": TEXT, "sentences": [[0, len(TEXT)]], "mentions": mentions}
    return [{"id": str(i), "convention": "entities", "groups": ["DISO"], "passages": [passage]} for i in range(11)]


class Folder(unittest.TestCase):
    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class Graphs(Folder):
    """On a random BERT."""

    def setUp(self) -> None:
        super().setUp()
        model = self.folder / "model"
        random_encoder.write(model, FIXTURES / "tiny-dense" / "vocab.txt", SIZES)
        rng = np.random.default_rng(2)
        rows = [[2, *rng.integers(5, 60, rng.integers(3, 20)).tolist(), 3] for _ in range(24)]
        self.workload = Rows(rows, [[0]] * 24, 0, ("input_ids", "attention_mask"), "last_hidden_state", "cls")
        self.run = open_run(model / "model.onnx")
        feeds = recorded(self.workload, self.run, range(24), 4)
        self.source = Source.of(onnx.load(model / "model.onnx"), feeds)
        self.expected = self.states(self.run)

    def states(self, run) -> np.ndarray:
        return np.stack([a["values"] for a in self.workload.answer(run, range(24), 4)])

    def made(self, configuration: Configuration):
        path = self.folder / "candidate.onnx"
        graphs.write(self.source, configuration, path)
        return open_run(path), path.stat().st_size

    def test_every_method_gives_nearly_what_fp32_does(self) -> None:
        for method in METHODS:
            options = {"block": 32} if method.startswith("nbits") else {}
            if method == "static":
                options = {"level": "extended"}
            run, _ = self.made(Configuration(method, **options))
            off = np.abs(self.states(run) - self.expected).mean() / self.expected.std()
            with self.subTest(method):
                self.assertLess(off, 0.5 if method == "nbits4" else 0.1)
                self.assertGreater(off, 0 if method != "fp32" else -1)

    def test_by_token_is_the_same_in_any_company_and_by_tensor_is_not(self) -> None:
        exact, _ = self.made(Configuration("per-token", 0.6, 1))
        self.assertLess(company(self.workload, exact, range(24), 8), 1e-5)
        dynamic, _ = self.made(Configuration("dynamic"))
        self.assertGreater(company(self.workload, dynamic, range(24), 8), 1e-3)

    def test_evening_out_alone_changes_nothing(self) -> None:
        chosen = self.source.sensitive
        factors = smooth_factors(self.source.model, chosen, self.source.seen, 0.5)
        model = onnx.ModelProto()
        model.CopyFrom(self.source.model)
        path = self.folder / "smooth.onnx"
        onnx.save(rewriting.smoothed(model, chosen, factors), path)
        self.assertLess(np.abs(self.states(open_run(path)) - self.expected).max(), 1e-3)

    def test_sensitive_matrices_come_first_and_those_kept_are_not_rounded(self) -> None:
        errors = [
            rounding_error(
                np.concatenate(self.source.seen[m.activations].rows),
                onnx.numpy_helper.to_array(next(t for t in self.source.model.graph.initializer if t.name == m.weight)),
            )
            for m in self.source.sensitive
        ]
        self.assertEqual(errors, sorted(errors, reverse=True))
        self.assertEqual(len(errors), 12)
        all_kept, _ = self.made(Configuration("per-token", 0.0, len(errors)))
        self.assertLess(np.abs(self.states(all_kept) - self.expected).max(), 1e-5)

    def test_int8_is_smaller(self) -> None:
        _, whole = self.made(Configuration())
        for method in ("stored8", "per-token"):
            _, size = self.made(Configuration(method))
            self.assertLess(size, 0.8 * whole)


class Searches(Folder):
    def search(self, model: Path, methods: list[str], trials: int, constraints: Constraints) -> tuple[int, dict]:
        development = self.folder / "development.json"
        development.write_text(json.dumps(documents()), encoding="utf-8")
        given = [model, "--development", development, "--out", self.folder / "out", "--work", self.folder / "work"]
        given += ["--kb", self.folder, "--command", sys.executable, DOUBLE, "--trials", trials, "--minutes", "5"]
        options = arguments().parse_args([*map(str, given), "--seconds", "0.05", "--methods", *methods])
        status = run(options, constraints)
        return status, json.loads((self.folder / "work" / "optimize.json").read_text(encoding="utf-8"))

    def encoder(self, labels: tuple[str, ...] = ()) -> Path:
        model = self.folder / "model"
        random_encoder.write(model, FIXTURES / "tiny-dense" / "vocab.txt", SIZES, labels)
        return model

    def check(self, model: Path, kind: str, metric: str) -> None:
        self.assertEqual(kind_of(model), kind)
        status, report = self.search(model, ["per-token", "stored8"], 2, Constraints())
        self.assertEqual(status, 0, report["failed"])
        self.assertEqual(report["failed"], [])
        self.assertEqual(report["task"], kind)
        self.assertIn(metric, report["base"]["metrics"])
        config = json.loads((self.folder / "out" / "config.json").read_text(encoding="utf-8"))
        self.assertIn(config["precision"], ("int8", "fp32-arithmetic"))
        open_run(self.folder / "out" / "model.onnx")
        self.assertEqual(kind_of(self.folder / "out"), kind)

    def test_a_tagger(self) -> None:
        self.check(self.encoder(("O", "B-Disease", "I-Disease")), "tagger", "strictF1")

    def test_an_encoder_of_names(self) -> None:
        self.check(self.encoder(), "names", "recallAt5")

    def test_a_cross_encoder(self) -> None:
        self.check(FIXTURES / "tiny-dense", "cross-encoder", "accuracyAt1")

    def test_the_linker_s_model_and_going_on(self) -> None:
        model = self.folder / "linker"
        shutil.copytree(FIXTURES / "tiny-linker", model)
        manifest = json.loads((model / "manifest.json").read_text(encoding="utf-8"))
        (model / "encoder.fp16.onnx").write_bytes(b"another graph")
        manifest["sha256"]["encoder.fp16.onnx"] = sha256(model / "encoder.fp16.onnx")
        (model / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        status, report = self.search(model, ["per-token", "dynamic"], 3, Constraints(must_be_exact=True))
        self.assertEqual((status, report["failed"]), (0, []))
        self.assertEqual([c["configuration"]["method"] for c in report["candidates"]], ["recipe:int8", "dynamic", "per-token"])
        self.assertTrue(report["winner"]["exact"])
        manifest = json.loads((self.folder / "out" / "manifest.json").read_text(encoding="utf-8"))
        self.assertEqual(manifest["precision"], "int8")
        files = ("encoder.onnx", "features.json", "vocab.txt")
        self.assertEqual(manifest["sha256"], {name: sha256(self.folder / "out" / name) for name in files})
        # The journal has all three: nothing is measured again, and the figures are the same.
        status, again = self.search(model, ["per-token", "dynamic"], 3, Constraints(max_size=1e-6))
        self.assertEqual((status, again["winner"]), (1, None))
        self.assertEqual(again["candidates"], report["candidates"])

    def test_what_cannot_be_searched_is_told(self) -> None:
        with self.assertRaisesRegex(ValueError, "holds no model"):
            kind_of(self.folder)
        model = self.encoder()
        quantised = onnx.load(model / "model.onnx")
        del quantised.graph.initializer[:], quantised.graph.node[:]
        with self.assertRaisesRegex(ValueError, "no fp32 matrices"):
            Source.of(quantised, [])


if __name__ == "__main__":
    unittest.main()
