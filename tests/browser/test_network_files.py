"""Models in files: opened, understood, kept, taken away, and refused with words."""

import pickle
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from playwright.sync_api import Request, expect
from safetensors.numpy import save_file

import lstm

if TYPE_CHECKING:
    from tests.browser.conftest import Network, Watch

pytestmark = pytest.mark.browser

LARGEST = 64 * 2**20
TOKENS = tuple("abcdef gh")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Give a file of the lab's own: two layers over characters."""
    rng = np.random.default_rng(int.from_bytes(str(tmp_path).encode()[-4:], "big"))
    model = lstm.Model(
        lstm.random_layers(rng, [6, 9, 7], "glorot", 1.0),
        None,
        rng.normal(size=(len(TOKENS), 6)),
        lstm.Vocabulary(TOKENS),
    )
    path = tmp_path / "letters.safetensors"
    lstm.save(model, path)
    return path


@pytest.fixture
def torch(tmp_path: Path) -> Path:
    """Give a file with PyTorch's names, a prefix, and a tensor that the lab cannot use."""
    rng = np.random.default_rng(3)
    tensors = {
        f"encoder.rnn.{name}": rng.normal(size=shape).astype(np.float32)
        for name, shape in {
            "weight_ih_l0": (20, 2),
            "weight_hh_l0": (20, 5),
            "bias_ih_l0": (20,),
            "bias_hh_l0": (20,),
        }.items()
    }
    tensors["attention.query"] = np.ones((3, 4, 5), np.float32)
    path = tmp_path / "from torch.safetensors"
    save_file(tensors, path)
    return path


def opened(network: "Network", path: Path, says: str) -> None:
    """Open a file, and wait until the page runs it."""
    network.file.set_input_files(path)
    network.runs(says)
    expect(network.choice("Model").locator("option:checked")).to_have_text(path.name)


def names(network: "Network") -> list[str]:
    """List the models that there are to choose."""
    return network.choice("Model").locator("option").all_text_contents()


def shows_model(network: "Network", path: Path, text: str, layer: int = 1) -> None:
    """Expect the numbers of the engine, for the model in a file that reads characters."""
    model = lstm.load(path)
    assert model.vocabulary is not None
    trace = lstm.run(model, model.vocabulary.read(text)[1][:, None]).layers[layer - 1]
    network.draws("heatmaps", "f", trace.f[:, 0].T.tolist())
    network.go(3)
    network.shows(
        {
            "c_norm": float(np.linalg.norm(trace.c[2, 0])),
            "h_norm": float(np.linalg.norm(trace.h[2, 0])),
        }
    )


def test_a_file_of_the_lab_opens_and_runs_as_the_engine_says(network: "Network", own: Path) -> None:
    network.open()
    opened(network, own, "2 layers of 9, 7 units")
    text = network.text.input_value()
    assert set(text) <= set(TOKENS)
    shows_model(network, own, text)
    network.text.fill("a bad cafe")
    network.tokens(10)
    shows_model(network, own, "a bad cafe")
    network.choice("Layer").select_option("1")
    shows_model(network, own, "a bad cafe", layer=2)


def test_what_was_understood_is_listed_with_the_order_of_the_gates(
    network: "Network", own: Path
) -> None:
    network.open()
    opened(network, own, "2 layers of 9, 7 units")
    network.page.get_by_text("What was understood").click()
    listed = network.page.locator(".lab-understood")
    expect(listed).to_contain_text("input gate i, forget gate f, candidate g, output gate o")
    expect(listed).to_contain_text("A vocabulary of 9 characters")
    expect(listed.locator(".is-ignored")).to_have_count(0)


