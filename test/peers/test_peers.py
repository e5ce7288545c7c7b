"""What can go wrong in the comparison: recall, the exact answer, names and gold ids, limits, and a peer from end to end."""

from __future__ import annotations

import random
import sys
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent))

from compare import Comparison, TooMuch, Watched
from names import LIMIT, N_WARM, Sample, Similarity, concepts, fold, grams, prepare, read, read_names
from peers import Sqlite, quantile
from report import hits, judge, recall, table

TABLE = """#conceptlens-kb\t1\t{"name":"tiny"}
C\tUMLS:C1\tT047\tDISO\t\tMESH:D1|OMIM:7
N\tpreferred\tMSH\t0\tHeart Failure
N\tsynonym\tMSH\t0\theart-failure
N\tsynonym\tMSH\t0\tFailure, Cardiac
C\tMONDO:2\t\tDISO\t\t
N\tpreferred\tMONDO\t0\theart failure
N\tpreferred\tMONDO\t0\tSjögren’s β
N\tpreferred\tMONDO\t0\t***
"""
FILES = "MRCONSO.RRF|names|CUI,LAT,SUPPRESS,SAB,CODE,STR|6|0|0|\n"
CONSO = "C1|ENG|N|MSH|D1|Lung|\nC1|ENG|O|MSH|D1|Lungs|\nC1|SPA|N|MSH|D1|Pulmón|\nC2|ENG|N|MTH|x|Heart|\n"


class Folder(unittest.TestCase):
    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def prepared(self, source: str, queries: str) -> Path:
        """A folder with names and queries, the first of which only warm up."""
        (self.folder / "concepts.tsv").write_text(source, encoding="utf-8")
        (self.folder / "asked.txt").write_text("heart\n" * N_WARM + queries, encoding="utf-8")
        asked = str(self.folder / "asked.txt")
        prepare(Sample(str(self.folder / "concepts.tsv"), "", 1, 0, 100, 1, asked), self.folder)
        return self.folder


class Exactness(unittest.TestCase):
    def test_grams_stay_within_words_and_count_once(self) -> None:
        self.assertEqual(grams("lung a lung"), {" lu", "lun", "ung", "ng ", " a "})

    def test_best_scores_are_those_of_every_pair(self) -> None:
        chooser = random.Random(3)
        names = sorted({"".join(chooser.choice("ab c") for _ in range(9)).strip() for _ in range(200)} - {""})
        frequency: dict[str, int] = {}
        for name in names:
            for gram in grams(name):
                frequency[gram] = frequency.get(gram, 0) + 1
        similarity = Similarity(frequency, len(names))
        queries = [names[5], "abba", "zzz"]
        for query, best in zip(queries, similarity.best(names, queries), strict=True):
            scores = sorted((similarity.cosine(query, name) for name in names), reverse=True)
            expected = [score for score in scores if score > 0][:LIMIT]
            self.assertEqual(len(best), len(expected))
            for got, wanted in zip(best, expected, strict=True):
                self.assertAlmostEqual(got, wanted)

    def test_recall_counts_places_that_are_reached_in_any_order_of_ties(self) -> None:
        self.assertEqual(recall([0.9, 0.5, 0.5], [0.5, 0.9, 0.5 - 1e-9], 10), (3, 3))
        self.assertEqual(recall([0.9, 0.5, 0.4], [0.9, 0.4], 10), (1, 3))
        self.assertEqual(recall([0.9, 0.5, 0.4], [0.9, 0.5], 2), (2, 2))
        self.assertEqual(recall([], [], 10), (0, 0))

    def test_quantile_is_a_value_that_was_measured(self) -> None:
        values = [float(n) for n in range(100, 0, -1)]
        self.assertEqual([quantile(values, share) for share in (0.5, 0.95, 0.99)], [50, 95, 99])
        self.assertEqual(quantile([7.0], 0.5), 7)


