"""From documents to training examples: abbreviations, passages, tags, the fused list and what is drawn from it."""

from __future__ import annotations

import gzip
import math
import random
import re
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from conceptlens_recipe import contract
from conceptlens_recipe.abbreviations import abbreviations
from conceptlens_recipe.candidates import Entry, KnowledgeBaseTable, Votes, features, fold, fuse, type_label, votes
from conceptlens_recipe.corpora import Annotation, Document
from conceptlens_recipe.passages import ENTITY_TYPES, Mention, Passage, cut, entity_group, label, longest, passages
from conceptlens_recipe.pieces import Pieces
from conceptlens_recipe.sampling import Recipe, Sampler, View


class Words:
    """One piece per word or mark."""

    def pieces(self, text: str) -> Pieces:
        found = list(re.finditer(r"\w+|[^\w\s]", text))
        return Pieces([7] * len(found), [m.start() for m in found], [m.end() for m in found], [True] * len(found))


class Contract(unittest.TestCase):
    def test_heads_fill_the_columns_before_none(self) -> None:
        at = 0
        for head in contract.HEADS:
            self.assertEqual(head["offset"], at)
            self.assertEqual(head["labels"][0], "O")
            at += len(head["labels"])
        self.assertEqual((contract.NONE_OFFSET, contract.TOKEN_LOGITS), (at, at + 1))


class Abbreviations(unittest.TestCase):
    def test_finds_the_long_form(self) -> None:
        text = "Patients with chronic kidney disease (CKD) took tumor necrosis factor-alpha (TNF-α) and rest (see Fig)."
        self.assertEqual(abbreviations(text), {"CKD": "chronic kidney disease"})

    def test_first_definition_wins_and_numbers_are_no_abbreviations(self) -> None:
        text = "heart failure (HF) in half (50) of hay fever (HF)"
        self.assertEqual(abbreviations(text), {"HF": "heart failure"})


class Cutting(unittest.TestCase):
    def test_pieces_of_text_are_short_and_leave_nothing_out(self) -> None:
        rng = random.Random(3)
        for _ in range(50):
            words = ["word"[: rng.randint(1, 4)] + rng.choice(["", "", ".", ". A"]) for _ in range(rng.randint(1, 400))]
            text = " ".join(words)
            spans = list(cut(text, 0, len(text), 100))
            self.assertEqual("".join(text[s:e] for s, e in spans), text)
            self.assertTrue(all(0 < e - s <= 100 for s, e in spans))

    def test_does_not_cut_after_an_abbreviation(self) -> None:
        text = "It was shown by Li et al. Nature of it. Then more."
        self.assertEqual([text[s:e] for s, e in cut(text, 0, len(text), 45)], [text[:40], text[40:]])


