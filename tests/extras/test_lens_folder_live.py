"""A causal language model of transformers on the Lens page, served (make test-extras)."""

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from numpy.typing import NDArray

from components import create_app
from components.lens_experiments import GALLERY
from components.lens_folders import VARIABLE
from components.wire import decode

pytestmark = pytest.mark.extras

TEXT = GALLERY["gallery_keys"].text
ANSWER = {"aio_id": "lens", "part": "answer", "view": "lens"}
REQUEST = {"aio_id": "lens", "part": "request", "view": "lens"}

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(name="torch", scope="module")
def pytorch() -> Any:
    return pytest.importorskip("torch")


@pytest.fixture(name="network", scope="module")
def gpt2(torch: Any) -> Any:
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    # Weights ten times as large as usual: small ones say the same after every token.
    settings = {"initializer_range": 0.2, "bos_token_id": 0, "eos_token_id": 0}
    shape = {"vocab_size": 320, "n_positions": 64, "n_embd": 32, "n_layer": 4, "n_head": 4}
    network = transformers.GPT2LMHeadModel(transformers.GPT2Config(**shape, **settings))
    torch.nn.init.normal_(network.transformer.ln_f.weight, 1, 0.3)
    torch.nn.init.normal_(network.transformer.ln_f.bias, 0, 0.3)
    return network.eval()


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """Give pieces of bytes with the spaces before them, as GPT-2 has them."""
    transformers = pytest.importorskip("transformers")
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
    made.train_from_iterator([TEXT, *(f" {word}" for word in ("is", "are", "key"))] * 9, trainer)
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<|endoftext|>", clean_up_tokenization_spaces=False
    )


@pytest.fixture
def client(
    network: Any, tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> FlaskClient:
    folder = tmp_path / "models" / "tiny-gpt2"
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "models"))
    monkeypatch.setenv("LSTM_LAB_DATA", str(tmp_path / "data"))
    made: FlaskClient = create_app().server.test_client()
    return made


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    """Give a function that asks as the page does, until the folder is open."""

    def asked(**changes: Any) -> dict[str, Any]:
        sent: dict[str, Any] = {"n": 1, "theme": "dark", "text": TEXT, "prefix": ""}
        sent |= {"model": {"source": "folder", "hash": "tiny-gpt2"}, "watch": [" is", " are"]}
        sent |= {"generate": "0", "temperature": "0", "top_k": "", "top_p": "", "seed": "0"}
        sent |= {"lens": "raw", "bias": True, "metric": "rank", "interventions": []} | changes
        body = {
            "output": '{"aio_id":["MATCH"],"part":"answer","view":"lens"}.data',
            "outputs": {"id": ANSWER, "property": "data"},
            "inputs": [{"id": REQUEST, "property": "data", "value": sent}],
            "changedPropIds": [json.dumps(REQUEST, separators=(",", ":")) + ".data"],
            "parsedChangedPropsIds": [REQUEST],
        }
        while True:  # the first answer may be that the folder is being opened
            response = client.post("/_dash-update-component", json=body)
            assert response.status_code == 200, response.text
            (said,) = json.loads(response.text)["response"].values()
            found: dict[str, Any] = said["data"]
            if not (found["error"] or {}).get("again"):
                return found

    return asked


def ranks(network: Any, torch: Any, tokens: NDArray[np.int64], lens: str) -> NDArray[np.int64]:
    """Count by hand, of shape (L, T, V), how many tokens score higher than each."""
    with torch.no_grad():
        done = network(torch.from_numpy(tokens)[None], output_hidden_states=True)
        found = []
        for layer, state in enumerate(done.hidden_states[1:]):
            inner = lens == "final norm" and layer < 3
            z = network.lm_head(network.transformer.ln_f(state) if inner else state)[0].numpy()
            found.append(1 + (z[:, None, :] > z[:, :, None]).sum(axis=2))
    return np.array(found)


@pytest.mark.parametrize("lens", ["raw", "final norm"])
def test_the_page_shows_the_ranks_that_torch_computes(
    ask: Ask, network: Any, tokenizer: Any, torch: Any, lens: str
) -> None:
    found = ask(lens=lens, generate="6")
    assert found["error"] is None
    numbers = np.array(tokenizer(TEXT).input_ids)
    prompt = len(numbers)
    with torch.no_grad():
        for _ in range(6):
            best = int(network(torch.from_numpy(numbers)[None]).logits[0, -1].argmax())
            numbers = np.append(numbers, best)
    expected = ranks(network, torch, numbers, lens)
    T = len(found["tokens"])  # the text may end before, and then goes no further
    assert prompt < T <= len(numbers)
    assert found["prompt"] == prompt
    came = expected[:, np.arange(T - 1), numbers[1:T]]
    np.testing.assert_array_equal(decode(found["numbers"]["rank"])[:, :-1], came)
    assert (came[-1, prompt - 1 :] == 1).all()  # greedily
    watched = [tokenizer(word).input_ids[0] for word in (" is", " are")]
    np.testing.assert_array_equal(decode(found["watched"]["rank"]), expected[:, :T][:, :, watched])
    assert len(np.unique(came)) > 10  # or nothing was told apart


def test_spaces_before_tokens_are_seen_and_the_lenses_have_their_names(ask: Ask) -> None:
    found = ask()
    assert found["tokens"] == ["The", "␣keys", "␣to", "␣the", "␣cabinet"]
    assert found["watched"]["texts"] == ["␣is", "␣are"]
    assert found["layers"] == [f"Layer {n}" for n in range(1, 5)]
    assert (found["sizes"], found["vocabulary"], found["recurrent"]) == ([32] * 4, 320, False)
    assert "as in the article" in found["lens"]["says"]
    assert "final norm" in ask(lens="final norm")["lens"]["says"]
    wrong = ask(lens="affine")["error"]
    assert (wrong["field"], "one with the final norm" in wrong["message"]) == ("lens", True)
    several = ask(watch=["keys to"])["error"]
    assert (several["field"], "tokens for this model" in several["message"]) == ("watch", True)


def test_two_words_are_compared_over_prompts(client: FlaskClient) -> None:
    sent: dict[str, Any] = {
        "theme": "dark",
        "model": {"source": "folder", "hash": "tiny-gpt2"},
        "lens": "raw",
    }
    sent |= {"bias": True, "pair": [" is", " are"], "prompts": f"{TEXT}\nThe key"}
    owner = {"X-Lab-Owner": "a" * 32}
    while True:
        response = client.post("/_lab/lens/probe", json=sent, headers=owner)
        found = json.loads(response.text)
        if "Opening" not in found.get("error", ""):
            break
    assert response.status_code == 200, response.text
    assert found["words"] == ["␣is", "␣are"]
    assert np.shape([row["share"] for row in found["rows"]]) == (2, 4)
