"""Causal language models of transformers, made and saved here and now (make test-extras)."""

import importlib
import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm import LabError, probing
from lstm.generation import Choice
from lstm.language_model import LanguageModel
from lstm.sources.transformers import TransformersModel, open_folder

pytestmark = pytest.mark.extras

TEXT = " 1, 1, 1, the keys to the cabinet are on the table, and the key is not."
WORDS = ("1", "2", "3", "the", "keys", "key", "to", "cabinet", "are", "is", "on", "table", "not")


@pytest.fixture(name="torch", scope="module")
def pytorch() -> Any:
    return pytest.importorskip("torch")


@pytest.fixture(name="transformers", scope="module")
def hugging_face(torch: Any) -> Any:
    return pytest.importorskip("transformers")


@pytest.fixture(name="tokenizer", scope="module")
def of_bytes(transformers: Any) -> Any:
    """Give a tokenizer as GPT-2 has one: pieces of bytes, with the spaces before them."""
    tokenizers = importlib.import_module("tokenizers")
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator([f" {word}" for word in WORDS] * 5, trainer)
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<|endoftext|>", clean_up_tokenization_spaces=False
    )


def a_gpt2(torch: Any, transformers: Any) -> Any:
    torch.manual_seed(0)
    # Weights ten times as large as usual: small ones say the same after every token.
    settings = {"initializer_range": 0.2, "bos_token_id": 0, "eos_token_id": 0}
    shape = {"vocab_size": 320, "n_positions": 64, "n_embd": 32, "n_layer": 4, "n_head": 4}
    network = transformers.GPT2LMHeadModel(transformers.GPT2Config(**shape, **settings))
    torch.nn.init.normal_(network.transformer.ln_f.weight, 1, 0.3)
    torch.nn.init.normal_(network.transformer.ln_f.bias, 0, 0.3)
    return network.eval()


@pytest.fixture(name="network", scope="module")
def gpt2(torch: Any, transformers: Any) -> Any:
    return a_gpt2(torch, transformers)