class Tags(unittest.TestCase):
    text = "aspirin causes liver failure"

    def tags(self, corpus: str, head: int, annotated: list[tuple[Annotation, str | None]]) -> list[int]:
        return label(corpus, head, Words().pieces(self.text), annotated, 0)

    def test_complete_corpus(self) -> None:
        labels = contract.HEADS[1]["labels"]
        chemical = Annotation(0, 7, "aspirin", "Chemical", "D1")
        disease = Annotation(15, 28, "liver failure", "Disease", "D2")
        tags = self.tags("biored", 1, [(chemical, "CHEM"), (disease, "DISO")])
        named = [[labels[i] for i in range(len(labels)) if tag >> i & 1] for tag in tags]
        self.assertEqual(named, [["B-CHEM"], ["O"], ["B-DISO"], ["I-DISO"]])

    def test_groups_that_a_corpus_does_not_mark_are_unknown_outside(self) -> None:
        labels = contract.HEADS[1]["labels"]
        allowed = self.tags("ncbi-disease", 1, [])[0]
        named = {labels[i] for i in range(len(labels)) if allowed >> i & 1}
        self.assertEqual(named, set(labels) - {"B-DISO", "I-DISO"})

    def test_of_a_corpus_that_leaves_some_out_only_what_it_marks_is_learned(self) -> None:
        labels = contract.HEADS[1]["labels"]
        species = Annotation(0, 7, "aspirin", "Species", "9606")
        marked, unmarked, *_ = self.tags("linnaeus", 1, [(species, entity_group("linnaeus")(species))])
        self.assertEqual((marked, unmarked), (1 << labels.index("B-LIVB"), (1 << len(labels)) - 1))

    def test_a_corpus_without_types_has_one_group(self) -> None:
        chemical = Annotation(0, 7, "aspirin", "", "D1")
        self.assertEqual(entity_group("belink-nlm-chemical")(chemical), "CHEM")
        self.assertIsNone(entity_group("bc5cdr")(chemical))

    def test_annotation_of_unknown_group_may_have_any(self) -> None:
        tag = self.tags("medmentions-sentences", 0, [(Annotation(0, 7, "aspirin", "", "C1"), None)])[0]
        labels = contract.HEADS[0]["labels"]
        named = {labels[i][0] for i in range(len(labels)) if tag >> i & 1}
        self.assertEqual((named, tag.bit_count()), ({"B"}, len(contract.CONCEPT_GROUPS)))

    def test_longest_of_overlapping_annotations(self) -> None:
        short, long = Annotation(0, 4, "lung", "", "a"), Annotation(0, 11, "lung cancer", "", "b")
        self.assertEqual(longest([short, long]), [long])

    def test_passages_hold_the_mentions_at_their_place(self) -> None:
        annotations = (
            Annotation(7, 18, "lung cancer", "Disease", "D008175"),
            Annotation(20, 22, "LC", "Disease", "D008175"),
            Annotation(24, 26, "LC", "Disease", "-1"),
        )
        document = Document("1", "bc5cdr", "Beyond lung cancer (LC)", "Beyond lung cancer (LC) LC kills.", annotations)
        made = list(passages([document], Words(), lambda a: ENTITY_TYPES.get(a.type)))
        self.assertEqual([p.text for p in made], ["Beyond lung cancer (LC)", " LC kills."])
        mentions = [(p.text[m.start : m.end], m.lookup, m.gold) for p in made for m in p.mentions]
        gold = ("MESH:D008175",)
        expected = [("lung cancer", "lung cancer", gold), ("LC", "lung cancer", gold), ("LC", "lung cancer", ())]
        self.assertEqual(mentions, expected)


COLD = Entry(
    "UMLS:C1",
    "Common Cold",
    ("DISO",),
    True,
    5,
    (("cold", "observed", 2, 1.0, 1.0), ("Common Cold", "preferred", 3, 0.6, 0.8)),
)
LOW = Entry("UMLS:C2", "Cold Temperature", ("PHEN",), True, 9, (("Cold", "synonym", 4, 1.0, 1.0),))
COPD = Entry("UMLS:C3", "COLD antigen", (), False, 0, (("cold antigen", "preferred", 0, 0.7, 0.4),))


