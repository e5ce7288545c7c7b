"""Makes the seeded GLiNER checkpoints that tests run, and what PyPI `gliner` computes with them.

    python -m conceptlens_recipe.gliner_tiny --fixture ../../test/fixtures/tiny-gliner --oracles ../../test/oracle \
        --manuscripts DATA/manuscripts/greenelab+deep-review

All of it is made in one run: the tokenizers are not the same in the next one.
The weights are random and nothing is learnt; architectures, tokenizers and file layout are those of published checkpoints:

- `bi-span`: DeBERTa-v2 with a Unigram tokenizer for texts, BERT for labels (as knowledgator/gliner-bi-small-v1.0),
- `bi-token`: ModernBERT with byte-level BPE for texts, BERT for labels of another width (as gliner-bi-base-v2.0, token level),
- `uni-span`: DeBERTa-v2 with the labels in the prompt (as urchade/gliner_small-v2.1).

The oracles (`gliner.json`, `gliner-manuscripts.json`) are computed by gliner in PyTorch, without ONNX.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import tempfile
from pathlib import Path

import gliner
import sentencepiece
import torch
from gliner import GLiNER
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from .gliner_export import export

#: Own sentences: what the tokenizers are made of, and what the committed oracle reads.
SENTENCES = (
    "We measured insulin by an enzyme-linked immunosorbent assay (ELISA) in 42 patients with type 2 diabetes.",
    "HeLa cells were cultured in RPMI-1640 with 10 % fetal bovine serum at 37 °C and 5 % CO₂.",
    "Differences were tested with a two-sided Mann–Whitney U test; p < 0.05 was called significant.",
    "Mice lacking BRCA1 developed mammary tumours within 12 ± 3 weeks, whereas wild-type littermates did not.",
    "TGF-β1 and IL_6 levels rose after naïve T cells met the antigen – an effect that dexamethasone abolished.",
    "Ｆｕｌｌ-width letters, ligatures such as ﬁbrosis, and “quotes” are found in copied text…",
    "The café's menu listed 3.5 mg/kg of caffeine; über-strong coffee (≥ 400 mg) was excluded.",
    "Aspirin inhibits cyclooxygenase-2, the enzyme that makes prostaglandin H2 from arachidonic acid.",
)
LABELS = ["assay", "cell line", "statistical test", "disease", "gene or protein"]
#: Labels beside LABELS that the tokenizer of labels should know pieces of.
MORE_LABELS = ("chemical", "drug", "species", "symptom", "laboratory procedure", "medical device", "age group", "organ")
HIDDEN = 32
SIZES = {"hidden_size": HIDDEN, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
#: How many of the logits of a sentence of the manuscripts are kept, at places that the seed decides.
KEPT_LOGITS = 24


def _charsmap() -> bytes:
    """The normalisation that SentencePiece models of published checkpoints carry (nmt_nfkc)."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus.txt"
        corpus.write_text("\n".join(SENTENCES), encoding="utf-8")
        sentencepiece.SentencePieceTrainer.train(
            input=str(corpus), model_prefix=f"{folder}/spm", vocab_size=150, hard_vocab_limit=False, minloglevel=2
        )
        from sentencepiece import sentencepiece_model_pb2

        proto = sentencepiece_model_pb2.ModelProto()
        proto.ParseFromString(Path(f"{folder}/spm.model").read_bytes())
        return proto.normalizer_spec.precompiled_charsmap


