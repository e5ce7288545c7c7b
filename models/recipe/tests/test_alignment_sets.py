"""What is held out for vocabulary alignment, on a table written for these tests."""

from __future__ import annotations

import unittest

from conceptlens_recipe.alignment_sets import CASES, calibration_terms, key_of, take_out
from conceptlens_recipe.concepts_table import Concept


def concept(identifier: str, *names: tuple[str, str, str], xrefs: str = "") -> Concept:
    return Concept(["C", identifier, "", "DISO", "", xrefs], [(kind, source, "0", text) for kind, source, text in names])


class TakingOut(unittest.TestCase):
    def test_every_spelling_goes_whatever_its_source(self) -> None:
        one = concept("T:1", ("preferred", "HPO", "Nyctalopia"), ("layperson", "HPO", "Night-blindness"), ("synonym", "MSH", "night blindness"))
        self.assertEqual(take_out(one, {key_of("Night blindness")}), {"night blindness"})
        self.assertEqual([text for *_, text in one.names], ["Nyctalopia"])

    def test_a_label_stays(self) -> None:
        one = concept("T:1", ("preferred", "MSH", "Cough"), ("preferred", "HPO", "Coughing"), ("layperson", "HPO", "coughing"))
        self.assertEqual(take_out(one, {"coughing", "cough"}), set())
        self.assertEqual(len(one.names), 3)


class Calibrating(unittest.TestCase):
    def test_terms_are_gone_from_their_concepts_and_some_concepts_are_gone_whole(self) -> None:
        concepts = [
            concept(f"DOID:{n}", ("preferred", "DOID", f"disease {n}"), ("synonym", "DOID", f"illness {n}")) for n in range(40)
        ]
        pairs, absent = calibration_terms(concepts, taken={"DOID:3"}, seed=1)
        self.assertEqual(len(pairs), 39)
        self.assertNotIn("illness 3", [text for text, _ in pairs])
        self.assertEqual(len(absent), 39 // 8)
        self.assertEqual(sum(not ids for _, ids in pairs), len(absent))
        names = {text for c in concepts if c.id != "DOID:3" for *_, text in c.names}
        self.assertTrue(names.isdisjoint(text for text, _ in pairs))
        again, _ = calibration_terms(
            [concept(f"DOID:{n}", ("preferred", "DOID", f"disease {n}"), ("synonym", "DOID", f"illness {n}")) for n in range(40)],
            taken={"DOID:3"},
            seed=1,
        )
        self.assertEqual(pairs, again)

    def test_a_cross_reference_to_what_is_asked_elsewhere_keeps_a_concept_out(self) -> None:
        one = concept("UMLS:C1", ("preferred", "DOID", "a"), ("synonym", "DOID", "b"), xrefs="HP:1|DOID:7")
        self.assertEqual(calibration_terms([one], taken={"HP:1"}, seed=1), ([], set()))

    def test_cases_change_nothing_but_case(self) -> None:
        self.assertEqual({key_of(case("Stage II disease")) for case in CASES}, {"stage ii disease"})


if __name__ == "__main__":
    unittest.main()