def test_a_file_of_pytorch_opens_and_what_was_not_understood_is_named(
    network: "Network", torch: Path
) -> None:
    network.open()
    opened(network, torch, "1 layer of 5 units, 2 inputs")
    expect(network.choice("Read as")).to_have_value("numbers")
    network.page.get_by_text("What was understood").click()
    expect(network.page.locator(".lab-understood .is-ignored")).to_contain_text("attention.query")
    network.text.fill("0.5, 1\n-1, 2")
    network.tokens(2)
    with pytest.warns(UserWarning, match="attention"):
        model = lstm.load(torch)
    inputs = np.array([[[0.5, 1]], [[-1, 2]]], np.float32)
    [trace] = lstm.run(model, inputs).layers
    network.go(2)
    network.shows({"c_norm": float(np.linalg.norm(trace.c[1, 0]))})
    # Another number of columns cannot be read, and what is there stays.
    network.text.fill("1 2 3")
    network.text.blur()
    expect(network.alert).to_contain_text("takes 2 numbers at each step")
    expect(network.text).to_have_attribute("aria-invalid", "true")
    network.at(2, "Complete")


def test_tokens_outside_the_vocabulary_are_named(network: "Network", own: Path) -> None:
    network.open()
    opened(network, own, "2 layers")
    before = network.all_numbers()
    network.text.fill("a bad zoo")
    network.text.blur()
    expect(network.alert).to_contain_text("'z'")
    expect(network.alert).to_contain_text("this model knows")
    expect(network.text).to_have_attribute("aria-invalid", "true")
    assert network.all_numbers() == before


def refused(network: "Network", path: Path, *words: str) -> None:
    """Open a file that cannot be used: the page says why, and shows what it did."""
    before = network.all_numbers()
    network.file.set_input_files(path)
    for part in words:
        expect(network.alert).to_contain_text(part)
    assert network.all_numbers() == before
    network.runs("1 layer of 6 units")
    assert path.name not in names(network)
    network.button("Step forward").click()
    expect(network.reading("t")).not_to_have_attribute("value", before["t"][0])


def test_a_pickled_file_is_refused_with_the_two_lines_that_help(
    network: "Network", watch: "Watch", tmp_path: Path
) -> None:
    watch.allow("422")
    path = tmp_path / "model.pt"
    path.write_bytes(pickle.dumps({"weight_ih_l0": [1.0]}))
    network.open(t=3)
    refused(
        network,
        path,
        "pickled file",
        "from safetensors.torch import save_file",
        'save_file(model.state_dict(), "model.safetensors")',
    )


