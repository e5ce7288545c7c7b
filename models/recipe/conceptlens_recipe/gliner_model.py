"""gliner's span-level bi-encoder with a text encoder that knows mentions already, and how it reads and scores here.

The text encoder starts as the linker's (`models/linker`), which was trained to tag mentions by semantic group; the encoder of
labels is all-MiniLM-L6-v2. What joins them, the representation of spans and the projection of labels, is new.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from gliner import GLiNER
from torch import Tensor

from . import onnx_export
from .contract import Architecture
from .gliner_data import Example
from .manifest import ENCODER
from .model import TwoStreamEncoder, bert_weights, minilm_vocabulary

#: What a new model finds every label of every span with: most spans have no label, and a model that begins at one in two
#: spends its first minutes on learning so.
FIRST_PROBABILITY = 0.01


def linker_weights(folder: Path) -> dict[str, Tensor]:
    """Of a released linker."""
    linker = TwoStreamEncoder(Architecture())
    onnx_export.read(linker, folder / ENCODER, whole=True)
    return bert_weights(linker)


def new_model(max_width: int, seed: int, linker: Path | None) -> GLiNER:
    """Without a linker the text encoder starts as all-MiniLM-L6-v2, too."""
    folder = minilm_vocabulary().parent
    bert = json.loads((folder / "config.json").read_text())
    torch.manual_seed(seed)
    model = GLiNER.from_config(
        {
            "model_name": str(folder), "labels_encoder": str(folder), "encoder_config": dict(bert),
            "labels_encoder_config": dict(bert), "hidden_size": bert["hidden_size"], "max_width": max_width,
            "max_len": 384, "span_mode": "markerV0", "subtoken_pooling": "first", "num_rnn_layers": 0, "dropout": 0.1,
            "post_fusion_schema": "", "vocab_size": -1, "class_token_index": -1, "fuse_layers": False,
        }
    )  # fmt: skip
    # Where the encoders came from matters no more once their weights are in the checkpoint.
    model.config.model_name = model.config.labels_encoder = "sentence-transformers/all-MiniLM-L6-v2"
    core = model.model
    if linker:
        text_encoder = core.token_rep_layer.bert_layer.model
        missing, unexpected = text_encoder.load_state_dict(linker_weights(linker), strict=False)
        assert not unexpected and all("pooler" in name or "position_ids" in name for name in missing), (missing, unexpected)
    _begin(core, FIRST_PROBABILITY)
    return model


@torch.no_grad()
def _begin(core: torch.nn.Module, probability: float) -> None:
    """Labels begin where their encoder has them: spans learn to go there, and a label that is never trained keeps its place
    among the others. Scores are products of a span's vector with a label's, without a bias of their own: the biases of both
    sides stand for it."""
    into, out = core.prompt_rep_layer[0], core.prompt_rep_layer[-1]
    same = torch.eye(out.out_features)
    into.bias.zero_()
    into.weight.mul_(0.1)[: 2 * len(same)] = torch.cat([same, -same])
    out.weight.mul_(0.1)[:, : 2 * len(same)] = torch.cat([same, -same], 1)
    spans, each = core.span_rep_layer.span_rep_layer.out_project[-1], -torch.logit(torch.tensor(probability)) / len(same)
    spans.bias.fill_(float(each.sqrt()))
    out.bias.fill_(-float(each.sqrt()))


class Labels:
    """Embeddings of labels before the trained projection; each is computed once."""

    def __init__(self, model: GLiNER):
        self.model, self.known = model, {}

    def __call__(self, labels: Sequence[str], batch: int = 64) -> Tensor:
        new = [label for label in labels if label not in self.known]
        for at in range(0, len(new), batch):
            part = new[at : at + batch]
            pieces = self.model.data_processor.labels_tokenizer(part, return_tensors="pt", padding=True, truncation=True)
            with torch.no_grad():
                encoded = self.model.model.token_rep_layer.encode_labels(pieces["input_ids"], pieces["attention_mask"])
            self.known |= dict(zip(part, encoded, strict=True))
        return torch.stack([self.known[label] for label in labels])


def read_words(model: GLiNER, batch: Sequence[Example]) -> Tensor:
    """States of the words of passages `[passages, words, hidden]`."""
    words = [list(one.words)[: model.config.max_len] for one in batch]
    pieces = model.data_processor.tokenize_inputs(words)
    found = model.model.get_representations(
        input_ids=pieces["input_ids"], attention_mask=pieces["attention_mask"], words_mask=pieces["words_mask"],
        text_lengths=torch.tensor([[len(one)] for one in words]),
        labels_embeds=torch.zeros(1, model.config.hidden_size),
    )  # fmt: skip
    return found.words_embedding


def score(model: GLiNER, words: Tensor, spans: Sequence[Sequence[tuple[int, int]]], labels: Tensor) -> Tensor:
    """Logits `[passages, spans, labels]`. Every passage has equally many spans, a multiple of the model's `max_width`."""
    read = model.model.span_rep_layer(words, torch.tensor(spans))
    return (read.flatten(1, 2) @ model.model.prompt_rep_layer(labels).T).float()
