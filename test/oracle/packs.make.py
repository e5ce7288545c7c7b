"""What the recipe's packer makes of real passages, in every mode and in windows that fit and that do not: test/oracle/packs.json.

    PYTHONPATH=models/recipe python test/oracle/packs.make.py

Training texts are packed by models/recipe/conceptlens_recipe/dense_pack.py, the product packs by
src/inference/packing/pack.ts. Both are tested against this file, so that a model is trained on the very sequences that it
will read. The passages are from training documents of MedMentions (CC0); the names of a mention are texts of the mentions
around it. Sequences stand as the SHA-256 of their JSON: `[[ids, [[at, passage, mention, name], …]], …]` without blanks.
"""

import hashlib
import json
from pathlib import Path

from conceptlens_recipe import corpora, dense_pack
from conceptlens_recipe.passages import cut, longest, sentences
from conceptlens_recipe.segments import Segmenter

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS, MENTIONS, NAMES = 4, 14, 6
WINDOWS = (64, 192, 512)
MODES = [(mode, "sentence") for mode in dense_pack.MODES] + [("pair", "passage"), ("mention", "passage")]


def passages(document: corpora.Document) -> list[dense_pack.PassageToRank]:
    found, annotations = [], longest(document.annotations)
    texts = list(dict.fromkeys(a.text for a in annotations))
    title = len(document.title)
    for start, end in [(0, title), *cut(document.text, title, len(document.text))]:
        text = document.text[start:end]
        inside = [a for a in annotations if start <= a.start and a.end <= end][:MENTIONS]
        mentions = []
        for a in inside:
            at = texts.index(a.text)
            names = tuple(texts[at : at + 1 + len(mentions) % NAMES])
            mentions.append(dense_pack.MentionToRank(a.start - start, a.end - start, a.text, names))
        found.append(dense_pack.PassageToRank(text, tuple(sentences(text, 0, len(text))), tuple(mentions)))
    return found


def digest(packs: list[dense_pack.Pack]) -> str:
    plain = [[one.ids, [[at, *place] for at, place in one.masks]] for one in packs]
    return hashlib.sha256(json.dumps(plain, separators=(",", ":")).encode()).hexdigest()


def written(passage: dense_pack.PassageToRank) -> dict:
    mentions = [{"span": [m.start, m.end], "text": m.text, "names": list(m.names)} for m in passage.mentions]
    return {"text": passage.text, "sentences": [list(span) for span in passage.sentences], "mentions": mentions}


def main() -> None:
    segmenter = Segmenter(ROOT / "test" / "fixtures" / "tiny-dense" / "vocab.txt")
    special = dense_pack.Special(segmenter.cls, segmenter.sep, segmenter.mask)
    ids_of = lambda text: segmenter.tokenizer.encode(text, add_special_tokens=False).ids  # noqa: E731
    documents = []
    for document in corpora.training_documents(corpora.default_data(), ["medmentions-st21pv"]):
        if len(documents) == DOCUMENTS:
            break
        # Offsets are code points here and UTF-16 units in the product.
        assert all(ord(c) < 0x10000 for c in document.text), document.pmid
        own, packed = passages(document), []
        for mode, context in MODES:
            for window in WINDOWS:
                packs = dense_pack.pack(own, mode, ids_of, special, window, context)
                counts = {"packs": len(packs), "tokens": sum(len(one.ids) for one in packs)}
                packed.append({"mode": mode, "context": context, "window": window, **counts, "sha256": digest(packs)})
        documents.append({"pmid": document.pmid, "passages": [written(one) for one in own], "packed": packed})
    oracle = {"about": __doc__.partition("\n")[0], "madeBy": "test/oracle/packs.make.py", "documents": documents}
    text = json.dumps(oracle, ensure_ascii=False, separators=(",", ":")) + "\n"
    (ROOT / "test" / "oracle" / "packs.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