def test_damaged_and_foreign_files_are_refused_with_words(
    network: "Network", watch: "Watch", tmp_path: Path, own: Path
) -> None:
    watch.allow("422")
    content = own.read_bytes()
    nan = tmp_path / "nan.safetensors"
    bad = np.full((4, 1), np.nan, np.float32)
    save_file({"weight_ih_l0": bad, "weight_hh_l0": np.ones((4, 1), np.float32)}, nan)
    mismatched = tmp_path / "mismatched.safetensors"
    save_file({"weight_ih_l0": np.ones((12, 3)), "weight_hh_l0": np.ones((8, 2))}, mismatched)
    other = tmp_path / "other.safetensors"
    save_file({"conv.weight": np.ones((3, 3))}, other)
    cases: dict[str, tuple[bytes, str]] = {
        "cut.safetensors": (content[: len(content) // 2], "cut off"),
        "empty.safetensors": (b"", "empty"),
        "text.safetensors": (b"hello world", "no safetensors file"),
        "nan.safetensors": (nan.read_bytes(), "NaN"),
        "mismatched.safetensors": (mismatched.read_bytes(), "weight_"),
        "other.safetensors": (other.read_bytes(), "There is no LSTM in the file"),
    }
    network.open(t=3)
    for name, (damaged, words) in cases.items():
        path = tmp_path / name
        path.write_bytes(damaged)
        refused(network, path, words)


def test_a_file_that_is_too_large_is_refused_and_not_sent(
    network: "Network", watch: "Watch", tmp_path: Path
) -> None:
    path = tmp_path / "huge.safetensors"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    network.open(t=3)
    before = list(watch.requests)
    refused(network, path, "huge.safetensors", "at most 64 MB")
    assert watch.requests == before


def test_a_name_that_looks_like_markup_or_a_path_is_only_a_name(
    network: "Network", own: Path
) -> None:
    network.open()
    name = '<b>x</b>".safetensors'
    network.file.set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": own.read_bytes()}
    )
    network.runs("2 layers")
    expect(network.choice("Model").locator("option:checked")).to_have_text(name)


def test_what_is_set_afterwards_never_sends_the_file_again(network: "Network", own: Path) -> None:
    network.open()
    sent: list[Request] = []

    def asked_for(request: Request) -> None:
        sent.append(request)

    network.page.on("request", asked_for)
    opened(network, own, "2 layers of 9, 7 units")
    network.choice("Layer").select_option("1")
    expect(network.region("Unit")).to_contain_text("of layer 2")
    network.choice("Units sorted by").select_option("mean")
    network.pinned.fill("6")
    network.pinned.press("Enter")
    network.pins(6)
    network.text.fill("a bad cafe")
    network.tokens(10)
    network.choice("Layer").select_option("0")
    expect(network.region("Unit")).to_contain_text("of layer 1")
    network.page.remove_listener("request", asked_for)
    posts = [request for request in sent if request.method == "POST"]
    assert [one.url.split("?")[0].split("/")[-1] for one in posts].count("models") == 1
    asked = [one for one in posts if "/models" not in one.url]
    assert len(asked) >= 5
    assert max(len(one.post_data or "") for one in asked) < 5000


def test_a_saved_file_is_listed_after_a_reload_and_a_removed_one_is_not(
    network: "Network", own: Path
) -> None:
    network.open()
    opened(network, own, "2 layers of 9, 7 units")
    network.button("Save").click()
    expect(network.button("Saved")).to_have_attribute("aria-pressed", "true")
    network.open()
    network.runs("1 layer of 6 units")
    expect(network.choice("Model").locator("option", has_text=own.name)).to_be_attached()
    expect(network.button("Save")).to_have_count(0)
    network.choice("Model").select_option(label=own.name)
    network.runs("2 layers of 9, 7 units")
    expect(network.button("Saved")).to_be_visible()
    network.button("Remove").click()
    network.runs("1 layer of 6 units")
    expect(network.choice("Model").locator("option", has_text=own.name)).to_have_count(0)
    network.open()
    assert own.name not in names(network)


def test_a_reload_opens_the_file_again_with_its_text(network: "Network", own: Path) -> None:
    network.open()
    opened(network, own, "2 layers of 9, 7 units")
    network.text.fill("a bad cafe")
    network.tokens(10)
    network.text.blur()
    network.until("() => location.hash.includes('hash=') && location.hash.includes('cafe')")
    network.page.reload()
    network.ready()
    network.runs("2 layers of 9, 7 units")
    expect(network.text).to_have_value("a bad cafe")
    expect(network.choice("Model").locator("option:checked")).to_have_text(own.name)
    shows_model(network, own, "a bad cafe")


def test_another_reader_has_the_file_by_its_link_alone_until_it_is_removed(
    network: "Network", clipboard: None, watch: "Watch", own: Path
) -> None:
    network.open()
    opened(network, own, "2 layers of 9, 7 units")
    network.text.fill("a bad cafe")
    network.tokens(10)
    network.go(3)
    network.button("Copy link").click()
    expect(network.page.get_by_role("banner").get_by_role("status")).to_have_text("Link copied")
    link = network.page.evaluate("() => navigator.clipboard.readText()")
    numbers = network.all_numbers()

    owner = network.forget()
    network.open()
    assert own.name not in names(network)
    network.leave()
    network.page.goto(link)
    network.ready()
    network.runs("2 layers of 9, 7 units")
    network.at(3, "Paused")
    assert network.all_numbers() == numbers
    expect(network.button("Remove")).to_have_count(0)

    network.remember(owner)
    network.page.goto(link)
    network.button("Remove").click()
    network.runs("1 layer of 6 units")
    network.forget()
    watch.allow("422")
    network.page.goto(link)
    network.ready()
    expect(network.alert).to_contain_text("Open")
    network.runs("1 layer of 6 units")
    network.button("Quotes").click()
    network.tokens(41)
    expect(network.alert).to_have_count(0)
    network.go(9)
    expect(network.reading("token")).to_have_text('"')