def _deberta_tokenizer() -> PreTrainedTokenizerFast:
    specials = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
    made = Tokenizer(models.Unigram())
    made.normalizer = normalizers.Sequence(
        [normalizers.Strip(), normalizers.Precompiled(_charsmap()), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    made.decoder = decoders.Metaspace()
    made.train_from_iterator(SENTENCES, trainers.UnigramTrainer(vocab_size=300, special_tokens=specials, unk_token="[UNK]"))
    return _finished(made, "[CLS]", "[SEP]", "[PAD]", "[UNK]", 512)


def _modernbert_tokenizer() -> PreTrainedTokenizerFast:
    made = Tokenizer(models.BPE())
    made.normalizer = normalizers.NFC()
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    specials = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
    trainer = trainers.BpeTrainer(vocab_size=500, special_tokens=specials, initial_alphabet=alphabet, show_progress=False)
    made.train_from_iterator(SENTENCES, trainer)
    return _finished(made, "[CLS]", "[SEP]", "[PAD]", "[UNK]", 8192)


def _bert_tokenizer() -> PreTrainedTokenizerFast:
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    specials = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=200, special_tokens=specials, show_progress=False)
    made.train_from_iterator([*LABELS, *MORE_LABELS], trainer)
    return _finished(made, "[CLS]", "[SEP]", "[PAD]", "[UNK]", 64)


def _finished(made: Tokenizer, cls: str, sep: str, pad: str, unk: str, most: int) -> PreTrainedTokenizerFast:
    made.post_processor = processors.TemplateProcessing(
        single=f"{cls} $A {sep}", special_tokens=[(cls, made.token_to_id(cls)), (sep, made.token_to_id(sep))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made, cls_token=cls, sep_token=sep, pad_token=pad, unk_token=unk, model_max_length=most
    )


def _config(name: str, folder: Path) -> dict:
    deberta = {
        "model_type": "deberta-v2", **SIZES, "relative_attention": True, "position_buckets": 32, "norm_rel_ebd": "layer_norm",
        "share_att_key": True, "pos_att_type": ["p2c", "c2p"], "layer_norm_eps": 1e-7, "max_relative_positions": -1,
        "position_biased_input": False, "max_position_embeddings": 128, "type_vocab_size": 0, "pad_token_id": 0,
    }  # fmt: skip
    modernbert = {
        "model_type": "modernbert", **SIZES, "max_position_embeddings": 128, "local_attention": 16, "global_attn_every_n_layers": 2,
        "pad_token_id": 0, "cls_token_id": 1, "sep_token_id": 2, "bos_token_id": 1, "eos_token_id": 2,
    }  # fmt: skip
    bert = {"model_type": "bert", **SIZES, "hidden_size": 24, "max_position_embeddings": 64, "vocab_size": len(_bert_tokenizer())}
    text = {"bi-token": (modernbert, _modernbert_tokenizer)}.get(name, (deberta, _deberta_tokenizer))
    tokenizer = text[1]()
    tokenizer.save_pretrained(folder / "text")
    config = {
        "model_name": str(folder / "text"), "encoder_config": {**text[0], "vocab_size": len(tokenizer)}, "hidden_size": HIDDEN,
        "max_width": 4 if name == "bi-span" else 5, "max_len": 40, "dropout": 0.0, "num_rnn_layers": int(name == "uni-span"),
        "span_mode": "token_level" if name == "bi-token" else "markerV0", "subtoken_pooling": "first", "vocab_size": -1,
        "class_token_index": -1, "_attn_implementation": "eager",
    }  # fmt: skip
    if name.startswith("bi"):
        _bert_tokenizer().save_pretrained(folder / "labels")
        config |= {"labels_encoder": str(folder / "labels"), "labels_encoder_config": bert}
    return config


#: The fixtures with a threshold that leaves each a few entities a sentence.
THRESHOLDS = {"bi-span": 0.93, "bi-token": 0.5, "uni-span": 0.85}
NAMES = tuple(THRESHOLDS)


def tiny(name: str, folder: Path) -> GLiNER:
    """A model of random weights whose logits lie about as far apart as a trained one's."""
    torch.manual_seed(7 + NAMES.index(name))
    model = GLiNER.from_config(_config(name, folder), backbone_from_pretrained=False)
    with torch.no_grad():
        for key, weight in model.model.named_parameters():
            if weight.dim() > 1 and "embeddings" not in key:
                weight.normal_(0, 1.6 / weight.shape[1] ** 0.5)
            elif "embeddings" in key and weight.dim() > 1:
                weight.normal_(0, 1)
        if name == "bi-token":
            model.model.scorer.out_mlp[-1].bias.fill_(3.0)
        else:
            # The last layers decide how large the scores of spans are.
            scales = (0.4, 0.15 if name == "bi-span" else 0.4)
            layers = (model.model.span_rep_layer.span_rep_layer.out_project[-1], model.model.prompt_rep_layer[-1])
            for layer, scale in zip(layers, scales, strict=True):
                layer.weight.mul_(scale)
                layer.bias.normal_(0, 0.1)
    model.config.model_name = "tiny-text"
    if name.startswith("bi"):
        model.config.labels_encoder = "tiny-labels"
    return model.eval()


def logits(model: GLiNER, text: str) -> torch.Tensor:
    """Logits of one text: span level `[words, widths, labels]`, token level `[words, labels, start/end/inside]`."""
    batch = model._build_dummy_batch(labels=LABELS, text=text)
    with torch.no_grad():
        found = model.model(**batch).logits
    return found[0]


def entities(model: GLiNER, text: str, threshold: float, flat: bool, multi: bool) -> list[list]:
    """`[start, end, label, probability]` with offsets in UTF-16 units."""
    def unit(offset: int) -> int:
        return len(text[:offset].encode("utf-16-le")) // 2

    found = model.predict_entities(text, LABELS, flat_ner=flat, threshold=threshold, multi_label=multi)
    return [[unit(one["start"]), unit(one["end"]), one["label"], round(one["score"], 6)] for one in found]


DECODINGS = {"flat": (True, False), "nested": (False, False), "flat multi-label": (True, True), "nested multi-label": (False, True)}


def manuscript_sentences(folder: Path, count: int = 200) -> list[tuple[str, int, str]]:
    """File, line and text of every so manieth line that is a sentence of its own, over the Markdown files of manuscripts."""
    found = []
    for path in sorted(folder.rglob("*.md")):
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n")):
            if 60 <= len(line) <= 240 and line[0].isascii() and line[0].isupper() and line.endswith("."):
                found.append((path.relative_to(folder).as_posix(), number, line))
    return [found[index * len(found) // count] for index in range(count)]


def committed_oracle(model: GLiNER, threshold: float) -> dict:
    sentences = []
    for text in SENTENCES:
        values = logits(model, text)
        sentences.append({
            "text": text, "shape": list(values.shape), "logits": [round(value, 5) for value in values.flatten().tolist()],
            "entities": {name: entities(model, text, threshold, *how) for name, how in DECODINGS.items()},
        })  # fmt: skip
    return {"threshold": threshold, "sentences": sentences}


def manuscript_oracle(model: GLiNER, threshold: float, found: list[tuple[str, int, str]]) -> dict:
    rng, sentences = random.Random(1), []
    for file, line, text in found:
        values = logits(model, text)
        places = sorted(rng.sample(range(values.numel()), min(KEPT_LOGITS, values.numel())))
        flat = values.flatten()
        sentences.append({
            "file": file, "line": line, "sha256": hashlib.sha256(text.encode()).hexdigest()[:16], "shape": list(values.shape),
            "logits": [[place, round(float(flat[place]), 5)] for place in places],
            "entities": entities(model, text, threshold, True, False),
        })  # fmt: skip
    return {"threshold": threshold, "sentences": sentences}


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the tests' GLiNER checkpoints and what gliner computes with them.")
    parser.add_argument("--fixture", type=Path, required=True)
    parser.add_argument("--oracles", type=Path, required=True)
    parser.add_argument("--manuscripts", type=Path, required=True)
    options = parser.parse_args()
    made_by = {"made by": f"gliner {gliner.__version__}, torch {torch.__version__}", "labels": LABELS}
    found = manuscript_sentences(options.manuscripts)
    own, manuscripts = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for name, threshold in THRESHOLDS.items():
            model = tiny(name, Path(folder) / name)
            export(model, options.fixture / name)
            own[name] = committed_oracle(model, threshold)
            manuscripts[name] = manuscript_oracle(model, threshold, found)
    for file, models_of in (("gliner.json", own), ("gliner-manuscripts.json", manuscripts)):
        text = json.dumps({**made_by, "models": models_of}, ensure_ascii=False, separators=(",", ":"))
        (options.oracles / file).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
