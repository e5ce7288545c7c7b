"""Makes the seeded causal language models that tests run, and the letter probabilities that `transformers` computes with them.

    python -m conceptlens_recipe.generative_tiny --fixture ../../test/fixtures/tiny-generative --oracle ../../test/oracle/generative.json

The weights are random and nothing is learnt; architectures, tokenizers, chat templates and file layout are those of published
checkpoints:

- `qwen2`: Qwen2 with byte-level BPE and ChatML (as Qwen2.5-0.5B-Instruct),
- `qwen3`: Qwen3, whose template can leave thinking out (as Qwen3-0.6B),
- `llama`: Llama with a beginning token and headers (as Llama-3.2-1B-Instruct),
- `gemma`: Gemma 3 with sliding windows, a SentencePiece-like BPE with byte fallback, and turns (as gemma-3-1b-it),
- `smollm`: a Llama of SmolLM's shape that was not taught to chat, without a template (as SmolLM2-135M).

The oracle is computed in PyTorch on whole prompts, without a cache and without ONNX.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
import transformers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    AutoModelForCausalLM,
    Gemma3TextConfig,
    LlamaConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen3Config,
)

from .generative_export import export

PASSAGE = (
    "Text: Patients with T2D received metformin. HbA1c fell by 0.9 % (β = −0.4; p < 0.01), "
    "and naïve T cells of the “control” group stayed as they were…\n\n"
)
#: Three mentions of one passage, one of another, and one without a passage: what a request may hold.
PROMPTS = [
    f"{PASSAGE}Mention: received **metformin**. HbA1c\nA. metformin\nB. phenformin\nC. None of the above\nAnswer:",
    f"{PASSAGE}Mention: Patients with **T2D** received\nA. type 2 diabetes (diabetes mellitus type 2)\nB. None of the above\nAnswer:",
    f"{PASSAGE}Mention: and **naïve T cells** of the\nA. T cell\nB. naive T cell\nC. β cell\nD. None of the above\nAnswer:",
    "Text: Insulin lowers blood sugar.\n\nMention: **Insulin** lowers\nA. insulin\nB. None of the above\nAnswer:",
    "Asthma or café?",
    # Longer than what is read at once.
    f"{PASSAGE * 3}Mention: **Patients** with\nA. patient\nB. None of the above\nAnswer:",
]
LETTERS = "ABCD"
SIZES = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2}

CHATML = (
    "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)
#: As Qwen3's: an empty thought is put in the model's mouth when it is not to think.
QWEN3 = CHATML.replace(
    "assistant\\n' }}",
    "assistant\\n' }}{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}",
)
LLAMA3 = (
    "{{- bos_token }}{%- for message in messages %}{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' "
    "+ message['content'] | trim + '<|eot_id|>' }}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}"
)
GEMMA = (
    "{{ bos_token }}{%- for message in messages -%}{%- set role = 'model' if message['role'] == 'assistant' else message['role'] -%}"
    "{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim }}{{ '<end_of_turn>\\n' }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<start_of_turn>model\\n' }}{%- endif -%}"
)
#: The split of Qwen's and Llama 3's tokenizers.
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def _byte_level(specials: list[str], bos: str | None) -> Tokenizer:
    made = Tokenizer(models.BPE())
    made.normalizer = normalizers.NFC()
    split = pre_tokenizers.Split(Regex(SPLIT), "isolated")
    made.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=560, special_tokens=specials, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    made.train_from_iterator(PROMPTS, trainer)
    if bos:
        made.post_processor = processors.TemplateProcessing(single=f"{bos} $A", special_tokens=[(bos, made.token_to_id(bos))])
    return made


def _gemma() -> Tokenizer:
    made = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    made.normalizer = normalizers.Replace(" ", "▁")
    made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    specials = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>", *(f"<0x{byte:02X}>" for byte in range(256))]
    # No “β” or “−” among the letters that it learns: those are left to the bytes.
    letters = sorted(set("".join(PROMPTS)) - set("β−…"))
    words = [part for prompt in PROMPTS for part in prompt.replace(" ", "▁").replace("β", "").replace("−", "").split("▁")]
    trainer = trainers.BpeTrainer(vocab_size=460, special_tokens=specials, initial_alphabet=letters, show_progress=False)
    made.train_from_iterator([f"▁{word}" for word in words], trainer)
    # Bytes are ordinary tokens, but for the training.
    state = json.loads(made.to_str())
    state["added_tokens"] = [one for one in state["added_tokens"] if not one["content"].startswith("<0x")]
    made = Tokenizer.from_str(json.dumps(state))
    made.post_processor = processors.TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", made.token_to_id("<bos>"))])
    return made


def tokenizer(name: str) -> PreTrainedTokenizerFast:
    if name in ("qwen2", "qwen3"):
        specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
        made = _byte_level(specials, None)
        if name == "qwen3":
            made.add_tokens([AddedToken("<think>", normalized=False), AddedToken("</think>", normalized=False)])
        template = QWEN3 if name == "qwen3" else CHATML
        return _finished(made, template, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    if name == "llama":
        bos = "<|begin_of_text|>"
        made = _byte_level([bos, "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>"], bos)
        return _finished(made, LLAMA3, bos_token=bos, eos_token="<|eot_id|>")
    if name == "gemma":
        return _finished(_gemma(), GEMMA, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>")
    return _finished(_byte_level(["<|endoftext|>"], None), None, bos_token="<|endoftext|>", eos_token="<|endoftext|>")


def _finished(made: Tokenizer, template: str | None, **specials: str) -> PreTrainedTokenizerFast:
    finished = PreTrainedTokenizerFast(tokenizer_object=made, model_max_length=512, **specials)
    if template:
        finished.chat_template = template
    return finished


def config(name: str, of: PreTrainedTokenizerFast) -> transformers.PretrainedConfig:
    common = {
        **SIZES, "vocab_size": len(of), "max_position_embeddings": 512, "bos_token_id": of.bos_token_id,
        "eos_token_id": of.eos_token_id, "pad_token_id": of.pad_token_id, "attn_implementation": "eager",
    }  # fmt: skip
    if name == "qwen2":
        return Qwen2Config(**common, tie_word_embeddings=True)
    if name == "qwen3":
        return Qwen3Config(**common, head_dim=16, tie_word_embeddings=True)
    if name == "gemma":
        # A window shorter than the prompts, so that it matters.
        return Gemma3TextConfig(**common, head_dim=16, sliding_window=24, layer_types=["sliding_attention", "full_attention"])
    scaling = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
               "original_max_position_embeddings": 64, "rope_theta": 500000.0}  # fmt: skip
    return LlamaConfig(**common, tie_word_embeddings=True, **({"rope_parameters": scaling} if name == "llama" else {}))


NAMES = ("qwen2", "qwen3", "llama", "gemma", "smollm")


def tiny(name: str, of: PreTrainedTokenizerFast) -> PreTrainedModel:
    """A model of random weights whose letters have probabilities that lie apart."""
    torch.manual_seed(11 + NAMES.index(name))
    model = AutoModelForCausalLM.from_config(config(name, of), attn_implementation="eager")
    with torch.no_grad():
        for key, weight in model.named_parameters():
            if weight.dim() > 1:
                # Gemma multiplies its embeddings by the root of their width.
                weight.normal_(0, (0.1 if name == "gemma" else 0.5) if "embed" in key else 1.2 / weight.shape[1] ** 0.5)
    return model.eval()


def rendered(of: PreTrainedTokenizerFast, prompt: str) -> list[int]:
    if not of.chat_template:
        return of(prompt)["input_ids"]
    text = of.apply_chat_template(
        [{"role": "user", "content": prompt}], tokenize=False, add_generation_prompt=True, enable_thinking=False
    )
    return of(text, add_special_tokens=False)["input_ids"]


def letter_ids(of: PreTrainedTokenizerFast, letter: str) -> list[int]:
    """Tokens that are this letter, alone or after a space; not the one for its byte."""
    words = [number for number in range(len(of)) if number not in of.all_special_ids]
    words = [number for number in words if not of.convert_ids_to_tokens(number).startswith("<0x")]
    return [number for number in words if of.decode([number]).lstrip(" ") == letter]


@torch.no_grad()
def oracle(model: PreTrainedModel, of: PreTrainedTokenizerFast) -> list[dict]:
    rows = []
    for prompt in PROMPTS:
        ids = rendered(of, prompt)
        logits = model(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.int64)).logits
        spread = torch.log_softmax(logits[0, -1].double(), -1)
        of_letters = [torch.logsumexp(spread[letter_ids(of, letter)], 0).item() for letter in LETTERS]
        written = greedy(model, ids, 6)
        rows.append({
            "prompt": prompt, "ids": ids, "logProbabilities": [round(value, 6) for value in of_letters],
            "written": of.decode(written, skip_special_tokens=True), "nWritten": len(written),
        })  # fmt: skip
    return rows


def greedy(model: PreTrainedModel, ids: list[int], most: int) -> list[int]:
    """The likeliest token at each place, each time over the whole text; without the token that ends it."""
    written: list[int] = []
    for _ in range(most):
        logits = model(input_ids=torch.tensor([ids + written])).logits[0, -1]
        best = int(logits.argmax())
        if best == model.config.eos_token_id:
            break
        written.append(best)
    return written


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the tests' language models and what transformers computes with them.")
    parser.add_argument("--fixture", type=Path, required=True)
    parser.add_argument("--oracle", type=Path, required=True)
    options = parser.parse_args()
    found = {}
    for name in NAMES:
        of = tokenizer(name)
        model = tiny(name, of)
        export(model, of, options.fixture / name)
        found[name] = {
            "letterIds": [letter_ids(of, letter) for letter in LETTERS], "rows": oracle(model, of),
        }  # fmt: skip
    made_by = f"transformers {transformers.__version__}, torch {torch.__version__}"
    text = json.dumps({"made by": made_by, "letters": list(LETTERS), "models": found}, ensure_ascii=False, separators=(",", ":"))
    options.oracle.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