class FusedList(unittest.TestCase):
    def test_exact_by_count_then_similar(self) -> None:
        fused = fuse("cold", [COPD, COLD, LOW])
        self.assertEqual(
            [(c.id, c.name, c.name_count) for c in fused],
            [("UMLS:C2", "Cold", 4), ("UMLS:C1", "cold", 2), ("UMLS:C3", "cold antigen", 0)],
        )

    def test_a_document_does_not_vouch_for_itself(self) -> None:
        own = votes({("C1", "cold"): {"9": 2}, ("C2", "Cold"): {"9": 3, "10": 1}})
        fused = fuse("cold", [COLD, LOW], own["9"])
        self.assertEqual(
            [(c.id, c.exact, c.name_count, c.concept_count) for c in fused],
            [("UMLS:C2", True, 1, 6), ("UMLS:C1", False, 3, 3)],
        )
        self.assertEqual(own["10"], Votes({("UMLS:C2", "Cold"): 1}, {"UMLS:C2": 1}))

    def test_without_counts_no_observed_name_is_left(self) -> None:
        fused = fuse("cold", [COLD, LOW], counts=False)
        self.assertEqual(
            [(c.id, c.name, c.name_count) for c in fused], [("UMLS:C2", "Cold", 0), ("UMLS:C1", "Common Cold", 0)]
        )

    def test_without_the_text_as_a_name_what_is_alike_is_left(self) -> None:
        spelled = Entry("UMLS:C5", "Colds", (), False, 0, (("Colds", "preferred", 0, 0.9, 0.9),))
        fused = fuse("cold", [COPD, spelled, COLD, LOW], named=False)
        self.assertEqual(
            [(c.id, c.name, c.exact) for c in fused], [("UMLS:C1", "Common Cold", False), ("UMLS:C3", "cold antigen", False)]
        )

    def test_letters_and_meaning_together_order_what_is_not_exact(self) -> None:
        alike = Entry("UMLS:C4", "Chill", (), False, 0, (("chill", "preferred", 0, 0.0, 0.9), ("colds", "synonym", 0, 0.8, 0.2)))
        fused = fuse("cold", [alike, COPD])
        self.assertEqual(
            [(c.id, c.name, c.lexical, c.dense) for c in fused],
            [("UMLS:C3", "cold antigen", 0.7, 0.4), ("UMLS:C4", "colds", 0.8, 0.2)],
        )

    def test_names_that_only_text_has_are_told_from_those_of_a_vocabulary(self) -> None:
        found = {c.id: c for c in fuse("cold", [COLD, LOW])}
        self.assertEqual([found[e.id].matches for e in (COLD, LOW)], [2, 1])
        self.assertAlmostEqual(found[COLD.id].official, 0.6 + 0.7 * 0.8)
        self.assertAlmostEqual(found[LOW.id].official, 1.7)
        only = Entry("UMLS:C9", "Cold", (), True, 3, (("cold", "observed", 3, 1.0, 1.0),))
        [one] = fuse("cold", [only])
        self.assertEqual((one.matches, one.official), (1, 0.0))

    def test_features_in_the_manifest_order(self) -> None:
        fused = fuse("cold", [COPD, COLD, LOW])
        found = dict(zip(contract.FEATURES, features("cold", True, {"DISO": 1.0}, fused, 1), strict=True))
        self.assertAlmostEqual(found["nameShare"], 2 / 7)
        self.assertAlmostEqual(found["logNameCount"], 0.2197, 4)
        self.assertAlmostEqual(found["logConceptCount"], 0.2240, 4)
        expected = {
            "lexicalScore": 1,
            "exact": 1,
            "caseExact": 1,
            "isPreferred": 0,
            "expanded": 1,
            "reciprocalRank": 0.5,
            "typeMatch": 1,
            "denseScore": 1,
            "denseGap": 0,
        }
        self.assertEqual({k: found[k] for k in expected}, expected)
        self.assertAlmostEqual(found["logMatches"], math.log1p(fused[1].matches) / 3)
        match = contract.FEATURES.index("typeMatch")
        self.assertEqual(features("cold", False, {"DISO": 1.0}, fused, 2)[match], 0.5)
        self.assertEqual(features("cold", False, None, fused, 1)[match], 0.5)

    def test_how_well_a_mention_stands_where_concepts_do(self) -> None:
        fused = fuse("cold", (COLD, LOW))
        fits = {fused[0].id: (0.25, 3)}
        names = contract.FEATURES.index("contextFit"), contract.FEATURES.index("contextKnown"), contract.FEATURES.index("contextCount")
        for rank, expected in ((0, [0.25, 1.0, math.log(4) / 8]), (1, [0.0, 0.0, 0.0])):
            values = features("cold", False, None, fused, rank, fits.get)
            self.assertEqual([values[at] for at in names], expected)
        self.assertEqual(features("cold", False, None, fused, 0)[-3:], [0.0, 0.0, 0.0])

    def test_folds_like_the_product(self) -> None:
        self.assertEqual(fold("TGF-β1"), "tgf beta1")
        self.assertEqual(fold("Sjögren’s  Syndrome"), "sjogren s syndrome")
        self.assertEqual(type_label(("DISO", "PHYS")), "disorder, physiology")


