"""The vocabulary as a stranger brings it."""

from __future__ import annotations

import gzip
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from conceptlens_recipe import foreign
from conceptlens_recipe.candidates import KnowledgeBaseTable
from conceptlens_recipe.passages import Mention, Passage
from conceptlens_recipe.pieces import Pieces

STARTER = """#conceptlens-kb\t1\t{}
C\tUMLS:C1\tT047\tDISO\t\tMESH:D1|MONDO:1|OMIM:9
N\tsynonym\tMSH\t0\tColds
N\tpreferred\tMSH\t7\tCommon Cold
N\tsynonym\tMONDO\t0\tacute coryza
N\tobserved\tMedMentions\t5\tthe sniffles
C\tMONDO:2\t\tDISO\t\tOMIM:3|OMIM:2
N\tpreferred\tMONDO\t0\tRare Cold
C\tMONDO:4\t\tDISO\t\t
N\tpreferred\tMONDO\t0\tNowhere Cold
C\tMESH:D5\t\tCHEM\t\t
N\tpreferred\tMSH\t0\tColdex
C\tUMLS:C6\t\tDISO\t\tMESH:C000006|MESH:D1
N\tpreferred\tMSH\t0\tCold, Common
"""


def mention(group: str, *gold: str) -> Mention:
    return Mention(0, 4, "cold", "cold", gold, group)


class Vocabulary(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.starter = Path(self.folder.name) / "starter.tsv.gz"
        with gzip.open(self.starter, "wt", encoding="utf-8") as stream:
            stream.write(STARTER)

    def test_has_diseases_under_their_own_ids_with_names_of_one_vocabulary(self) -> None:
        self.assertEqual(
            foreign.table(self.starter),
            {
                "MESH:D1": (
                    {"OMIM:9", "MESH:C000006"},
                    [("MSH", "common cold"), ("MSH", "colds"), ("MSH", "cold, common")],
                ),
                "OMIM:2": ({"OMIM:3"}, [("MONDO", "rare cold")]),
            },
        )

    def test_is_written_as_a_table_that_resolves_all_of_its_ids(self) -> None:
        out = Path(self.folder.name) / "out" / "concepts.tsv.gz"
        foreign.write(foreign.table(self.starter), out)
        table = KnowledgeBaseTable(out)
        self.assertEqual(table.concepts["MESH:D1"], ("common cold", ("DISO",)))
        self.assertEqual(table.resolve(["MESH:C000006"]), {"MESH:D1"})
        self.assertEqual(table.resolve(["OMIM:3"]), {"OMIM:2"})
        with gzip.open(out, "rt", encoding="utf-8") as lines:
            names = [line.rstrip("\n").split("\t")[1:] for line in lines if line.startswith("N")]
        self.assertEqual([name[0] for name in names], ["preferred", "synonym", "synonym", "preferred"])

    def test_is_asked_about_diseases_that_have_ids_of_its_kind(self) -> None:
        kept = mention("DISO", "MESH:D1")
        mentions = [kept, mention("DISO", "UMLS:C1"), mention("CHEM", "MESH:D5"), mention("DISO")]
        pieces = Pieces([7], [0], [4], [True])
        passages = [Passage("1", "bc5cdr", "cold", pieces, 1, [0], some) for some in (mentions, mentions[1:])]
        self.assertEqual([p.mentions for p in foreign.of_diseases(passages)], [[kept]])


if __name__ == "__main__":
    unittest.main()
