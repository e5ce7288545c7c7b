"""What is wrong in a corpus is counted and listed, and nothing goes missing."""

from __future__ import annotations

import csv
import gzip
import io
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from conceptlens_recipe.candidates import KnowledgeBaseTable
from conceptlens_recipe.corpora import read_bioc, read_pubtator
from conceptlens_recipe.corpus_report import counted

TABLE = '#conceptlens-kb\t1\t{}\nC\tMESH:D000001\t\tDISO\t\t\nN\tpreferred\tMSH\t0\tlung cancer\n'

PUBTATOR = """1|t|Lung cancer, asthma and gout
1|a|Rest.
1\t0\t11\tLung cancer\tDisease\tD000001
1\t5\t11\tcancer\tDisease\tD000001
1\t13\t19\tasthma\tDisease\tD000001|D000002
1\t24\t28\tgout\tDisease\tD000009
1\t24\t28\tgout\tDisease\t-1
1\t29\t33\tRest\tDisease\trs12
1\t2\t9\tasthma\tDisease\tD000002
1\t90\t99\tbeyond it\tDisease\tD000002
"""

BIOC = """<collection><document><id>7</id><passage><offset>0</offset><text>Lung cancer</text>
<annotation><infon key="identifier">MESH:D000001</infon><location offset="0" length="11"/><text>Lung cancer</text></annotation>
<annotation><infon key="identifier">MESH:D000001</infon><location offset="1" length="4"/><text>cancer</text></annotation>
</passage></document></collection>"""


class CorpusReport(unittest.TestCase):
    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def written(self, name: str, text: str) -> Path:
        with gzip.open(self.folder / name, "wt", encoding="utf-8", newline="\n") as out:
            out.write(text)
        return self.folder / name

    def report(self, documents: object) -> tuple[dict[str, int], list[list[str]]]:
        table = KnowledgeBaseTable(self.written("concepts.tsv.gz", TABLE))
        out = io.StringIO()
        counts = counted(documents, table, csv.writer(out, delimiter="\t", lineterminator="\n").writerow)
        return dict(counts), [line.split("\t") for line in out.getvalue().splitlines()]

    def test_every_problem_is_counted_and_listed(self) -> None:
        counts, listed = self.report(read_pubtator(self.written("corpus.gz", PUBTATOR), "bc5cdr"))
        expected = {
            "documents": 1,
            "annotations": 8,
            "broken offsets": 2,
            "inside another": 2,
            "composite": 1,
            "unknown id": 1,
            "no id": 1,
            "unreadable id": 1,
        }
        self.assertEqual(counts, expected)
        self.assertEqual(len(listed), sum(expected.values()) - 9)
        self.assertIn(["bc5cdr", "1", "broken offsets", "90", "99", "beyond it", "Disease", "D000002"], listed)

    def test_bioc_too(self) -> None:
        counts, listed = self.report(read_bioc(self.written("corpus.xml.gz", BIOC), "belink-bc5cdr-disease"))
        self.assertEqual(counts, {"documents": 1, "annotations": 2, "broken offsets": 1})
        self.assertEqual(listed, [["belink-bc5cdr-disease", "7", "broken offsets", "1", "5", "cancer", "", "MESH:D000001"]])


if __name__ == "__main__":
    unittest.main()
