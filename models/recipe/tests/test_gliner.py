"""Training texts and figures of the GLiNER model. Needs no data and no package."""

from __future__ import annotations

import random
import unittest

from conceptlens_recipe import gliner_data, gliner_figures
from conceptlens_recipe.corpora import Annotation, Document
from conceptlens_recipe.gliner_data import Example, LabelSet, Span, TypeNames

TEXT = "Salt and yeast. The HeLa cells of an old man took salt-rich broth."


def document(corpus: str, *rows: tuple[str, str, str]) -> Document:
    found = [(TEXT.index(text), text, kind, identifier) for text, kind, identifier in rows]
    return Document("1", corpus, "Salt and yeast.", TEXT, tuple(Annotation(s, s + len(t), t, k, i) for s, t, k, i in found))


class Examples(unittest.TestCase):
    names = TypeNames({"T025": ("cell", "ANAT"), "T196": ("element", "CHEM")}, {"UMLS:C1": frozenset({"mineral", "plant food"})})

    def test_labels_are_types_groups_and_what_stands_above(self) -> None:
        (first, _) = gliner_data.examples([document("medmentions-full", ("Salt", "T196", "UMLS:C1"))], self.names, 8)
        self.assertEqual(first.words, ("Salt", "and", "yeast", "."))
        labels = frozenset({"element", "chemical or drug", "chemical element", "ion", "mineral"})
        self.assertEqual(first.spans, (Span(0, 0, labels, False, frozenset({"CHEM"})),))
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
        labels = gliner_data.ask([first], LabelSet(("gene",), {}), random.Random(1))
        self.assertTrue({"chemical", "disease", "gene"} <= set(labels))

    def test_what_does_not_begin_and_end_with_a_word_is_left_out_and_counts_as_missed(self) -> None:
        one = document("medmentions-full", ("rich", "T196", "UMLS:C1"))
        (_, second) = gliner_data.examples([one], self.names, 8)
        self.assertEqual(second.spans, ())
        (_, (_, gold)) = gliner_data.gold_passages([one], {"element": ("T196",)}, 8)
        self.assertEqual(gold["element"], {(-1, 0)})

    def test_what_a_mention_does_not_have_is_known_where_its_corpus_or_its_group_says_so(self) -> None:
        salt = Span(0, 0, frozenset({"element", "mineral"}), groups=frozenset({"CHEM"}))
        cell = Span(2, 2, frozenset({"tissue", "epithelium"}), groups=frozenset({"ANAT"}))
        found = [Example(("Salt", "and", "skin"), (salt, cell, Span(1, 1, frozenset({"idea"}), True)), None)]
        labels = LabelSet.of(found, frozenset({"element", "tissue"}))
        self.assertEqual(set(labels.pool), {"element", "mineral", "tissue", "epithelium"})
        known = {label: (labels.is_known(salt, label), labels.is_known(cell, label)) for label in labels.pool}
        # Salt may be no epithelium; an epithelium's other names in anatomy are not known, its type is.
        self.assertEqual(known["epithelium"], (True, True))
        other = Span(2, 2, frozenset({"tissue"}), groups=frozenset({"ANAT"}))
        self.assertFalse(labels.is_known(other, "epithelium"))
        self.assertTrue(labels.is_known(other, "element"))
        self.assertFalse(labels.is_known(found[0].spans[2], "element"))

    def test_no_paraphrase_names_a_held_out_type(self) -> None:
        for type_of, names in gliner_data.PARAPHRASES.items():
            self.assertNotIn(type_of, {tui for tuis in gliner_data.HELD_OUT.values() for tui in tuis})
            self.assertFalse([name for name in names if gliner_data.is_held_out(name)])


class Figures(unittest.TestCase):
    gold = {"cell": {(0, 1)}, "plant": {(4, 4), (-1, 3)}}

    def test_of_overlapping_spans_the_more_probable_one_counts(self) -> None:
        found = [(0.9, (0, 1), "cell"), (0.8, (1, 1), "plant"), (0.7, (4, 4), "plant"), (0.2, (6, 6), "cell")]
        self.assertEqual([span for _, span, _ in gliner_figures.flat(found, 0.5)], [(0, 1), (4, 4)])
        figures = gliner_figures.figures([(found, self.gold)], ["cell", "plant"], 0.5)
        self.assertEqual((figures["precision"], figures["recall"], figures["f1"]), (1.0, 0.6667, 0.8))

    def test_relaxed_takes_a_span_that_touches_the_mention(self) -> None:
        figures = gliner_figures.figures([([(0.9, (1, 2), "cell")], {"cell": {(0, 1)}})], ["cell"], 0.5)
        self.assertEqual((figures["f1"], figures["relaxed"]), (0.0, 1.0))


if __name__ == "__main__":
    unittest.main()