@pytest.fixture(name="folder", scope="module")
def saved(network: Any, tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("gpt2")
    network.save_pretrained(path)
    tokenizer.save_pretrained(path)
    return path


@pytest.fixture(name="opened", scope="module")
def opened_without_a_network(folder: Path) -> Iterator[TransformersModel]:
    def refuse(*_: Any) -> None:
        raise AssertionError("A model of a folder asks no server.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        yield open_folder(folder)


def test_a_folder_is_a_language_model(opened: TransformersModel, network: Any, torch: Any) -> None:
    speaker: LanguageModel = opened  # as mypy reads the protocol
    tokens = speaker.tokens_of(TEXT)
    assert [speaker.text_of(number) for number in tokens[:5]] == [" 1", ",", " 1", ",", " 1"]
    assert "".join(speaker.text_of(number) for number in tokens) == TEXT
    assert speaker.longest == 64

    states = speaker.read(tokens)
    with torch.no_grad():
        done = network(torch.from_numpy(tokens)[None], output_hidden_states=True)
    assert len(states.h) == 4  # without the embeddings, which are a fifth
    assert states.c is None
    for ours, theirs in zip(states.h, done.hidden_states[1:], strict=True):
        np.testing.assert_allclose(ours, theirs[0].numpy(), rtol=0, atol=1e-5)
    np.testing.assert_allclose(speaker.logits(tokens), done.logits[0].numpy(), rtol=0, atol=1e-5)


@pytest.mark.parametrize("lens", ["raw", "final norm"])
def test_the_rank_matrix_is_what_torch_computes(
    folder: Path, network: Any, torch: Any, lens: Any
) -> None:
    output = probing.open(folder).generate(TEXT, generate=8, choice=Choice(1.5), seed=1)
    with torch.no_grad():
        done = network(torch.from_numpy(output.tokens)[None], output_hidden_states=True)
        expected = np.empty((4, len(output.tokens) - 1), int)
        for layer, state in enumerate(done.hidden_states[1:]):
            inner = lens == "final norm" and layer < 3
            scores = network.lm_head(network.transformer.ln_f(state) if inner else state)[0]
            for position in range(1, len(output.tokens)):
                z = scores[position - 1]
                came = z[output.tokens[position]]
                expected[layer, position - 1] = 1 + int((z > came).sum())
    everywhere = output.rankings(range(1, len(output.tokens)), lens=lens)
    np.testing.assert_array_equal(everywhere.rank[:, :, 0], expected)
    np.testing.assert_array_equal(output.rankings(lens=lens).rank[:, :, 0], expected[:, -8:])
    assert len(np.unique(expected)) > 40  # or nothing was told apart


def test_the_lens_at_the_top_gives_the_logits_of_the_model_everywhere(
    folder: Path, network: Any, torch: Any
) -> None:
    lm = probing.open(folder)
    output = lm.generate(TEXT)
    with torch.no_grad():
        logits = network(torch.from_numpy(output.tokens)[None]).logits[0].numpy()
    whole = np.tile(np.arange(320), (len(logits), 1))
    for lens in ("raw", "final norm"):
        said = lm.probe.read_out(output.states, whole, lens)
        np.testing.assert_allclose(said.logit[-1], logits, rtol=0, atol=1e-5)
        assert np.abs(said.divergence[-1]).max() < 1e-5
    raw, normed = (
        lm.probe.read_out(output.states, whole, lens).logit[0] for lens in ("raw", "final norm")
    )
    assert np.abs(raw - normed).max() > 1


def test_greedily_it_goes_on_as_transformers_does(
    opened: TransformersModel, network: Any, torch: Any
) -> None:
    rng = np.random.default_rng(0)
    for text in (" 1, 1,", " the keys to the", " is"):
        prompt = opened.tokens_of(text)
        theirs = network.generate(
            torch.from_numpy(prompt)[None],
            attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
            max_new_tokens=30,
            do_sample=False,
            pad_token_id=0,
        )[0, len(prompt) :]
        assert opened.continue_(prompt.tolist(), 30, Choice(), rng) == theirs.tolist()
    assert opened.continue_([1], 0, Choice(), rng) == []


def test_draws_are_those_of_the_models_own_scores(opened: TransformersModel) -> None:
    choice = Choice(1.3, top_k=20, top_p=0.9)
    prompt = opened.tokens_of(" the key").tolist()
    drawn = opened.continue_(prompt, 12, choice, np.random.default_rng(7))
    rng, tokens = np.random.default_rng(7), list(prompt)
    while len(tokens) < len(prompt) + len(drawn):
        tokens.append(choice.next(opened.logits(tokens)[-1], rng))
    assert tokens == [*prompt, *drawn]


def test_a_text_ends_where_the_model_ends_it(
    network: Any, tokenizer: Any, torch: Any, transformers: Any, tmp_path: Path
) -> None:
    ending = a_gpt2(torch, transformers)
    with torch.no_grad():
        ending.transformer.ln_f.weight.zero_()
        ending.transformer.ln_f.bias.copy_(ending.lm_head.weight[0])  # the likeliest is token 0
    ending.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    output = probing.open(tmp_path).generate(" the", generate=5)
    assert output.texts == (" the", "<|endoftext|>")


def test_what_the_folder_says_of_repetitions_does_not_come_between(
    folder: Path, opened: TransformersModel, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    settings = {"eos_token_id": 0, "repetition_penalty": 5.0, "do_sample": True, "top_k": 2}
    (tmp_path / "generation_config.json").write_text(json.dumps(settings))
    prompt = opened.tokens_of(" 1, 1,").tolist()
    rng = np.random.default_rng(0)
    assert open_folder(tmp_path).continue_(prompt, 20, Choice(), rng) == opened.continue_(
        prompt, 20, Choice(), rng
    )


def test_the_three_lines_of_the_article(folder: Path, network: Any, torch: Any) -> None:
    lm = probing.open(folder)
    output = lm.generate(" 1, 1, 1,", generate=1)
    with torch.no_grad():
        p = network(torch.from_numpy(output.tokens[:6])[None]).logits[0, -1].softmax(0)
    best = torch.topk(p, 10)
    said = output.layer_predictions(position=6, layer=3)
    assert said.tokens[0].tolist() == best.indices.tolist()
    np.testing.assert_allclose(said.probability[0], best.values, rtol=1e-4)
    assert said.texts[0][0] == output.texts[6]
    assert output.layer_predictions(position=6).tokens.shape == (4, 10)
    assert output.rankings().rank[-1].tolist() == [[1]]
    watched = output.rankings_watch([" is", " are"], position=6)
    assert watched.rank.shape == (4, 1, 2)
    token = lm.probe.speaker.token_of(" are")
    assert watched.rank[-1, 0, 1] == 1 + int((p > p[token]).sum())


def test_the_affine_lens_of_a_transformer_wants_a_text(folder: Path) -> None:
    with pytest.raises(LabError, match="no text to fit"):
        probing.open(folder).generate(TEXT).rankings(lens="affine")
    lm = probing.open(folder, texts=[TEXT, TEXT[::-1][:50]])
    assert lm.generate(TEXT).rankings(lens="affine").rank.shape[0] == 4


def test_tokens_keep_their_spaces_and_every_one_has_a_text(opened: TransformersModel) -> None:
    assert opened.text_of(opened.token_of(" is")) == " is"
    with pytest.raises(LabError, match="2 tokens"):
        opened.token_of(" is,")
    with pytest.raises(LabError, match="no token"):
        opened.token_of("")
    texts = [opened.text_of(number) for number in range(320)]
    assert all(texts)
    assert "\ufffd" not in "".join(texts)  # parts of characters have names of their own
    assert texts[-1] == "[319]"  # the head has more rows than the tokenizer has tokens
    assert opened.tokens_of("\ud800").tolist() == opened.tokens_of("?").tolist()


def test_words_with_a_mark_for_their_space_are_given_the_space(
    opened: TransformersModel, transformers: Any
) -> None:
    tokenizers = importlib.import_module("tokenizers")
    known = {"<unk>": 0, "▁the": 1, "▁keys": 2, "s": 3}
    made = tokenizers.Tokenizer(tokenizers.models.Unigram([(word, 0.0) for word in known], 0))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace()
    made.decoder = tokenizers.decoders.Metaspace()
    words = transformers.PreTrainedTokenizerFast(tokenizer_object=made, unk_token="<unk>")
    speaker = TransformersModel(opened.network, words, opened.decoder, None)
    assert [speaker.text_of(n) for n in speaker.tokens_of("the keys")] == [" the", " keys"]


def test_texts_that_are_too_long_or_of_another_tokenizer_are_refused(
    opened: TransformersModel,
) -> None:
    rng = np.random.default_rng(0)
    for wrong in (
        lambda: opened.read([1] * 65),
        lambda: opened.continue_([1] * 60, 5, Choice(), rng),
    ):
        with pytest.raises(LabError, match="at most 64 are read"):
            wrong()
    with pytest.raises(LabError, match="another model's"):
        opened.read([320])
    with pytest.raises(LabError, match="There is no text"):
        opened.read(opened.tokens_of(""))


def without(folder: Path, path: Path, *names: str) -> Path:
    shutil.copytree(folder, path, ignore=shutil.ignore_patterns(*names))
    return path


def test_folders_that_are_no_causal_language_models_are_refused(
    folder: Path, tokenizer: Any, transformers: Any, torch: Any, tmp_path: Path
) -> None:
    small = {"vocab_size": 320, "hidden_size": 16, "num_hidden_layers": 2}
    heads = {"num_attention_heads": 2, "intermediate_size": 16}
    bert = transformers.BertLMHeadModel(transformers.BertConfig(**small, **heads))
    t5 = transformers.T5ForConditionalGeneration(
        transformers.T5Config(vocab_size=320, d_model=16, d_kv=8, d_ff=16, num_layers=2)
    )
    headless = transformers.LlamaModel(transformers.LlamaConfig(**small, **heads))
    gemma = transformers.Gemma2Config(
        **small, **heads, num_key_value_heads=1, head_dim=8, final_logit_softcapping=0.01
    )
    capped = transformers.Gemma2ForCausalLM(gemma)
    for name, network in {"bert": bert, "t5": t5, "headless": headless, "capped": capped}.items():
        network.save_pretrained(tmp_path / name)
        tokenizer.save_pretrained(tmp_path / name)
    pickled = without(folder, tmp_path / "pickled", "model.safetensors")
    torch.save(a_gpt2(torch, transformers).state_dict(), pickled / "pytorch_model.bin")
    damaged = without(folder, tmp_path / "damaged", "model.safetensors")
    (damaged / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:999])
    without(folder, tmp_path / "silent", "tokenizer*")
    without(folder, tmp_path / "empty", "config.json")
    for name, words in {
        "bert": "hears the tokens that come after",
        "t5": "cannot be opened as a causal language model",
        "headless": "lacks weights of a causal language model, 'lm_head.weight' first",
        "capped": "not its head times its last state",
        "pickled": "cannot be opened",
        "damaged": "cannot be opened",
        "silent": "'silent' has no tokenizer",
        "empty": "'empty' has no config.json",
    }.items():
        with pytest.raises(LabError, match=words):
            open_folder(tmp_path / name)


def test_code_of_a_folder_is_neither_run_nor_asked_about(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def yes(prompt: str) -> str:
        asked.append(prompt)
        return "y"

    monkeypatch.setattr("builtins.input", yes)
    own = without(folder, tmp_path / "own")
    ran = tmp_path / "ran"
    (own / "own.py").write_text(f"open({str(ran)!r}, 'w').close()\nclass Own: pass\n")
    config = json.loads((own / "config.json").read_text()) | {"model_type": "own"}
    config["auto_map"] = {"AutoConfig": "own.Own", "AutoModelForCausalLM": "own.Own"}
    (own / "config.json").write_text(json.dumps(config))
    with pytest.raises(LabError, match="'own' cannot be opened as a causal language model"):
        open_folder(own)
    assert not asked
    assert not ran.exists()


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        ("Llama", {}),
        ("GPTNeoX", {}),
        ("OPT", {"ffn_dim": 16, "word_embed_proj_dim": 16}),
        ("Qwen3", {"num_key_value_heads": 1, "head_dim": 8}),
    ],
)
def test_other_architectures_open_with_their_norms(
    tokenizer: Any, transformers: Any, torch: Any, tmp_path: Path, model: str, settings: Any
) -> None:
    torch.manual_seed(0)
    small = {"vocab_size": 320, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
    settings = {"intermediate_size": 16, "max_position_embeddings": 64} | settings
    config = getattr(transformers, f"{model}Config")(**small, **settings)
    network = getattr(transformers, f"{model}ForCausalLM")(config).eval()
    network.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    speaker = open_folder(tmp_path)
    tokens = speaker.tokens_of(" the keys to the")
    with torch.no_grad():
        done = network(torch.from_numpy(tokens)[None])
    states = speaker.read(tokens)
    np.testing.assert_allclose(
        speaker.decoder(states.h[-1]), done.logits[0].numpy(), rtol=0, atol=1e-5
    )
    assert speaker.norm is not None
    assert speaker.norm(states.h[0]).shape == states.h[0].shape
    assert len(speaker.continue_(tokens.tolist(), 3, Choice(1), np.random.default_rng(0))) <= 3
