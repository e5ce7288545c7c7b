"""Training texts of the GLiNER model. Needs no data and not gliner itself."""

from __future__ import annotations

import random
import unittest

from conceptlens_recipe import gliner_data
from conceptlens_recipe.corpora import Annotation, Document
from conceptlens_recipe.gliner_data import Example, Span, TypeNames

TEXT = "Salt and yeast. The HeLa cells of an old man took salt-rich broth."


def document(corpus: str, *rows: tuple[str, str, str]) -> Document:
    found = [(TEXT.index(text), text, kind, identifier) for text, kind, identifier in rows]
    return Document("1", corpus, "Salt and yeast.", TEXT, tuple(Annotation(s, s + len(t), t, k, i) for s, t, k, i in found))


class Examples(unittest.TestCase):
    names = TypeNames({"T025": ("cell", "ANAT"), "T196": ("element", "CHEM")}, {"UMLS:C1": frozenset({"mineral", "plant food"})})

    def test_labels_are_types_groups_and_what_stands_above(self) -> None:
        (first, _) = gliner_data.examples([document("medmentions-full", ("Salt", "T196", "UMLS:C1"))], self.names, 8)
        self.assertEqual(first.words, ("Salt", "and", "yeast", "."))
        self.assertEqual(first.spans, (Span(0, 0, frozenset({"element", "chemical or drug", "mineral"})),))
        self.assertIsNone(first.asked)

    def test_held_out_types_teach_nothing(self) -> None:
        (_, second) = gliner_data.examples([document("medmentions-full", ("HeLa cells", "T025", "UMLS:C2"))], self.names, 8)
        self.assertTrue(second.spans[0].is_masked)
        for label in gliner_data.HELD_OUT:
            self.assertTrue(gliner_data.is_held_out(label), label)

    def test_an_entity_corpus_says_which_labels_may_be_asked_in_vain(self) -> None:
        (first, _) = gliner_data.examples([document("bc5cdr", ("Salt", "Chemical", "-1"))], self.names, 8)
        self.assertIn("disease", first.asked)
        self.assertNotIn("gene", first.asked)
        labels = gliner_data.ask(first, ["gene"], random.Random(1))
        self.assertTrue({"chemical", "disease"} <= set(labels))
        self.assertNotIn("gene", labels)

    def test_what_does_not_begin_and_end_with_a_word_is_left_out_and_counts_as_missed(self) -> None:
        one = document("medmentions-full", ("rich", "T196", "UMLS:C1"))
        (_, second) = gliner_data.examples([one], self.names, 8)
        self.assertEqual(second.spans, ())
        (_, (_, gold)) = gliner_data.gold_passages([one], {"element": ("T196",)}, 8)
        self.assertEqual(gold["element"], {(-1, 0)})

    def test_labels_to_ask_in_vain_are_not_those_that_a_passage_has(self) -> None:
        example = Example(("Salt",), (Span(0, 0, frozenset({"mineral"})),), None)
        asked = gliner_data.ask(example, ["mineral", "element"], random.Random(1))
        self.assertEqual(asked, ["mineral", "element"])


if __name__ == "__main__":
    unittest.main()