class Preparation(Folder):
    def test_names_are_folded_once_and_keep_all_their_concepts(self) -> None:
        names = dict(read_names(self.prepared(TABLE, "CHF\tMESH:D1|OMIM:7\n")))
        self.assertEqual(
            names,
            {"heart failure": ["UMLS:C1", "MONDO:2"], "failure cardiac": ["UMLS:C1"], "sjogren s beta": ["MONDO:2"]},
        )

    def test_gold_ids_become_concepts_that_the_names_have(self) -> None:
        folder = self.prepared(TABLE, "CHF\tMESH:D1\nx\tMESH:D9\nheart\n")
        self.assertEqual([query["gold"] for query in read(folder / "queries.json")[N_WARM:]], [["UMLS:C1"], [], []])

    def test_a_release_gives_english_names_that_are_not_suppressible(self) -> None:
        (self.folder / "MRFILES.RRF").write_text(FILES, encoding="utf-8")
        (self.folder / "MRCONSO.RRF").write_text(CONSO, encoding="utf-8")
        expected = [("UMLS:C1", ["MESH:D1"], "Lung"), ("UMLS:C2", [], "Heart")]
        self.assertEqual(list(concepts(self.folder)), expected)


class Limits(Folder):
    def run_python(self, code: str, seconds: float = 60, most_mib: float = 1e6) -> Watched:
        return Watched([sys.executable, "-c", code], self.folder / "run.log", seconds, most_mib)

    def test_a_process_that_takes_too_long_is_ended_and_tells_how_far_it_came(self) -> None:
        code = "import sys, time; print('100,000 names read', file=sys.stderr, flush=True); time.sleep(60)"
        with self.assertRaisesRegex(TooMuch, r"more than 0\.05 min; 100,000 names read"):
            self.run_python(code, seconds=3).finish()

    def test_a_process_that_takes_too_much_memory_is_ended(self) -> None:
        with self.assertRaisesRegex(TooMuch, "GiB"):
            self.run_python("import time; x = bytearray(200 << 20); time.sleep(60)", most_mib=100).finish()

    def test_a_process_that_fails_says_why(self) -> None:
        with self.assertRaisesRegex(TooMuch, "failed: ModuleNotFoundError: No module named 'absent'"):
            self.run_python("import absent").finish()


class Peers(Folder):
    def test_sqlite_finds_names_by_their_numbers(self) -> None:
        peer = Sqlite()
        peer.build(iter(["lung cancer", "heart failure", "cancer of lung"]), self.folder)
        peer.open(self.folder)
        self.assertEqual(sorted(peer.look_up("lung")), [0, 2])
        self.assertEqual(peer.look_up("heart failures"), [1])
        self.assertEqual(peer.look_up("lu"), [])

    def test_a_peer_is_built_asked_and_judged(self) -> None:
        folder = self.prepared(TABLE, "Heart Failure\tMESH:D1\nsjogren\tUMLS:C1\n")
        row = Comparison(folder, 60, 4096).measure("sqlite")
        judge(folder, [row])
        self.assertEqual((row["recall10"], row["hits"]), (1, 0.5), row)
        self.assertGreater(min(row[field] for field in ("buildS", "buildPeakMiB", "diskMiB", "residentMiB")), 0)
        self.assertIn("| 1.000 | 1.000 | 0.500 |", table([row], 2))

    def test_a_row_without_figures_says_why(self) -> None:
        (row,) = table([{"name": "sqlite", "note": "more than 1 min"}], 1).splitlines()[2:]
        self.assertEqual((row.count("| – "), "| more than 1 min |" in row), (12, True), row)

    def test_a_row_says_how_many_queries_had_time(self) -> None:
        self.assertIn("2 of 9 queries", table([{"name": "sqlite", "found": [[], []]}], 9))

    def test_concepts_by_id_are_hits_as_names_are(self) -> None:
        queries = [{"gold": ["A"]}, {"gold": ["B"]}, {"gold": []}, {"gold": ["C"]}]
        self.assertEqual(hits([["A"], [0], [0], []], queries, {0: ("b", ["X", "B"])}), {"hits": 2 / 3})

    def test_folding_is_that_of_the_product(self) -> None:
        self.assertEqual([fold("TGF-β1"), fold("  Lung, Left ")], ["tgf beta1", "lung left"])


if __name__ == "__main__":
    unittest.main()
