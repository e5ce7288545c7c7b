"""Rules of the starter knowledge base and of the corpus guard, on fixtures written for these tests."""

from __future__ import annotations

import gzip
import json
import unittest
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from conceptlens_recipe import corpora, kb_table, starter_kb
from conceptlens_recipe.kb_lexical import LabelIndex, join_lexically
from conceptlens_recipe.kb_table import Entry, Table, acceptable, lines, loose, write_gzip
from conceptlens_recipe.sources import SourceConcept, obo

FULL = """11|t|Colds in mice
11|a|The common cold of mice.
11\t0\t5\tColds\tT047\tC0009443
11\t9\t13\tmice\tT015\tC0025929
11\t18\t29\tcommon cold\tT047\tC0009443

12|t|A reserved title about colds
12|a|Reserved cold.
12\t23\t28\tcolds\tT047\tC0009443

13|t|A development title about colds
13|a|Development cold.
13\t26\t31\tcolds\tT047\tC0009443
"""

SENTENCES = [
    {"pmid": "11", "sents": [{"tok": ["Colds", "in", "mice"], "tag": ["B:C0009443", "O", "B:C0025929"]}]},
    {"pmid": "12", "sents": [{"tok": ["reserved", "flu"], "tag": ["O", "B:C0021400"]}]},
    {"pmid": "13", "sents": [{"tok": ["development", "flu"], "tag": ["O", "B:C0021400"]}]},
    {
        "pmid": "14",
        "sents": [{"tok": ["anti", "-", "flu", "drugs", "."], "tag": ["B:C0003451", "I:C0003451", "I:C0003451", "I:C0003451", "O"]}],
    },
]


