"""Makes small random token-classification models with the layout and tokenizers of published ones (test/fixtures/tiny-token-classification)
and the entities that the pipelines of `transformers` find with them in PyTorch: in own sentences (token-classification.json) and in
lines of manuscripts (token-classification-manuscripts.json).

    python test/oracle/tokenClassification.make.py [--data DIR]

needs torch, transformers, onnx, onnxruntime and seqeval in the versions that the oracle names. All is made in one run: trained
tokenizers are not the same in the next one. Published labels of BIOES are no entities to the pipelines, which know `B-` and `I-` alone:
there the words' labels are the pipeline's, and seqeval groups them.
"""

import argparse
import hashlib
import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import seqeval
import torch
import transformers
from seqeval.metrics.sequence_labeling import get_entities
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedModel, PreTrainedTokenizerFast

ROOT = Path(__file__).resolve().parents[2]
FIXTURES, ORACLES = ROOT / "test" / "fixtures" / "tiny-token-classification", ROOT / "test" / "oracle"
MANUSCRIPT = Path("manuscripts") / "greenelab+deep-review"
OPSET = 19
STRATEGIES = ["simple", "first", "average", "max"]
SENTENCES = [
    "We measured insulin by an enzyme-linked immunosorbent assay (ELISA) in 42 patients with type 2 diabetes.",
    "HeLa cells were cultured in RPMI-1640 with 10 % fetal bovine serum at 37 °C and 5 % CO₂.",
    "TGF-β1 and IL_6 levels rose after naïve T cells met the antigen – an effect that dexamethasone abolished.",
    "Mice lacking BRCA1 developed mammary tumours within 12 ± 3 weeks, whereas wild-type littermates did not.",
    "Patients felt 😀 after α-tocopherol, 😢🧬 without it; γδ T cells and κ-casein were unchanged.",
    "Non-small-cell lung cancer, KRAS-mutant and EGFR-wild-type; p < 0.05 in a two-sided Mann–Whitney U test.",
    "Sjögren’s syndrome and Guillain–Barré syndrome follow 3 % of infections with 流感 viruses in Zürich.",
    "Aspirin inhibits cyclooxygenase-2, the enzyme that makes prostaglandin H2 from arachidonic acid.",
]
#: Where ours deliberately differs, as the manual says: pieces with a letter and its mark apart, and words behind a line end.
DIFFERENT = {
    "bert-uncased-bioes": " ".join(f"{word} sy\u0301ndrome" for word in SENTENCES[3].split()[:10]),
    "roberta-io": SENTENCES[0].replace(" ", "\n"),
}
SPECIAL = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
SIZES = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}


def bio(*types: str) -> list[str]:
    return ["O", *(f"{part}-{one}" for one in types for part in "BI")]


def framed(made: Tokenizer, most: int, cls: str = "[CLS]", sep: str = "[SEP]", **special: str) -> PreTrainedTokenizerFast:
    ids = [(cls, made.token_to_id(cls)), (sep, made.token_to_id(sep))]
    if made.post_processor is None:
        made.post_processor = processors.TemplateProcessing(single=f"{cls} $A {sep}", special_tokens=ids)
    return PreTrainedTokenizerFast(tokenizer_object=made, model_max_length=most, **(special or SPECIAL))


def word_pieces(lower: bool, most: int) -> PreTrainedTokenizerFast:
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=lower)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    # Emoji stay unknown.
    known = [s.replace("😀", "").replace("🧬", "").replace("😢", "") for s in SENTENCES]
    made.train_from_iterator(known, trainers.WordPieceTrainer(vocab_size=330, special_tokens=list(SPECIAL.values()), show_progress=False))
    return framed(made, most)


def byte_level(names: dict[str, str], most: int, nfc: bool) -> PreTrainedTokenizerFast:
    made = Tokenizer(models.BPE())
    if nfc:
        made.normalizer = normalizers.NFC()
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=480, special_tokens=list(names.values()), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    made.train_from_iterator(SENTENCES, trainer)
    cls, sep = names["cls_token"], names["sep_token"]
    if not nfc:
        ids = {one: made.token_to_id(one) for one in (cls, sep)}
        made.post_processor = processors.RobertaProcessing((sep, ids[sep]), (cls, ids[cls]), add_prefix_space=False)
    return framed(made, most, cls, sep, **names)


