"""Dense cross-encoders as they are trained. Needs the packages of the extra `model`; no data."""

from __future__ import annotations

import hashlib
import json
import unittest
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnxruntime
import torch

from conceptlens_recipe import dense_export
from conceptlens_recipe.dense_data import Choice, Choices, Ranking
from conceptlens_recipe.dense_model import DenseRanker
from conceptlens_recipe.dense_pack import MentionToRank, Pack, PassageToRank, Special, pack
from conceptlens_recipe.dense_train import WAYS, Material, Plan, loss_of, measured, new_model, optimiser, train
from conceptlens_recipe.model import fast_products, minilm_vocabulary
from conceptlens_recipe.passages import Mention, Passage, sentences
from conceptlens_recipe.segments import Segmenter

ROOT = Path(__file__).resolve().parents[4]
TEXT = "Insulin lowers blood sugar. Cells of type 2 diabetes fail in mice. Metformin helps some."
PAIRS = {"Insulin": ("human insulin", "insulin"), "type 2 diabetes": ("diabetes mellitus type 2", "diabetes", "mouse")}


def ranking(segmenter: Segmenter) -> Ranking:
    starts = {text: TEXT.index(text) for text in PAIRS}
    mentions = tuple(MentionToRank(at, at + len(text), text, PAIRS[text]) for text, at in starts.items())
    passage = PassageToRank(TEXT, tuple(sentences(TEXT, 0, len(TEXT))), mentions)
    read = Passage("1", "bc5cdr", TEXT, segmenter.pieces(TEXT), 1, [], [])
    return Ranking((read,), (passage,), ((frozenset({1}), frozenset({0})),))


def document(segmenter: Segmenter) -> Choices:
    question = ranking(segmenter)
    (read,), (passage,), (right,) = question.read, question.passages, question.right
    choices = [
        Choice(Mention(m.start, m.end, m.text, m.text, ("C1",), None), m.names, names, m.names[min(names)])
        for m, names in zip(passage.mentions, right, strict=True)
    ]
    return [(read, tuple(choices))]


class Oracle(unittest.TestCase):
    def test_packs_are_those_of_the_product(self) -> None:
        oracle = json.loads((ROOT / "test" / "oracle" / "packs.json").read_text(encoding="utf-8"))
        segmenter = Segmenter(ROOT / "test" / "fixtures" / "tiny-dense" / "vocab.txt")
        special = Special(segmenter.cls, segmenter.sep, segmenter.mask)
        ids_of = lambda text: segmenter.tokenizer.encode(text, add_special_tokens=False).ids  # noqa: E731
        for document in oracle["documents"]:
            passages = [_passage(one) for one in document["passages"]]
            for want in document["packed"]:
                packs = pack(passages, want["mode"], ids_of, special, want["window"], want["context"])
                self.assertEqual(_digest(packs), want["sha256"], (document["pmid"], want["mode"], want["window"]))


def _passage(written: dict) -> PassageToRank:
    mentions = tuple(MentionToRank(*m["span"], m["text"], tuple(m["names"])) for m in written["mentions"])
    return PassageToRank(written["text"], tuple(map(tuple, written["sentences"])), mentions)


def _digest(packs: Sequence[Pack]) -> str:
    plain = [[one.ids, [[at, *place] for at, place in one.masks]] for one in packs]
    return hashlib.sha256(json.dumps(plain, separators=(",", ":")).encode()).hexdigest()


class Training(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.segmenter = Segmenter(minilm_vocabulary())

    def test_every_way_learns_which_name_is_right(self) -> None:
        question = ranking(self.segmenter)
        for way in WAYS:
            torch.manual_seed(2)
            model = new_model(way, self.segmenter)
            optimizer, losses = optimiser(model, Plan()), []
            for group in optimizer.param_groups:
                group["lr"] = group["rate"]
            for _ in range(8):
                with fast_products(model):
                    loss = loss_of(model.score(question), question)
                    loss.backward()
                optimizer.step()
                optimizer.zero_grad()
                losses.append(loss.item())
            self.assertLess(losses[-1], losses[0] / 2, way)
            self.assertEqual(measured(model, [question]), 100.0, way)

    def test_packings_share_what_they_read_pair_by_pair(self) -> None:
        material = Material([document(self.segmenter)], [document(self.segmenter)], {}, self.segmenter)
        with TemporaryDirectory() as folder:
            kept = Path(folder) / "pairs-first.pt"
            _, first = train("passage", material, 0.05, Plan(), kept)
            begun = torch.load(kept, weights_only=True)["progress"]
            model, second = train("mention", material, 0.05, Plan(), kept)
        self.assertEqual(model.mode, "mention")
        self.assertGreaterEqual(begun["spent"], 0.4 * 3)
        for how in (first, second):
            self.assertEqual(how["secondsPairByPair"], round(begun["spent"], 1))
            self.assertGreater(how["steps"], begun["step"])

    def test_scores_stand_by_mention_whatever_the_order_of_reading(self) -> None:
        torch.manual_seed(3)
        model, question = DenseRanker(self.segmenter, "pair"), ranking(self.segmenter)
        with torch.no_grad():
            together = model.score(question)
            for pack_of, score in zip(model.packs(question), torch.cat(together), strict=True):
                states = model.states(torch.tensor([pack_of.ids]), torch.ones(1, len(pack_of.ids)))
                self.assertAlmostEqual(float(model.head(states[0, pack_of.masks[0][0]])), float(score), places=4)

    def test_the_exported_graph_gives_the_same_scores(self) -> None:
        torch.manual_seed(4)
        model, question = DenseRanker(self.segmenter, "passage"), ranking(self.segmenter)
        (only,) = model.packs(question)
        with TemporaryDirectory() as folder:
            dense_export.write_ranker(model, Path(folder))
            session = onnxruntime.InferenceSession(Path(folder) / "model.onnx", providers=["CPUExecutionProvider"])
            fed = {"input_ids": np.array([only.ids]), "attention_mask": np.ones((1, len(only.ids)), np.int64)}
            (logits,) = session.run(None, fed)
        with torch.no_grad():
            expected = torch.cat(model.score(question)).numpy()
        np.testing.assert_allclose(logits[0, [at for at, _ in only.masks], 0], expected, atol=1e-4)


if __name__ == "__main__":
    unittest.main()