def pack(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8", newline="\n") as out:
        out.write(text)


def small_data(folder: Path) -> Path:
    (folder / "corpora").mkdir(parents=True)
    (folder / corpora.RESERVED_FILE).write_text("12\n")
    (folder / corpora.DEV_FILE).write_text("13\n")
    for name in ("full", "st21pv"):
        pack(folder / f"corpora/medmentions/{name}.trng.pubtator.txt.gz", FULL)
    pack(folder / corpora.MEDMENTIONS_SENTENCES, "".join(json.dumps(row) + "\n" for row in SENTENCES))
    return folder


class GuardTest(unittest.TestCase):
    def test_no_reserved_or_development_document_contributes(self) -> None:
        with TemporaryDirectory() as folder:
            data = small_data(Path(folder))
            observed = corpora.observed_names(data)
            pmids = {pmid for documents in observed.values() for pmid in documents}
            self.assertEqual(pmids, {"11", "14"})
            self.assertFalse(pmids & (corpora.reserved_pmids(data) | corpora.dev_pmids(data)))
            for name in ("medmentions-full", "medmentions-st21pv", "medmentions-sentences"):
                documents = list(corpora.training_documents(data, [name]))
                self.assertFalse({d.pmid for d in documents} & {"12", "13"})
            self.assertNotIn("C0021400", {cui for cui, _ in observed})

    def test_a_document_is_counted_once_in_its_verbatim_form(self) -> None:
        with TemporaryDirectory() as folder:
            observed = corpora.observed_names(small_data(Path(folder)))
            self.assertEqual(observed[("C0025929", "mice")], Counter({"11": 1}))
            self.assertEqual(observed[("C0009443", "common cold")], Counter({"11": 1}))
            self.assertEqual(observed[("C0003451", "anti-flu drugs")], Counter({"14": 1}))

    def test_another_id_of_the_article_is_guarded_too(self) -> None:
        guard = corpora.Guard(frozenset({"12"}), frozenset({"13"}), frozenset({"a long title that nobody else has used"}))
        document = corpora.Document("900", "x", "A title", "A title", (), other_ids=frozenset({"12"}))
        self.assertEqual(guard.reason(document), "reserved")
        twin = corpora.Document("901", "x", "A long title, that nobody else has used.", "", ())
        self.assertEqual(guard.reason(twin), "dev title")

    def test_tokens_are_joined_as_written(self) -> None:
        text, spans = corpora.join_tokens(["IL", "-", "2", "(", "5", "%", ")", ",", "p", "<", ".05", "."])
        self.assertEqual(text, "IL-2 (5%), p < .05.")
        self.assertEqual([text[a:b] for a, b in spans][:4], ["IL", "-", "2", "("])

    def test_gold_ids_become_curies(self) -> None:
        def curies(corpus: str, kind: str, identifier: str) -> tuple[str, ...]:
            return corpora.gold_curies(corpus, corpora.Annotation(0, 1, "x", kind, identifier))

        self.assertEqual(curies("bc5cdr", "Disease", "D003924"), ("MESH:D003924",))
        self.assertEqual(curies("ncbi-disease", "CompositeMention", "D001943|OMIM:1"), ("MESH:D001943", "OMIM:1"))
        self.assertEqual(curies("biored", "GeneOrGeneProduct", "672"), ("NCBIGene:672",))
        self.assertEqual(curies("bc5cdr", "Chemical", "-1"), ())


def concept(identifier: str, source: str, label: str, **more: object) -> SourceConcept:
    return SourceConcept(identifier, source, label, **more)  # type: ignore[arg-type]


def built(by_source: dict[str, list[SourceConcept]], observed: dict | None = None, by_id: dict | None = None) -> Table:
    return starter_kb.build(by_source, observed or {}, {}, {"T047": "DISO", "T033": "DISO"}, by_id or {})


class ObservedTest(unittest.TestCase):
    def test_what_annotators_called_an_id_goes_to_the_one_concept_that_has_it(self) -> None:
        table = built(
            {
                "MONDO": [concept("MONDO:1", "MONDO", "gout", cuis=["C0000001"], mesh=["MESH:D000001"])],
                "MSH": [concept("MESH:D000001", "MSH", "Gout"), concept("MESH:D000002", "MSH", "Asthma")],
            },
            by_id={
                ("MESH:D000001", "gouty arthritis", "BioRED"): Counter({"1": 2, "2": 1}),
                ("MESH:D000002", "Asthma", "NLM-Chem"): Counter({"1": 4}),
                ("MESH:D000009", "nobody's", "BioRED"): Counter({"1": 1}),
            },
        )
        self.assertEqual(table.entries["UMLS:C0000001"].names["gouty arthritis"], ("observed", "BioRED", 3))
        self.assertEqual(table.entries["MESH:D000002"].names["Asthma"], ("preferred", "MSH", 4))
        self.assertEqual(table.report["observedById"], {"no concept": 1, "one concept": 2})
        self.assertEqual(
            list(kb_table.observed_lines(table))[1:],
            [
                "C\tMESH:D000002\t\t\t\t",
                "N\tobserved\tNLM-Chem\t4\tAsthma",
                "C\tUMLS:C0000001\t\t\t\tMESH:D000001|MONDO:1",
                "N\tobserved\tBioRED\t3\tgouty arthritis",
            ],
        )


class MergeTest(unittest.TestCase):
    def test_several_cuis_are_not_merged_and_the_one_with_the_label_is_joined(self) -> None:
        table = built(
            {
                "MONDO": [concept("MONDO:1", "MONDO", "rickets", cuis=["C0000002"])],
                "DOID": [concept("DOID:1", "DOID", "Rickets", cuis=["C0000001", "C0000002"])],
            }
        )
        self.assertEqual(table.home["DOID:1"], "UMLS:C0000002")
        self.assertNotIn("UMLS:C0000001", table.entries)

    def test_one_live_concept_of_a_source_per_cui(self) -> None:
        table = built(
            {
                "MONDO": [concept("MONDO:1", "MONDO", "gout", cuis=["C0000001"])],
                "HPO": [concept("HP:1", "HPO", "Gouty thing", cuis=["C0000001"]), concept("HP:2", "HPO", "Gout", cuis=["C0000001"])],
            }
        )
        self.assertEqual(table.home["HP:2"], "UMLS:C0000001")
        self.assertEqual(table.home["HP:1"], "HP:1")

    def test_a_descriptor_joins_by_the_exact_cross_reference_of_mondo(self) -> None:
        table = built(
            {
                "MONDO": [concept("MONDO:1", "MONDO", "type 2 diabetes", cuis=["C0000001"], mesh=["MESH:D000001"])],
                "MSH": [concept("MESH:D000001", "MSH", "Diabetes Mellitus, Type 2")],
            }
        )
        self.assertEqual(table.entries["UMLS:C0000001"].preferred(), "Diabetes Mellitus, Type 2")
        self.assertIn("MESH:D000001", table.entries["UMLS:C0000001"].xrefs)

    def test_a_descriptor_of_the_same_name_joins_when_unique(self) -> None:
        observed = {("C0000001", "asthma"): Counter({"1": 4})}
        mesh = [concept("MESH:D000001", "MSH", "Asthma")]
        self.assertEqual(built({"MSH": mesh}, observed).home["MESH:D000001"], "UMLS:C0000001")
        twice = {**observed, ("C0000002", "asthma"): Counter({"1": 4})}
        self.assertEqual(built({"MSH": mesh}, twice).home["MESH:D000001"], "MESH:D000001")

    def test_one_odd_observed_name_does_not_join(self) -> None:
        observed = {("C0000001", "finding"): Counter({"1": 9}), ("C0000001", "motor activity"): Counter({"2": 1})}
        table = built({"MSH": [concept("MESH:D000001", "MSH", "Motor Activity")]}, observed)
        self.assertEqual(table.home["MESH:D000001"], "MESH:D000001")

    def test_of_rivals_the_one_called_so_most_often_joins(self) -> None:
        observed = {
            ("C0000001", "potassium"): Counter({"1": 4}),
            ("C0000002", "serum potassium"): Counter({"2": 2}),
            ("C0000002", "potassium"): Counter({"2": 1, "3": 1}),
        }
        mesh = [concept("MESH:D000001", "MSH", "Potassium"), concept("MESH:D000002", "MSH", "Serum Potassium")]
        table = built({"MSH": mesh}, observed)
        self.assertEqual(table.home, {"MESH:D000001": "UMLS:C0000001", "MESH:D000002": "UMLS:C0000002"})
        rather = {**observed, ("C0000002", "potassium"): Counter({"2": 3})}
        self.assertEqual(built({"MSH": mesh[:1]}, rather).home["MESH:D000001"], "MESH:D000001")

    def test_a_gene_joins_by_its_symbol_letter_by_letter(self) -> None:
        gene = [concept("HGNC:6341", "HGNC", "KISS1", group="GENE")]
        seen = {("C0000001", "KISS1"): Counter({"1": 1})}
        self.assertEqual(built({"HGNC": gene}, seen).home["HGNC:6341"], "UMLS:C0000001")
        fish = {("C0000001", "kiss1"): Counter({"1": 8})}
        self.assertEqual(built({"HGNC": gene}, fish).home["HGNC:6341"], "HGNC:6341")

    def test_groups_must_agree(self) -> None:
        table = Table({})
        table.place(concept("CL:1", "CL", "lead", group="ANAT"), "CL:1")
        rest = join_lexically(table, "CHEBI", [concept("CHEBI:1", "CHEBI", "lead", group="CHEM")], LabelIndex(table))
        self.assertEqual([c.id for c in rest], ["CHEBI:1"])

    def test_parents_become_ids_of_the_table(self) -> None:
        table = built(
            {"DOID": [concept("DOID:1", "DOID", "disease", cuis=["C0000001"]), concept("DOID:2", "DOID", "gout", parents=["DOID:1"])]}
        )
        self.assertEqual(table.entries["DOID:2"].parents, {"UMLS:C0000001"})


class TableTest(unittest.TestCase):
    def test_equal_names_are_joined_with_the_best_kind_and_the_sum_of_counts(self) -> None:
        entry = Entry("UMLS:C0000001")
        entry.add_observed("gout", "MedMentions", {"1": 2, "2": 1})
        entry.add_name("gout", "synonym", "DOID")
        entry.add_observed("gout", "MedMentions", {"3": 2})
        self.assertEqual(entry.names, {"gout": ("synonym", "DOID", 5)})

    def test_without_a_label_it_is_called_what_most_documents_call_it(self) -> None:
        entry = Entry("UMLS:C0000001")
        entry.add_observed("Diet Adherence Screener", "MedMentions", {"1": 9})
        entry.add_observed("screening tool", "MedMentions", {"2": 1, "3": 2})
        entry.add_observed("SCT", "MedMentions", {"1": 1, "2": 1, "3": 1})
        self.assertEqual(entry.preferred(), "screening tool")
        self.assertEqual(entry.commonest(), "Diet Adherence Screener")
        self.assertEqual(entry.uses[("Diet Adherence Screener", "MedMentions")], 9)

    def test_what_is_no_name_is_left_out(self) -> None:
        for text in ("", "12-3", "C0000001", "MESH:1", "D000001", "x" * 201):
            self.assertFalse(acceptable(text), text)
        for text in ("β", "IL-2", "CD4", "p53"):
            self.assertTrue(acceptable(text), text)

    def test_loose_keys(self) -> None:
        self.assertEqual(loose("Glucagon-Like Peptides"), loose("glucagon like peptide"))
        self.assertEqual(loose("TGF-β"), "tgf beta")
        self.assertEqual(loose("virus"), "virus")
        self.assertEqual(loose("abscess"), "abscess")

    def test_output_is_sorted_and_the_same_every_time(self) -> None:
        def table() -> Table:
            return built({"GO": [concept("GO:2", "GO", "b"), concept("GO:1", "GO", "a\tb")]})

        text = list(lines(table()))
        self.assertEqual(text[1:], ["C\tGO:1\t\t\t\t", "N\tpreferred\tGO\t0\ta b", "C\tGO:2\t\t\t\t", "N\tpreferred\tGO\t0\tb"])
        with TemporaryDirectory() as folder:
            one, two = Path(folder) / "1.gz", Path(folder) / "2.gz"
            write_gzip(one, lines(table()))
            write_gzip(two, lines(table()))
            self.assertEqual(one.read_bytes(), two.read_bytes())

    def test_obo_leaves_out_obsolete_terms_definitions_and_narrow_synonyms(self) -> None:
        text = '[Term]\nid: CL:1\nname: cell\ndef: "A sentence." []\nsynonym: "unit" NARROW []\nsynonym: "cellula" EXACT []\n'
        text += "is_a: CL:0 ! thing\n\n[Term]\nid: CL:2\nname: old\nis_obsolete: true\n"
        (found,) = obo(text.split("\n"), "CL", "CL", "ANAT")
        self.assertEqual((found.label, found.names, found.parents), ("cell", [("cellula", "synonym")], ["CL:0"]))


if __name__ == "__main__":
    unittest.main()
