"""How the GLiNER model begins. Needs the packages of the extra `gliner` and the linker's model; no data and no training."""

from __future__ import annotations

import random
import unittest
from pathlib import Path

import torch

from conceptlens_recipe import gliner_train, onnx_export
from conceptlens_recipe.contract import Architecture
from conceptlens_recipe.gliner_data import Example, LabelSet, Span
from conceptlens_recipe.gliner_model import FIRST_PROBABILITY, Labels, new_model, read_words, score
from conceptlens_recipe.gliner_train import Plan, Question
from conceptlens_recipe.model import TwoStreamEncoder, minilm_vocabulary
from conceptlens_recipe.segments import Segmenter

LINKER = Path(__file__).resolve().parents[3] / "linker"
WORDS = ("Cells", "of", "type", "2", "diabetes", "secrete", "insulin", ".")
PLAN = Plan(drawn=1.0, drawn_alike=1.0)


class Beginning(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.model = new_model(PLAN.max_width, 1, LINKER).eval()
        cls.example = Example(WORDS, (Span(2, 4, frozenset({"disease"}), groups=frozenset({"DISO"})),), None)

    def test_texts_are_read_as_the_linker_reads_them(self) -> None:
        linker = TwoStreamEncoder(Architecture()).eval()
        onnx_export.read(linker, LINKER / "encoder.onnx", whole=True)
        segmenter = Segmenter(minilm_vocabulary())
        pieces = segmenter.pieces(" ".join(WORDS))
        with torch.no_grad():
            states, _ = linker.encode_text(torch.tensor(segmenter.text(pieces, 512)))
            words = read_words(self.model, [self.example])[0]
        first = [1 + at for at, begins in enumerate(pieces.first) if begins]
        torch.testing.assert_close(words, states[first], atol=1e-4, rtol=1e-4)

    def test_labels_keep_their_places_and_nothing_is_likely(self) -> None:
        embed = Labels(self.model)
        labels = embed(["disease", "hormone", "kind of cloud"])
        with torch.no_grad():
            projected = self.model.model.prompt_rep_layer(labels)
            both = torch.stack([torch.nn.functional.normalize(x - x.mean(0), dim=-1) for x in (labels, projected)])
            logits = score(self.model, read_words(self.model, [self.example]), [[(0, 0)] * PLAN.max_width], labels)
        alike = both @ both.transpose(1, 2)
        torch.testing.assert_close(alike[1], alike[0], atol=0.05, rtol=0)
        self.assertLess(float(logits.sigmoid().max()), 5 * FIRST_PROBABILITY)

    def test_what_is_not_known_weighs_nothing(self) -> None:
        labels = LabelSet(("disease", "hormone", "injury"), {"injury": frozenset({"DISO"})})
        question = Question.of([self.example], labels.pool, labels, PLAN, random.Random(1))
        at = question.spans[0].index((2, 4))
        self.assertEqual(question.wanted[0, at].tolist(), [1.0, 0.0, 0.0])
        self.assertEqual(question.weights[0, at].tolist(), [1.0, 1.0, 0.0])
        self.assertEqual(float(question.wanted.sum()), 1.0)
        self.assertEqual(len(question.spans[0]) % PLAN.max_width, 0)

    def test_a_right_model_has_less_loss(self) -> None:
        labels = LabelSet(("disease", "hormone"), {})
        question = Question.of([self.example], labels.pool, labels, PLAN, random.Random(1))
        right, wrong = (20 * question.wanted - 10) * 1.0, (10 - 20 * question.wanted) * 1.0
        losses = [float(gliner_train.loss_of(logits, question, gamma=1.0)) for logits in (right, wrong)]
        self.assertLess(losses[0], 0.01)
        self.assertGreater(losses[1], 10)


if __name__ == "__main__":
    unittest.main()
