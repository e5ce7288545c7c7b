"""Makes two random cross-encoders, exported, and the scores that PyTorch and Hugging Face's tokenizers give for every packing
mode: test/fixtures/tiny-dense with test/oracle/tiny-dense.json (BERT with a token classification head, WordPiece), and
test/fixtures/tiny-modern with test/oracle/tiny-modern.json (ModernBERT's states with a score head, byte-level BPE).

    PYTHONPATH=models/recipe python test/oracle/dense.make.py

The texts are packed here as strings, `text[SEP]mention[MASK]name…`, and tokenized by the reference tokenizer, which knows
the special tokens: another way to the same ids than the product's.
"""

import json
import platform
import shutil
from pathlib import Path

import torch
import transformers
from conceptlens_recipe import dense_export
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig,
    BertForTokenClassification,
    BertTokenizer,
    ModernBertConfig,
    ModernBertModel,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)

ROOT = Path(__file__).resolve().parents[2]
FIXTURES, ORACLES = ROOT / "test" / "fixtures", ROOT / "test" / "oracle"
SEED = 11
WINDOW = 192

#: Passages as lists of sentences; each sentence has its mentions with their candidates' names.
DOCUMENT = [
    [
        ("Insulin lowers blood sugar. ", {"Insulin": ["insulin", "human insulin", "insulin-like growth factor"]}),
        (
            "β-cells of type 2 diabetes fail (T2D); naïve ones do not.",
            {
                "β-cells": ["beta cell", "cell"],
                "type 2 diabetes": ["diabetes mellitus type 2", "diabetes mellitus", "type 1 diabetes"],
                "T2D": ["diabetes mellitus type 2"],
            },
        ),
    ],
    [("Metformin helps.", {"Metformin": ["metformin", "phenformin"]})],
]


def passages() -> list[dict]:
    found = []
    for sentences in DOCUMENT:
        text, spans, mentions = "", [], []
        for sentence, candidates in sentences:
            spans.append({"start": len(text), "end": len(text) + len(sentence)})
            for surface, names in candidates.items():
                start = len(text) + sentence.index(surface)
                mentions.append(
                    {
                        "span": {"start": start, "end": start + len(surface)},
                        "mentionText": surface,
                        "candidates": [{"name": n, "preferred": n, "features": []} for n in names],
                    }
                )
            text += sentence
        found.append({"text": text, "sentences": spans, "mentions": mentions})
    return found


def sequences(mode: str, context: str) -> list[tuple[str, list[tuple[int, int, int]]]]:
    """Every string that the model reads, with the places of its scores: passage, mention, candidate."""
    read = []
    for p, sentences in enumerate(DOCUMENT):
        whole = "".join(sentence for sentence, _ in sentences)
        m, of_passage = 0, []
        for sentence, candidates in sentences:
            text = whole if context == "passage" else sentence
            of_sentence = []
            for surface, names in candidates.items():
                pairs = [(f"[SEP]{surface}[MASK]{name}", (p, m, c)) for c, name in enumerate(names)]
                if mode == "pair":
                    read += [(text, [pair]) for pair in pairs]
                if mode == "mention":
                    read.append((text, pairs))
                of_sentence += pairs
                m += 1
            if mode == "sentence":
                read.append((sentence, of_sentence))
            of_passage += of_sentence
        if mode in ("passage", "document"):
            read.append((whole, of_passage))
    if mode == "document":
        read = [("\n".join(text for text, _ in read), [pair for _, pairs in read for pair in pairs])]
    return [(text + "".join(s for s, _ in pairs), [place for _, place in pairs]) for text, pairs in read]


def randomised(model: PreTrainedModel) -> PreTrainedModel:
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 2:
                parameter.normal_(std=0.6 if "embeddings" in name else 0.25)
            elif "norm" not in name.lower():
                parameter.normal_(std=0.1)
    return model.eval()


