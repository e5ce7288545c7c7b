"""The encoder, its graph and its figures. Needs the packages of the extra `model`; no data and no training."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
import random
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import numpy as np
import onnx
import onnxruntime
import torch

from conceptlens_recipe import average, evaluate, int8, name_encoder, onnx_export, onnx_graph, release, smoothing, tiny
from conceptlens_recipe.contract import FEATURES, HEADS, Architecture
from conceptlens_recipe.evaluate import Ranked, Tagged
from conceptlens_recipe.model import FeatureScore, TwoStreamEncoder, fast_products, widened
from conceptlens_recipe.passages import Mention, Passage
from conceptlens_recipe.ranking import group_loss, read, read_all, score, score_all, tag_loss
from conceptlens_recipe.runtime import Encoder
from conceptlens_recipe.sampling import Segment
from conceptlens_recipe.segments import Segmenter
from conceptlens_recipe.train import Team

ROOT = Path(__file__).resolve().parents[4]
FIXTURE = ROOT / "test" / "fixtures" / "tiny-linker"
ORACLE = ROOT / "test" / "oracle" / "two-stream.json"
TEXT = "The cells of type 2 diabetes secrete less insulin."


def tiny_model(segmenter: Segmenter) -> TwoStreamEncoder:
    torch.manual_seed(5)
    arch = Architecture(layers=2, hidden=32, heads=4, intermediate=64, vocabulary=segmenter.size, score_hidden=16)
    model = TwoStreamEncoder(arch).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 2:
                parameter.normal_(std=0.3)
    return model


def passage(segmenter: Segmenter) -> Passage:
    pieces = segmenter.pieces(TEXT)
    mention = Mention(13, 28, "type 2 diabetes", "type 2 diabetes", (), "DISO")
    insulin = Mention(42, 49, "insulin", "insulin", (), "CHEM")
    return Passage("1", "bc5cdr", TEXT, pieces, 1, [1 if first else 0 for first in pieces.first], [mention, insulin])


def asked(text: Passage) -> list[tuple[Mention, list[Segment]]]:
    rng = np.random.default_rng(2)
    names = ["diabetes", "Diabetes mellitus type 2", "insulin", "a much longer name of many words", "cell"]
    labels = ["disorder", "", "chemical", "disorder, physiology", "anatomy"]
    segments = [
        Segment(n, n.upper() if i % 2 else "Preferred", label, [float(v) for v in rng.random(len(FEATURES))])
        for i, (n, label) in enumerate(zip(names, labels, strict=True))
    ]
    return [(mention, segments) for mention in text.mentions]


def product(scheme: int8.Scheme, x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """A graph of one product in int8, run."""
    g = onnx_graph.Graph("int8")
    weight = weight.astype(np.float32)
    y = g.linear8(g.codes("x", scheme, "x"), scheme, weight, bias, "y")
    if len(scheme.few):
        y = g.op("Add", y, g.linear_few("x", scheme, weight, "y"))
    values = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["rows", width])
        for name, width in (("x", weight.shape[0]), (y, weight.shape[1]))
    ]
    graph = onnx.helper.make_graph(g.nodes, "product", values[:1], values[1:], g.constants)
    opsets = [onnx.helper.make_opsetid("", onnx_graph.OPSET), onnx.helper.make_opsetid(onnx_graph.MICROSOFT, 1)]
    proto = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=9)
    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0]


def multiplied(model: TwoStreamEncoder, schemes: dict[str, int8.Scheme]) -> dict[str, torch.Tensor]:
    """The weights that an int8 graph multiplies with, as weights of the model."""
    found = {}
    for first, scheme in schemes.items():
        layer, _, part = first.rpartition(".")
        for name in smoothing.SHARED[part]:
            weight = model.state_dict()[f"{layer}.{name}.weight"].numpy().T
            codes, scale = scheme.rounded(weight)
            rows = codes * scale * scheme.inverse()[:, None]
            rows[scheme.few] = weight[scheme.few]
            found[f"{layer}.{name}.weight"] = torch.tensor(rows.T)
    return found


class Together(unittest.TestCase):
    def test_a_team_takes_the_mean_of_its_gradients_and_of_its_clocks(self) -> None:
        torch.set_num_threads(1)
        with TemporaryDirectory() as folder:
            fork = multiprocessing.get_context("fork")
            answers = fork.Queue()

            def work(rank: int) -> None:
                team = Team(rank, 2, Path(folder) / "meeting")
                met, unmet = (torch.nn.Parameter(torch.zeros(2)) for _ in range(2))
                (met * torch.tensor([1.0, 3.0 + rank])).sum().backward()
                if rank:
                    unmet.sum().backward()
                spent = team.average([met, unmet], 10.0 + rank)
                answers.put((met.grad.tolist(), unmet.grad.tolist(), spent))

            team = [fork.Process(target=work, args=(rank,)) for rank in range(2)]
            for process in team:
                process.start()
            found = [answers.get(timeout=60) for _ in team]
            for process in team:
                process.join()
        self.assertEqual(found, [([1.0, 3.5], [0.5, 0.5], 10.5)] * 2)


    def test_the_mean_of_checkpoints_is_that_of_each_weight(self) -> None:
        mean = average.mean([{"w": torch.tensor([1.0, 4.0])}, {"w": torch.tensor([3.0, 0.0])}])
        self.assertEqual(mean["w"].tolist(), [2.0, 2.0])
        with self.assertRaises(ValueError):
            average.mean([{"w": torch.zeros(2)}, {"w": torch.zeros(3)}])


class TwoStream(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.segmenter = Segmenter(FIXTURE / "vocab.txt")
        cls.model = tiny_model(cls.segmenter)
        cls.passage = passage(cls.segmenter)
        folder = TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)

    @torch.no_grad()
    def test_packed_equals_alone_in_any_order(self) -> None:
        text = read(self.model, self.segmenter, self.passage)
        pairs = asked(self.passage)
        packed = score(self.model, self.segmenter, self.passage, text, pairs)
        for (mention, segments), own in zip(pairs, packed, strict=True):
            for i, segment in enumerate(segments):
                alone = score(self.model, self.segmenter, self.passage, text, [(mention, [segment])])[0]
                self.assertLess(abs(float(alone[0] - own[i])), 1e-5)
        backwards = score(self.model, self.segmenter, self.passage, text, pairs[::-1])
        for a, b in zip(packed, backwards[::-1], strict=True):
            self.assertLess(float((a - b).abs().max()), 1e-5)

    @torch.no_grad()
    def test_passages_in_one_batch_are_as_each_alone(self) -> None:
        short = dataclasses.replace(self.passage, text=TEXT[:32], pieces=self.segmenter.pieces(TEXT[:32]), mentions=self.passage.mentions[:1])
        both = [self.passage, short, dataclasses.replace(short, mentions=[])]
        texts = read_all(self.model, self.segmenter, both)
        alone = [read(self.model, self.segmenter, one) for one in both]
        for a, b in zip(texts, alone, strict=True):
            self.assertLess(float((a.logits - b.logits).abs().max()), 1e-5)
        parts = [(one, text, asked(one)) for one, text in zip(both, texts, strict=True)]
        expected = [own for one, text in zip(both, alone, strict=True) for own in score(self.model, self.segmenter, one, text, asked(one))]
        # Two segments to a block, so that a passage has several, of different lengths.
        for a, b in zip(score_all(self.model, self.segmenter, parts, chunk=2), expected, strict=True):
            self.assertLess(float((a - b).abs().max()), 1e-5)

    def test_hidden_pieces_are_the_share_asked_for(self) -> None:
        seen: list[int] = []
        long = dataclasses.replace(self.passage, text=TEXT * 8, pieces=self.segmenter.pieces(TEXT * 8), mentions=[])
        with mock.patch.object(self.model, "encode_texts", side_effect=lambda ids: [seen.extend(i.tolist()) for i in ids] and []):
            read_all(self.model, self.segmenter, [long] * 20, hidden=0.1, rng=random.Random(1))
        share = seen.count(self.segmenter.mask) / len(seen)
        self.assertAlmostEqual(share, 0.1, delta=0.02)

    @torch.no_grad()
    def test_onnx_equals_torch(self) -> None:
        for precision in ("fp32", "fp32-arithmetic"):
            path = self.folder / f"{precision}.onnx"
            onnx_export.write(self.model, path, precision)
            model = self.model if precision == "fp32" else onnx_export.dequantised(self.model)
            encoder = Encoder(path, self.segmenter, model.arch, threads=1)
            ours, theirs = encoder.read(self.passage), read(model, self.segmenter, self.passage)
            self.assertLess(np.abs(ours.states - theirs.states.numpy()).max(), 1e-4)
            self.assertLess(np.abs(ours.logits - theirs.logits.numpy()).max(), 1e-4)
            pairs = asked(self.passage)
            found = encoder.score(self.passage, ours, pairs)
            expected = score(model, self.segmenter, self.passage, theirs, pairs)
            for a, b in zip(found, expected, strict=True):
                self.assertLess(np.abs(a - b.numpy()).max(), 1e-4)

    def schemes(self) -> dict[str, int8.Scheme]:
        return smoothing.schemes(self.model, smoothing.inputs_of_products(self.model, self.segmenter, [self.passage]))

    @torch.no_grad()
    def test_int8_scores_do_not_depend_on_company(self) -> None:
        path = self.folder / "int8.onnx"
        onnx_export.write(self.model, path, "int8", self.schemes())
        encoder = Encoder(path, self.segmenter, self.model.arch, threads=1)
        text, pairs = encoder.read(self.passage), asked(self.passage)
        packed = encoder.score(self.passage, text, pairs)
        backwards = encoder.score(self.passage, text, pairs[::-1])[::-1]
        for (mention, segments), own, turned in zip(pairs, packed, backwards, strict=True):
            self.assertLess(np.abs(own - turned).max(), 1e-5)
            for i, segment in enumerate(segments):
                alone = encoder.score(self.passage, text, [(mention, [segment])])[0]
                self.assertLess(abs(float(alone[0] - own[i])), 1e-5)

    @torch.no_grad()
    def test_int8_is_near_what_it_was_made_from(self) -> None:
        path = self.folder / "near.onnx"
        onnx_export.write(self.model, path, "int8", self.schemes())
        encoder, pairs = Encoder(path, self.segmenter, self.model.arch, threads=1), asked(self.passage)
        ours, theirs = encoder.read(self.passage), read(self.model, self.segmenter, self.passage)
        self.assertLess(np.abs(ours.states - theirs.states.numpy()).mean(), 0.05)
        found = encoder.score(self.passage, ours, pairs)
        expected = score(self.model, self.segmenter, self.passage, theirs, pairs)
        for a, b in zip(found, expected, strict=True):
            # Sums of only 32 channels round coarsely; a wrong scale or channel would be off by far more.
            self.assertLess(np.abs(a - b.numpy()).max(), 0.15 * float(b.abs().max()))

    def test_int8_products_are_exact_on_every_processor(self) -> None:
        rng = np.random.default_rng(3)
        mixed = rng.normal(size=(32, 64)).astype(np.float32)
        # Beyond what was seen, so that all codes are the largest.
        for activations, weight in ((np.full((4, 64), 9, np.float32), np.ones((64, 8))), (mixed, rng.normal(size=(64, 8)))):
            for zero_point in (128, int8.GELU_ZERO_POINT):
                seen = rng.normal(size=(64, 64))
                scheme = int8.Scheme(rng.uniform(0.01, 0.02, 64), zero_point, seen.T @ seen)
                bias = rng.normal(size=8).astype(np.float32)
                found = product(scheme, activations, weight, bias)
                codes, scale = scheme.rounded(weight)
                self.assertLessEqual(np.abs(codes).max(), int8.MULTIPLIED_CODES)
                given = np.rint(activations * scheme.inverse()).clip(-zero_point, 255 - zero_point)
                expected = (given @ codes.astype(np.float64)) * scale + bias
                self.assertLess(np.abs(found - expected).max(), 1e-3 * max(1.0, np.abs(expected).max()))

    def test_channels_left_out_of_the_codes_are_multiplied_in_fp32(self) -> None:
        rng = np.random.default_rng(4)
        x, weight = np.abs(rng.normal(size=(64, 64))), rng.normal(size=(64, 8))
        x[:, 7] *= 40
        scheme = int8.scheme_behind_gelu(int8.Inputs(x.max(0), x.T @ x), weight)
        self.assertIn(7, scheme.few)
        self.assertEqual(scheme.inverse()[7], 0)
        found = product(scheme, x.astype(np.float32), weight, np.zeros(8, np.float32))
        expected = x @ weight
        self.assertLess(np.abs(found - expected).max(), 0.01 * np.abs(expected).max())

    def test_rounding_in_turn_changes_products_less_than_rounding_each_weight(self) -> None:
        rng = np.random.default_rng(6)
        x = rng.normal(size=(512, 8)) @ rng.normal(size=(8, 96)) + 0.1 * rng.normal(size=(512, 96))
        weight = rng.normal(size=(96, 16))
        lost = []
        for codes, scale in (int8.round_in_turn(weight, x.T @ x), int8.quantise(weight, 1, int8.MULTIPLIED_CODES)):
            lost.append(np.square(x @ (weight - codes * scale)).mean())
        self.assertLess(lost[0], lost[1] / 2)

    def test_weights_come_back_from_every_graph(self) -> None:
        rounded, schemes = onnx_export.dequantised(self.model), self.schemes()
        for precision in onnx_graph.PRECISIONS:
            path = self.folder / "back.onnx"
            onnx_export.write(self.model, path, precision, schemes if precision == "int8" else None)
            back = TwoStreamEncoder(self.model.arch)
            onnx_export.read(back, path, whole=True)
            expected = (self.model if precision == "fp32" else rounded).state_dict()
            if precision == "int8":
                expected |= multiplied(self.model, schemes)
            for name, weight in back.state_dict().items():
                self.assertLess(float((weight - expected[name]).abs().max()), 1e-5, f"{precision} {name}")

    def test_weights_are_stored_as_int8(self) -> None:
        graph = onnx_export.build(self.model, "fp32-arithmetic").graph
        stored = {c.name: c.data_type for c in graph.initializer if len(c.dims) == 2 and min(c.dims) > 1}
        self.assertEqual(set(stored.values()), {onnx.TensorProto.INT8})

    def test_bfloat16_gradients_reach_every_trained_weight(self) -> None:
        self.model.zero_grad()
        with fast_products(self.model):
            text = read(self.model, self.segmenter, self.passage)
            loss, words = tag_loss(text, self.passage)
            total = loss / words + sum(
                s.logsumexp(0) for s in score(self.model, self.segmenter, self.passage, text, asked(self.passage))
            )
            total.backward()
        silent = [n for n, p in self.model.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
        # A key's bias moves every logit of a query by the same amount.
        self.assertEqual([n for n in silent if not n.endswith("key.bias")], [])
        self.assertTrue(all(module.rounded is None for module in self.model.modules() if hasattr(module, "rounded")))

    def test_oracle_is_what_the_script_makes(self) -> None:
        tiny.write(self.folder / "tiny", self.folder / "oracle.json")
        ours, kept = (json.loads(p.read_text(encoding="utf-8")) for p in (self.folder / "oracle.json", ORACLE))
        for key in ("text", "ids", "offsets", "wordStarts", "states", "tokenLogits"):
            np.testing.assert_array_almost_equal(ours[key], kept[key], 5) if key in (
                "states",
                "tokenLogits",
            ) else self.assertEqual(ours[key], kept[key])
        for a, b in zip(ours["mentions"], kept["mentions"], strict=True):
            np.testing.assert_array_almost_equal(a["scores"], b["scores"], 5)


class Tagging(unittest.TestCase):
    def test_the_loss_of_the_groups_is_that_of_their_shares(self) -> None:
        segmenter = Segmenter(FIXTURE / "vocab.txt")
        text = passage(segmenter)
        with torch.no_grad():
            seen = read(tiny_model(segmenter), segmenter, text)
            loss = float(group_loss(seen, text))
        shares = [evaluate.group_shares(text, seen.logits.numpy(), m)[m.group] for m in text.mentions]
        self.assertAlmostEqual(loss, -float(np.log(shares).mean()), places=5)

    def test_viterbi_never_begins_inside(self) -> None:
        labels = ["O", "B-X", "I-X", "B-Y", "I-Y"]
        rows = np.log(np.array([[0.4, 0.1, 0.5, 0, 0], [0.1, 0.5, 0.2, 0.1, 0.1], [0.1, 0, 0.3, 0, 0.6]]) + 1e-9)
        self.assertEqual([labels[i] for i in evaluate.viterbi(rows, labels)], ["O", "B-X", "I-X"])

    def test_strict_and_relaxed(self) -> None:
        gold = frozenset({(0, 4, "DISO"), (10, 14, "CHEM")})
        tagged = [Tagged("bc5cdr", "1", gold, ((0, 4, "DISO", 0.9), (9, 14, "CHEM", 0.8), (20, 22, "CHEM", 0.1)))]
        self.assertEqual(
            evaluate.f1(tagged, 0.5), {"precision": 50.0, "recall": 50.0, "strict": 50.0, "relaxed": 100.0}
        )


class Figures(unittest.TestCase):
    def ranked(self) -> list[Ranked]:
        rng = np.random.default_rng(4)
        made = []
        for i in range(400):
            right = int(rng.integers(0, 4))
            scores = rng.normal(0, 1, 4)
            scores[right] += 2
            known = right < 3
            made.append(
                Ranked(
                    "bc5cdr",
                    str(i),
                    [float(3 * s) for s in scores],
                    [right] if known else [],
                    known,
                    right == 0,
                    True,
                    {},
                    [[0.0] * len(FEATURES)] * 3,
                )
            )
        return made

    def test_calibration_lowers_the_error(self) -> None:
        ranked = self.ranked()
        fitted = release.fit(ranked)
        before = release.calibration_error(ranked, release.Calibration())
        after = [release.adjusted(r, fitted) for r in ranked]
        left = release.calibration_error(after, release.Calibration(fitted.temperature, fitted.none_bias))
        self.assertLess(left, before)

    def test_a_cosine_counts_as_much_as_it_says(self) -> None:
        ranker = FeatureScore(len(FEATURES), 2)
        fit = FEATURES.index("contextFit")
        with torch.no_grad():
            for parameter in ranker.parameters():
                parameter.zero_()
            ranker.prior.weight[0, fit] = 4.0
        rng = np.random.default_rng(5)

        def best(truth: float) -> float:
            """Where what is right is drawn by `truth` times the cosine."""
            asked = []
            for _ in range(1500):
                facts = torch.zeros(4, len(FEATURES))
                facts[:, fit] = torch.tensor(rng.uniform(-1, 1, 4), dtype=torch.float32)
                shares = (4 * truth * facts[:, fit]).softmax(0).numpy().astype(float)
                drawn = rng.choice(4, p=shares / shares.sum())
                asked.append(release.Considered(facts, torch.arange(4) == drawn))
            return release.best_trust(ranker, asked)

        self.assertEqual([best(1.0), best(1.5), best(3.0)], [1.0, 1.5, 2.0])

    def test_folded_weights_give_the_adjusted_scores(self) -> None:
        segmenter = Segmenter(FIXTURE / "vocab.txt")
        model, text = tiny_model(segmenter), passage(segmenter)
        pairs = asked(text)
        calibration = release.Calibration(1.0, 0.0, 0.5, tuple(0.1 * i for i in range(len(FEATURES))))
        with torch.no_grad():
            before = score(model, segmenter, text, read(model, segmenter, text), pairs)
            release.fold(model, calibration)
            after = score(model, segmenter, text, read(model, segmenter, text), pairs)
        for (_, segments), old, new in zip(pairs, before, after, strict=True):
            facts = [s.features for s in segments]
            made = Ranked("bc5cdr", "1", old.tolist(), [], True, True, True, {}, facts)
            np.testing.assert_array_almost_equal(release.adjusted(made, calibration).scores, new.numpy(), 4)

    def test_difference_has_its_interval(self) -> None:
        found = evaluate.difference(self.ranked())
        self.assertLess(found["low"], found["difference"])
        self.assertGreater(found["high"], found["difference"])
        self.assertEqual(found["n"], 400)

    def test_heads_of_the_fixture_are_the_contract(self) -> None:
        manifest = json.loads((FIXTURE / "manifest.json").read_text(encoding="utf-8"))
        self.assertEqual((manifest["heads"], manifest["features"]), (list(HEADS), list(tiny.NAMES)))


class Names(unittest.TestCase):
    def test_cuts_the_longest_piece_first_and_leaves_out_what_no_piece_has(self) -> None:
        cutter = name_encoder.Cutter(["hyp", "h", "##o", "##tens", "##ion", "low"])
        self.assertEqual(cutter.name("hypotension low"), [0, 2, 3, 4, 5])
        self.assertEqual(cutter.name("hxo"), [1, 2])
        self.assertEqual(cutter.name(" ".join(["low"] * 20)), [5] * name_encoder.MAX_WORDS)

    def test_learns_that_synonyms_are_near_whatever_their_words(self) -> None:
        torch.manual_seed(0)
        random.seed(0)
        words = [f"{a}{b}" for a in "abcdef" for b in "uvwxyz"]
        names = [(i // 2, word) for i, word in enumerate(words)]
        cutter = name_encoder.Cutter(words)
        bags = name_encoder.Bags.of([cutter.name(name) for _, name in names])
        plan = name_encoder.Plan(dims=16, steps=200, batch=32, rate=0.03)
        vectors = bags.all(name_encoder.train(names, bags, len(words), plan))
        best = (vectors @ vectors.T).fill_diagonal_(-1).argmax(1)
        self.assertGreater(float((best == torch.arange(len(words)) ^ 1).float().mean()), 0.9)

    def test_what_is_left_of_a_cell_is_small(self) -> None:
        torch.manual_seed(0)
        vectors = torch.nn.functional.normalize(torch.randn(800, 8), dim=1)
        groups, cells, points = name_encoder.fit_cells(vectors, name_encoder.Plan(dims=8, groups=4, cells_per_group=4))
        self.assertEqual((groups.shape, cells.shape, points.shape), ((4, 8), (16, 8), (2, name_encoder.LEVELS, 4)))
        own = cells[name_encoder.nearest_of(vectors, cells)]
        self.assertLess(float((vectors - own).norm(dim=1).mean()), 0.8)

    def test_new_features_count_for_nothing_yet(self) -> None:
        arch = Architecture()
        wide = TwoStreamEncoder(arch).score
        state = {f"score.{name}": value for name, value in wide.state_dict().items()}
        narrow = {name: value[:, :-2] if name.split(".")[1] in ("prior", "facts", "hidden") and value.ndim == 2 else value for name, value in state.items()}
        back = widened(narrow, arch)
        self.assertEqual({name: value.shape for name, value in back.items()}, {name: value.shape for name, value in state.items()})
        self.assertEqual(float(back["score.prior.weight"][:, -2:].abs().sum()), 0.0)


if __name__ == "__main__":
    unittest.main()