def sentence_piece(most: int) -> PreTrainedTokenizerFast:
    made = Tokenizer(models.Unigram())
    made.normalizer = normalizers.Sequence([normalizers.Strip(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    made.decoder = decoders.Metaspace()
    special = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"]
    known = [s.replace("😀", "").replace("🧬", "").replace("😢", "") for s in SENTENCES]
    made.train_from_iterator(known, trainers.UnigramTrainer(vocab_size=330, special_tokens=special, unk_token="[UNK]", show_progress=False))
    return framed(made, most)


def bert(tokenizer: PreTrainedTokenizerFast, labels: list[str]) -> PreTrainedModel:
    config = transformers.BertConfig(
        vocab_size=len(tokenizer), max_position_embeddings=tokenizer.model_max_length, pad_token_id=tokenizer.pad_token_id, **SIZES
    )
    return transformers.BertForTokenClassification(named(config, labels))


def roberta(tokenizer: PreTrainedTokenizerFast, labels: list[str]) -> PreTrainedModel:
    pad = tokenizer.pad_token_id
    config = transformers.RobertaConfig(
        vocab_size=len(tokenizer), max_position_embeddings=tokenizer.model_max_length + pad + 1, pad_token_id=pad, type_vocab_size=1, **SIZES
    )
    return transformers.RobertaForTokenClassification(named(config, labels))


def deberta(tokenizer: PreTrainedTokenizerFast, labels: list[str]) -> PreTrainedModel:
    config = transformers.DebertaV2Config(
        vocab_size=len(tokenizer), max_position_embeddings=tokenizer.model_max_length, relative_attention=True, position_buckets=32,
        norm_rel_ebd="layer_norm", share_att_key=True, pos_att_type=["p2c", "c2p"], position_biased_input=False, type_vocab_size=0, **SIZES,
    )  # fmt: skip
    return transformers.DebertaV2ForTokenClassification(named(config, labels))


def modern_bert(tokenizer: PreTrainedTokenizerFast, labels: list[str]) -> PreTrainedModel:
    ids = {f"{name}_token_id": tokenizer.cls_token_id for name in ("cls", "bos")}
    ids |= {f"{name}_token_id": tokenizer.sep_token_id for name in ("sep", "eos")}
    config = transformers.ModernBertConfig(
        vocab_size=len(tokenizer), max_position_embeddings=tokenizer.model_max_length, pad_token_id=tokenizer.pad_token_id,
        global_attn_every_n_layers=2, local_attention=16, **SIZES, **ids,
    )  # fmt: skip
    return transformers.ModernBertForTokenClassification(named(config, labels))


def named(config: transformers.PretrainedConfig, labels: list[str]) -> transformers.PretrainedConfig:
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: i for i, label in enumerate(labels)}
    config._attn_implementation = "eager"
    return config


ROBERTA_NAMES = {"cls_token": "<s>", "pad_token": "<pad>", "sep_token": "</s>", "unk_token": "<unk>", "mask_token": "<mask>"}
BIOES = ["O", *(f"{part}-{one}" for one in ("Chemical", "Disease") for part in "BIES")]
#: Name, tokenizer, architecture, labels.
MADE = {
    "bert-cased-bio": (lambda: word_pieces(False, 128), bert, bio("Disease", "Chemical", "Gene")),
    "bert-uncased-bioes": (lambda: word_pieces(True, 128), bert, BIOES),
    "roberta-io": (lambda: byte_level(ROBERTA_NAMES, 128, False), roberta, ["O", "Disease", "CellLine"]),
    "deberta-bio": (lambda: sentence_piece(128), deberta, bio("Species", "Gene")),
    "modernbert-bio": (lambda: byte_level(SPECIAL, 160, True), modern_bert, bio("Disease", "Chemical")),
}


@torch.no_grad()
def randomised(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast) -> PreTrainedModel:
    """Labels that differ from piece to piece, and three quarters of them `O`, nearly as a trained model's."""
    for name, weight in model.named_parameters():
        if weight.dim() > 1:
            weight.normal_(0, 1 if "embeddings" in name and "rel" not in name else 1.4 / weight.shape[1] ** 0.5)
    model.classifier.bias.zero_()
    model.eval()
    logits = torch.cat([model(input_ids=tokenizer(text, return_tensors="pt")["input_ids"]).logits[0] for text in SENTENCES])
    # Not the quantile itself, at which two labels are equally likely.
    model.classifier.bias[0] = torch.quantile(logits[:, 1:].amax(-1) - logits[:, 0], 0.75) + 0.01
    return model


def export(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    names = ["input_ids", "attention_mask"] + (["token_type_ids"] if model.config.model_type == "bert" else [])

    class Logits(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            return self.model(**dict(zip(names, inputs, strict=True))).logits

    # Published folders have the graph here or in `onnx/`, and older ones no tokenizer.json.
    is_old = folder.name == "bert-uncased-bioes"
    path = folder / ("onnx/model.onnx" if is_old else "model.onnx")
    path.parent.mkdir(parents=True)
    ids = tokenizer(SENTENCES[0], return_tensors="pt")["input_ids"]
    inputs = (ids, torch.ones_like(ids), torch.zeros_like(ids))[: len(names)]
    axes = {name: {0: "batch", 1: "tokens"} for name in (*names, "logits")}
    torch.onnx.export(
        Logits().eval(), inputs, str(path), input_names=names, output_names=["logits"], dynamic_axes=axes, opset_version=OPSET, dynamo=False
    )
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    other = tokenizer(SENTENCES[4], return_tensors="np")["input_ids"]
    feeds = dict(zip(names, (other, np.ones_like(other), np.zeros_like(other)), strict=False))
    with torch.no_grad():
        expected = model(input_ids=torch.tensor(other)).logits.numpy()
    difference = float(np.abs(session.run(["logits"], feeds)[0] - expected).max())
    assert difference < 1e-4, (folder.name, difference)
    config = model.config.to_dict()
    kept = ("model_type", "architectures", "id2label", "max_position_embeddings", "pad_token_id")
    written = {key: config[key] for key in kept if config.get(key) is not None}
    (folder / "config.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    if is_old:
        vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
        (folder / "vocab.txt").write_text("".join(f"{piece}\n" for piece, _ in vocabulary), encoding="utf-8")
        settings = {"do_lower_case": True, "model_max_length": tokenizer.model_max_length}
        (folder / "tokenizer_config.json").write_text(json.dumps(settings) + "\n", encoding="utf-8")
    else:
        tokenizer.save_pretrained(folder)


def units(text: str, offset: int) -> int:
    """Code points to UTF-16 units."""
    return len(text[:offset].encode("utf-16-le")) // 2


def row(text: str, start: int, end: int, label: str, score: float) -> list:
    return [units(text, start), units(text, end), label, round(float(score), 5)]


class Reference:
    """A pipeline of `transformers` over a model."""

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast):
        self.tokenizer, self.labels = tokenizer, set(model.config.id2label.values())
        # Where the tokenizer does not know words, pipelines cannot join their pieces either.
        self.usual = "first" if getattr(tokenizer._tokenizer.model, "continuing_subword_prefix", None) else "simple"
        self.has_ends = any(label.startswith("E-") for label in self.labels)
        self.make = lambda **how: transformers.pipeline("token-classification", model=model, tokenizer=tokenizer, device="cpu", **how)
        self.pipeline = self.make()

    def tokens(self, text: str) -> list[list[int]]:
        coded = self.tokenizer(text, return_offsets_mapping=True, add_special_tokens=False, truncation=True)
        return [[i, units(text, s), units(text, e)] for i, (s, e) in zip(coded["input_ids"], coded["offset_mapping"], strict=True)]

    def readable(self, text: str) -> str:
        """The beginning that fits into the model's window, cut at a blank."""
        offsets = self.tokenizer(text, return_offsets_mapping=True, add_special_tokens=False)["offset_mapping"]
        most = self.tokenizer.model_max_length - 2
        return text if len(offsets) <= most else text[: text.rindex(" ", 0, offsets[most - 8][0])]

    def entities(self, text: str, strategy: str) -> list[list]:
        if self.has_ends:
            return self.grouped_by_seqeval(text, strategy)
        return [row(text, e["start"], e["end"], e["entity_group"], e["score"]) for e in self.pipeline(text, aggregation_strategy=strategy)]

    def parts(self, text: str, strategy: str) -> list[dict]:
        """The pipeline's pieces or words with their labels, before it groups them."""
        (inputs,) = list(self.pipeline.preprocess(text, **self.pipeline._preprocess_params))
        output = self.pipeline.forward(inputs)
        scores = torch.softmax(output["logits"][0], -1).numpy()
        mask, offsets = output["special_tokens_mask"][0].numpy(), output["offset_mapping"][0]
        kind = transformers.pipelines.token_classification.AggregationStrategy(strategy)
        pieces = self.pipeline.gather_pre_entities(text, output["input_ids"][0], scores, offsets, mask, kind)
        return self.pipeline.aggregate(pieces, kind.NONE) if strategy == "simple" else self.pipeline.aggregate_words(pieces, kind)

    def grouped_by_seqeval(self, text: str, strategy: str) -> list[list]:
        parts, found = self.parts(text, strategy), []
        for label, first, last in get_entities([part["entity"] for part in parts]):
            score = np.mean([part["score"] for part in parts[first : last + 1]])
            found.append(row(text, parts[first]["start"], parts[last]["end"], label, score))
        return found

    def words(self, text: str) -> list[list[int]]:
        return [[units(text, part["start"]), units(text, part["end"])] for part in self.parts(text, "first")]

    def in_windows(self, text: str, stride: int, strategy: str) -> list[list]:
        pipeline = self.make(stride=stride, aggregation_strategy=strategy)
        return [row(text, e["start"], e["end"], e["entity_group"], e["score"]) for e in pipeline(text)]


def manuscript_lines(folder: Path, count: int) -> list[tuple[str, int, str]]:
    """File, line and text of every so manieth line that is a sentence of its own."""
    found = []
    for path in sorted(folder.rglob("*.md")):
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n")):
            if 60 <= len(line) <= 240 and line[0].isascii() and line[0].isupper() and line.endswith("."):
                found.append((path.relative_to(folder).as_posix(), number, line))
    return [found[i * len(found) // count] for i in range(count)]


def own_oracle(name: str, reference: Reference) -> dict:
    stride, long = 16, " ".join(SENTENCES)
    sentences = [
        {"text": text, "tokens": reference.tokens(text), "entities": {s: reference.entities(text, s) for s in STRATEGIES}} for text in SENTENCES
    ]
    found: dict = {"sentences": sentences}
    if not reference.has_ends:
        found["long"] = {"text": long, "stride": stride, "entities": {s: reference.in_windows(long, stride, s) for s in ("simple", "first")}}
    if name in DIFFERENT:
        found["different"] = {"text": DIFFERENT[name], "words": reference.words(DIFFERENT[name])}
    return found


def manuscript_oracle(reference: Reference, lines: list[tuple[str, int, str]]) -> list[dict]:
    found = []
    for file, line, text in lines:
        sha = hashlib.sha256(text.encode()).hexdigest()[:16]
        # What is beyond the window is dropped by the pipeline, so that both read what is before.
        read = reference.readable(text)
        entities = {reference.usual: reference.entities(read, reference.usual)}
        found.append({"file": file, "line": line, "sha256": sha, "read": units(read, len(read)), "entities": entities})
    return found


def write(name: str, content: dict) -> None:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    (ORACLES / name).write_text(text + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    options = parser.parse_args()
    # Models this small are slower with more.
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", message="Tokenizer does not support real words")
    versions = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__, "seqeval": "1.2.2"}
    made_by = {"script": "test/oracle/tokenClassification.make.py", **versions}
    about = "[start, end, label, score] of the entities that pipelines find in test/fixtures/tiny-token-classification, in UTF-16 units."
    lines = manuscript_lines(options.data / MANUSCRIPT, 200)
    own, manuscripts = {}, {}
    for seed, (name, (tokenizer_of, architecture, labels)) in enumerate(MADE.items()):
        torch.manual_seed(seed)
        folder = FIXTURES / name
        shutil.rmtree(folder, ignore_errors=True)
        tokenizer = tokenizer_of()
        model = randomised(architecture(tokenizer, labels), tokenizer)
        export(model, tokenizer, folder)
        reference = Reference(model, tokenizer)
        own[name] = own_oracle(name, reference)
        manuscripts[name] = manuscript_oracle(reference, lines)
        print(name, [len(s["entities"]["simple"]) for s in own[name]["sentences"]])
    write("token-classification.json", {"about": about, "madeBy": made_by, "models": own})
    write("token-classification-manuscripts.json", {"about": about, "madeBy": made_by, "manuscript": MANUSCRIPT.as_posix(), "models": manuscripts})


if __name__ == "__main__":
    main()