class Drawing(unittest.TestCase):
    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "table.tsv.gz"
        with gzip.open(path, "wt", encoding="utf-8") as out:
            out.write("#conceptlens-kb\t1\t{}\n")
            for i, (name, xref) in enumerate(
                [("Common Cold", "MESH:D1"), ("Cold Temperature", ""), ("COLD antigen", "")]
            ):
                out.write(f"C\tUMLS:C{i + 1}\t\tDISO\t\t{xref}\nN\tpreferred\tMSH\t0\t{name}\n")
        self.table = KnowledgeBaseTable(path)

    def draw(self, gold: tuple[str, ...], recipe: Recipe, times: int = 30) -> list[tuple[str, str]]:
        mention = Mention(0, 4, "cold", "cold", gold, "DISO")
        passage = Passage("1", "bc5cdr", "cold", Words().pieces("cold"), 1, [0], [mention])
        sampler = Sampler({"cold": (COLD, LOW, COPD)}, {}, self.table, recipe)
        rng = random.Random(1)
        drawn = []
        for _ in range(times):
            for example in sampler.examples(passage, rng):
                names = [s.preferred for s in example.segments]
                self.assertTrue(all(len(s.features) == len(contract.FEATURES) for s in example.segments))
                drawn.append((*names, "none")[example.target])
        return drawn

    def test_the_right_candidate_is_the_target_through_cross_references(self) -> None:
        recipe = Recipe(drop_gold=0, without_preferred=0)
        self.assertEqual(set(self.draw(("MESH:D1",), recipe)), {"Common Cold"})

    def test_none_when_the_concept_is_unknown_or_taken_away(self) -> None:
        self.assertEqual(set(self.draw(("UMLS:C9",), Recipe())), {"none"})
        self.assertEqual(set(self.draw(("MESH:D1",), Recipe(drop_gold=1))), {"none"})

    def test_nothing_is_learnt_where_a_name_of_another_vocabulary_fits(self) -> None:
        self.assertEqual(self.draw((), Recipe()), [])
        self.assertEqual(self.draw(("MESH:D9",), Recipe()), [])

    def test_now_and_then_the_text_is_nobodys_name(self) -> None:
        recipe = Recipe(without_name=1, drop_gold=0, without_preferred=0, add_gold=0)
        self.assertEqual(set(self.draw(("UMLS:C1",), recipe)), {"Common Cold"})
        self.assertEqual(set(self.draw(("UMLS:C2",), recipe)), {"none"})

    def test_sees_groups_and_candidates_as_the_product_does(self) -> None:
        mention = Mention(0, 4, "cold", "cold", ("UMLS:C1",), "DISO")
        passage = Passage("1", "bc5cdr", "cold", Words().pieces("cold"), 1, [0], [mention])
        sampler = Sampler({"cold": (COLD, LOW, COPD)}, {}, self.table, Recipe(as_product=1, drop_gold=0, without_counts=0, without_name=0))
        fused = sampler.fused(passage, mention)
        asked: list[list[list[float]]] = []

        def shortlist(facts: list[list[float]]) -> list[int]:
            asked.append(facts)
            return [2]

        shares = {"DISO": 0.25, "PHEN": 0.75}
        [example] = sampler.examples(passage, random.Random(1), View(lambda _: shares, shortlist))
        every = [features("cold", False, shares, fused, rank) for rank in range(3)]
        self.assertEqual(asked, [every])
        right = next(i for i, c in enumerate(fused) if c.id == "UMLS:C1")
        self.assertEqual([s.features for s in example.segments], [every[right], every[2]])
        self.assertEqual(example.target, 0)


if __name__ == "__main__":
    unittest.main()
