"""What taggers, encoders of names and dense cross-encoders in a Hugging Face folder share; each has a file of its own."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import onnx
from tokenizers import Tokenizer

from ..candidates import fuse, retrieve
from ..segments import Segmenter
from . import development
from .development import Text
from .graphs import folded
from .space import Configuration
from .tasks import Asked
from .workloads import Rows

GRAPH_FILES = ("model.onnx", "onnx/model.onnx")
#: Texts and names whose activations are looked at, of documents that are not measured on.
CALIBRATION_ROWS = 64


class Reader:
    """The tokenizer of a folder: `tokenizer.json`, else the word pieces of an uncased BERT."""

    def __init__(self, folder: Path):
        if (folder / "tokenizer.json").exists():
            self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self.tokenizer.no_padding()
            self.tokenizer.no_truncation()
        else:
            self.tokenizer = Segmenter(folder / "vocab.txt").tokenizer
        self.cls, self.sep, self.mask, self.pad = map(
            self._special, (("[CLS]", "<s>"), ("[SEP]", "</s>"), ("[MASK]", "<mask>"), ("[PAD]", "<pad>"))
        )

    def _special(self, names: Sequence[str]) -> int:
        found = [i for i in map(self.tokenizer.token_to_id, names) if i is not None]
        if not found:
            raise ValueError(f"the tokenizer has none of {', '.join(names)}")
        return found[0]

    def ids(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def words(self, text: str) -> tuple[list[int], list[int], list[tuple[int, int]]]:
        """Tokens, the index of the first one of every word, and the words' spans."""
        encoded = self.tokenizer.encode(text, add_special_tokens=False)
        first = [i for i, word in enumerate(encoded.word_ids) if i == 0 or word != encoded.word_ids[i - 1]]
        ends = [*first[1:], len(encoded.ids)]
        spans = [(encoded.offsets[i][0], encoded.offsets[end - 1][1]) for i, end in zip(first, ends, strict=True)]
        # Byte-level tokenizers count the blank before a word to it.
        spans = [(a + len(text[a:b]) - len(text[a:b].lstrip()), b) for a, b in spans]
        return encoded.ids, first, spans


class EncoderTask:
    """What the kinds share. A subclass makes rows of tokens of texts, with what is needed to judge their answers (`known`)."""

    kind = ""
    read = "tokens"
    #: Rows in one run.
    batches = (8, 1, 32)
    own: tuple[str, ...] = ()
    known: Sequence

    def __init__(self, asked: Asked):
        self.config = json.loads((asked.folder / "config.json").read_text(encoding="utf-8"))
        self.graph = next(name for name in GRAPH_FILES if (asked.folder / name).exists())
        self.model = folded(asked.folder / self.graph, asked.work / "folded.onnx")
        self.reader = Reader(asked.folder)
        self.window = min(512, self.config.get("max_position_embeddings") or 512)
        self.output = self.model.graph.output[0].name
        texts, aside = development.parted(development.read(asked.development), asked.every)
        self.prepare([*texts, *aside], asked)
        self.workload, self.known = self.rows(texts)
        some = self.rows(aside)[0]
        self.calibration = replace(some, rows=some.rows[:CALIBRATION_ROWS], at=some.at[:CALIBRATION_ROWS])

    def prepare(self, texts: Sequence[Text], asked: Asked) -> None:
        """Retrieves what all the texts' mentions may mean."""
        lookups = {m.lookup for t in texts for m in t.mentions}
        found = retrieve(shlex.join(asked.command), asked.kb, lookups, asked.work / "candidates.pkl.gz", limit=64)
        self.retrieved = {text: fuse(text, found.get(text, ())) for text in lookups}

    def rows(self, texts: Sequence[Text]) -> tuple[Rows, Sequence]:
        raise NotImplementedError

    def _rows(self, rows: list[list[int]], at: list[list[int]]) -> Rows:
        inputs = tuple(i.name for i in self.model.graph.input)
        return Rows(rows, at, self.reader.pad, inputs, self.output, self.read)

    def write_own(self, configuration: Configuration, path: Path) -> None:
        raise ValueError(f"{configuration.method} is of the linker's model only")


def kind_of(folder: Path) -> str:
    """What a folder holds, told from its files."""
    if (folder / "manifest.json").exists() and (folder / "encoder.onnx").exists():
        return "linker"
    if not (folder / "config.json").exists() or not any((folder / name).exists() for name in GRAPH_FILES):
        raise ValueError(
            f"{folder} holds no model that can be searched: a linker's model has manifest.json and encoder.onnx, any other "
            f"config.json and {' or '.join(GRAPH_FILES)}"
        )
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    labels = list(config.get("id2label", {}).values())
    if any(re.match(r"[BI]-", label) for label in labels):
        return "tagger"
    graph = next(folder / name for name in GRAPH_FILES if (folder / name).exists())
    outputs = [o.name for o in onnx.load(graph, load_external_data=False).graph.output]
    return "cross-encoder" if "logits" in outputs or "score_head" in config else "names"