def bert(fixture: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    vocabulary = FIXTURES / "tiny-linker" / "vocab.txt"
    shutil.copy(vocabulary, fixture / "vocab.txt")
    (fixture / "tokenizer_config.json").write_text('{"do_lower_case": true, "tokenizer_class": "BertTokenizer"}\n')
    config = BertConfig(
        vocab_size=len(vocabulary.read_text(encoding="utf-8").splitlines()),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=WINDOW,
        num_labels=2,
    )
    tokenizer = BertTokenizer(str(fixture / "vocab.txt"), do_lower_case=True)
    return randomised(BertForTokenClassification(config)), tokenizer


def modern_bert(fixture: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=360, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    bpe.train_from_iterator([p["text"] for p in passages()], trainer)
    bpe.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    names = {f"{name.strip('[]').lower()}_token": name for name in special}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, **names)
    tokenizer.save_pretrained(fixture)
    config = ModernBertConfig(
        vocab_size=bpe.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=WINDOW,
        global_attn_every_n_layers=2,
        local_attention=32,
        pad_token_id=0,
        bos_token_id=2,
        eos_token_id=3,
        cls_token_id=2,
        sep_token_id=3,
    )
    return randomised(ModernBertModel._from_config(config, attn_implementation="eager")), tokenizer


def odds(model: PreTrainedModel, head: dict | None, ids: torch.Tensor) -> torch.Tensor:
    """The score at every token of a sequence."""
    output = model.double()(input_ids=ids)
    if head is None:
        return output.logits[0, :, 1] - output.logits[0, :, 0]
    return output.last_hidden_state[0] @ torch.tensor(head["weight"], dtype=torch.float64) + head["bias"]


@torch.no_grad()
def scores(
    model: PreTrainedModel, head: dict | None, tokenizer: PreTrainedTokenizerBase, mode: str, context: str
) -> list:
    found = [[[0.0] * len(m["candidates"]) for m in p["mentions"]] for p in passages()]
    for string, places in sequences(mode, context):
        ids = tokenizer(string, return_tensors="pt")["input_ids"]
        assert ids.shape[1] <= WINDOW, ids.shape
        values = odds(model, head, ids)[ids[0] == tokenizer.mask_token_id]
        assert len(values) == len(places), string
        for (p, m, c), value in zip(places, values.tolist(), strict=True):
            found[p][m][c] = round(value, 7)
    return found


def make(name: str, creator, with_head: bool) -> None:
    torch.manual_seed(SEED)
    fixture = FIXTURES / name
    shutil.rmtree(fixture, ignore_errors=True)
    fixture.mkdir(parents=True)
    model, tokenizer = creator(fixture)
    scratch = fixture / "huggingface"
    model.save_pretrained(scratch)
    dense_export.export(scratch, fixture)
    shutil.rmtree(scratch)
    head = None
    if with_head:
        head = {"weight": [round(x, 4) for x in torch.randn(model.config.hidden_size).tolist()], "bias": 0.25}
        config = json.loads((fixture / "config.json").read_text())
        (fixture / "config.json").write_text(json.dumps(config | {"score_head": head}, indent=2) + "\n")
    modes = [("pair", "sentence"), ("pair", "passage"), ("mention", "sentence"), ("mention", "passage")]
    modes += [(mode, "sentence") for mode in ("sentence", "passage", "document")]
    oracle = {
        "about": f"Scores of test/fixtures/{name} by mode, in PyTorch, float64, at every [MASK]; by passage, mention and "
        "candidate. Of two labels: the log odds of the second.",
        "madeBy": {
            "script": "test/oracle/dense.make.py",
            "seed": SEED,
            "torch": torch.__version__.split("+")[0],
            "transformers": transformers.__version__,
            "python": platform.python_version(),
        },
        "tolerance": 1e-4,
        "window": WINDOW,
        "passages": passages(),
        "modes": [{"mode": m, "context": c, "scores": scores(model, head, tokenizer, m, c)} for m, c in modes],
        "ids": {m: tokenizer(sequences(m, "sentence")[0][0])["input_ids"] for m in ("pair", "passage", "document")},
    }
    text = json.dumps(oracle, ensure_ascii=False, separators=(",", ":"))
    (ORACLES / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    make("tiny-dense", bert, with_head=False)
    make("tiny-modern", modern_bert, with_head=True)


if __name__ == "__main__":
    main()
