"""Folders of models of transformers on the Lens page, without transformers."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from werkzeug.exceptions import BadRequest

from components import lens_folders, lens_view
from components.boundary import FieldError
from components.lens_folders import VARIABLE, Folders, named
from components.lens_probe import probe
from components.lens_run import answer
from components.lens_units import find_units
from components.wire import decode
from lstm import Array, LabError, Linear, Model
from lstm.generation import Choice
from lstm.language_model import LanguageModel, Norm, fitting, one_token
from lstm.states import HiddenStates

Settings = Callable[..., dict[str, Any]]
Tree = Callable[[Any], ET.Element]

ROOT = Path(__file__).parents[2]
PIECES = (" the", " keys", " is", " are", ",", "<s>")
V, H, L = len(PIECES), 4, 9
RNG = np.random.default_rng(4)
TABLE = RNG.normal(size=(L, V, H))  # a layer's state of each token
HEAD = Linear(RNG.normal(size=(V, H)), np.zeros(V))


@dataclass(frozen=True)
class Stack:
    """A language model with a final norm, whose layers know the last token alone."""

    longest: int = 20
    decoder: Linear = HEAD

    @property
    def norm(self) -> Norm:
        """A norm of its own kind."""
        return np.tanh

    def tokens_of(self, text: str) -> NDArray[np.int64]:
        """Give pieces with their spaces, behind a mark that begins each text."""
        found, rest = [5], text
        while rest:
            (piece,) = [one for one in PIECES if rest.startswith(one)]
            found.append(PIECES.index(piece))
            rest = rest[len(piece) :]
        return np.array(found)

    def token_of(self, text: str) -> int:
        """Give the number of a piece."""
        if text not in PIECES:
            raise one_token(text, [text[:1], text[1:]])
        return PIECES.index(text)

    def text_of(self, number: int) -> str:
        """Give a piece."""
        return PIECES[number]

    def read(self, tokens: ArrayLike) -> HiddenStates:
        """Look the states up."""
        numbers = fitting(tokens, self.longest)
        return HiddenStates(numbers, tuple(layer[numbers] for layer in TABLE))

    def logits(self, tokens: ArrayLike) -> Array:
        """Give the scores of the top layer."""
        return self.decoder(self.read(tokens).h[-1])

    def continue_(
        self, tokens: Sequence[int], count: int, choice: Choice, rng: np.random.Generator
    ) -> list[int]:
        """End the text after two tokens."""
        found = fitting(tokens, self.longest, count).tolist()
        for _ in range(min(count, 2)):
            found.append(choice.next(self.logits(found)[-1], rng))
        return [int(token) for token in found[len(tokens) :]]


def model_in(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    return folder


def none(_: str) -> Model:
    raise AssertionError("No file is asked for.")


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """Put our stack behind a folder, and give what a request says of it."""
    monkeypatch.setenv(VARIABLE, str(model_in(tmp_path / "stack")))
    monkeypatch.setattr(lens_folders, "_OPENED", Folders(lambda _: Stack()))
    return {"source": "folder", "hash": "stack"}


# Which folders there are


def test_folders_are_models_or_hold_them_one_level_down(tmp_path: Path) -> None:
    alone = model_in(tmp_path / "alone")
    one, two = model_in(tmp_path / "many" / "b"), model_in(tmp_path / "many" / "a")
    again = model_in(tmp_path / "more" / "a")
    model_in(tmp_path / "many" / "deep" / "er")
    (tmp_path / "many" / "notes.txt").write_text("none")
    paths = (alone, tmp_path / "many", "", tmp_path / "gone", tmp_path / "more", two)
    found = named({VARIABLE: os.pathsep.join(map(str, paths))})
    assert found == {
        "alone": alone,
        "a": two,
        "b": one,
        "gone": tmp_path / "gone",  # whoever opens it is told what it lacks
        "a (2)": again,
    }
    assert list(found) == ["alone", "a", "b", "gone", "a (2)"]
    assert named({}) == {}


def choices(tree: Tree, label: str) -> dict[str, str]:
    page = tree(lens_view.layout())
    (target,) = [one.attrib["for"] for one in page.iter("label") if one.text == label]
    (select,) = [one for one in page.iter("select") if one.get("id") == target]
    return {one["value"]: one["label"] for one in json.loads(select.attrib["options"])}


def test_the_select_offers_them_where_the_variable_is_set(
    tree: Tree, stack: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert choices(tree, "Model")["folder:stack"] == "stack (transformers)"
    monkeypatch.delenv(VARIABLE)
    assert not any(one.startswith("folder:") for one in choices(tree, "Model"))


def test_where_none_is_named_nothing_of_theirs_is_imported() -> None:
    code = (
        "import sys\n"
        "asked = []\n"
        "class Watch:\n"
        "    def find_spec(self, name, *_):\n"
        "        asked.append(name.partition('.')[0])\n"
        "sys.meta_path.insert(0, Watch())\n"
        "from components import LensView, create_app\n"
        "assert LensView()\n"
        "page = create_app().server.test_client().get('/lens')\n"
        "assert page.status_code == 200\n"
        "print({'torch', 'transformers'} & set(asked))\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("set()\n", "")


# Opening


def test_a_name_of_no_folder_is_said_at_the_model_and_is_no_path(
    stack: dict[str, Any], lens_settings: Settings, tmp_path: Path
) -> None:
    for name in ("gone", str(tmp_path / "stack"), "../stack", ""):
        found = answer(lens_settings(model={"source": "folder", "hash": name}), none)
        assert found["error"]["field"] == "model"
        assert "offers no folder" in found["error"]["message"]
    for wrong in ({"source": "disk", "hash": "stack"}, {"source": "folder", "hash": 3}):
        with pytest.raises(BadRequest):
            answer(lens_settings(model=wrong), none)


@pytest.mark.parametrize("missing", ["torch", "transformers"])
def test_without_the_libraries_the_model_says_how_to_install_them(
    missing: str, lens_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, str(model_in(tmp_path / "gpt2")))
    monkeypatch.setitem(sys.modules, "torch", ET)  # any module: it is only looked for
    monkeypatch.setitem(sys.modules, missing, None)
    found = answer(lens_settings(model={"source": "folder", "hash": "gpt2"}), none)
    assert found["error"] == {
        "message": f"This is a model of transformers, and {missing} is not installed here. "
        "Install both with: pip install 'lstm-lab[hf]'",
        "field": "model",
    }


def test_a_folder_is_opened_once_whoever_waits_for_it(until: Callable[..., None]) -> None:
    opened: list[Path] = []
    go_on = threading.Event()

    def open_(path: Path) -> LanguageModel:
        opened.append(path)
        assert go_on.wait(60)
        return Stack()

    folders, found = Folders(open_), []
    waiting = [
        threading.Thread(target=lambda: found.append(folders.model(Path("a"), 60)))
        for _ in range(3)
    ]
    for one in waiting:
        one.start()
    until(lambda: opened)
    with pytest.raises(TimeoutError):
        folders.model(Path("a"), 0)
    go_on.set()
    for one in waiting:
        one.join()
    assert opened == [Path("a")]
    assert len({id(one) for one in found}) == 1


def test_the_last_two_stay_open_and_one_that_failed_is_tried_again() -> None:
    opened: list[str] = []

    def open_(path: Path) -> LanguageModel:
        opened.append(path.name)
        if path.name == "bad":
            raise LabError("It has no tokenizer.")
        return Stack()

    folders = Folders(open_)
    for name in ("a", "b", "a", "c", "a", "b"):
        folders.model(Path(name), 60)
    assert opened == ["a", "b", "c", "b"]
    for _ in range(2):
        with pytest.raises(LabError, match="no tokenizer"):
            folders.model(Path("bad"), 60)
    assert opened[4:] == ["bad", "bad"]


def test_while_a_folder_is_being_opened_the_page_is_to_ask_again(
    stack: dict[str, Any], lens_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def open_(_: Path) -> LanguageModel:
        assert go_on.wait(60)
        return Stack()

    monkeypatch.setattr(lens_folders, "PATIENCE", 0)
    monkeypatch.setattr(lens_folders, "_OPENED", Folders(open_))
    asked = lens_settings(model=stack, text=" the keys", lens="raw")
    error = answer(asked, none)["error"]
    assert (error["field"], error["again"]) == ("model", True)
    assert error["message"].startswith("Opening stack: the first time this takes a while.")
    go_on.set()
    monkeypatch.setattr(lens_folders, "PATIENCE", 60)
    assert answer(asked, none)["error"] is None


# Reading


@pytest.mark.parametrize("lens", ["raw", "final norm"])
def test_its_layers_are_read_raw_or_through_the_final_norm(
    stack: dict[str, Any], lens_settings: Settings, lens: str
) -> None:
    asked = lens_settings(model=stack, text=" the keys are", lens=lens, watch=[" is", " are"])
    found = answer(asked, none)
    assert found["error"] is None
    json.dumps(found, allow_nan=False)
    assert found["tokens"] == ["<s>", "␣the", "␣keys", "␣are"]
    numbers = np.array([5, 0, 1, 3])
    states = TABLE[:, numbers]
    if lens == "final norm":
        states = np.concatenate([np.tanh(states[:-1]), states[-1:]])
    z = states @ HEAD.W.T
    own = np.take_along_axis(z[:, :-1], numbers[None, 1:, None], axis=2)
    expected = 1 + (z[:, :-1] > own).sum(axis=2)
    np.testing.assert_array_equal(decode(found["numbers"]["rank"])[:, :-1], expected)
    assert found["watched"]["texts"] == ["␣is", "␣are"]
    assert (len(found["layers"]), found["sizes"], found["recurrent"]) == (L, [H] * L, False)
    assert not found["biased"]
    assert "no gates and no cell state" in found["says"][-1]
    assert found["lens"]["quality"] == []
    assert "norm" in found["lens"]["says"] + found["lens"]["warns"]


def test_it_goes_on_until_it_ends_and_begins_after_a_prefix_only_once(
    stack: dict[str, Any], lens_settings: Settings
) -> None:
    asked = lens_settings(model=stack, text=" are", prefix=" the keys", lens="raw", generate="5")
    found = answer(asked, none)
    assert found["tokens"][:1] == ["␣are"]  # the mark stands before the prefix alone
    assert (found["prompt"], len(found["tokens"])) == (1, 3)
    assert found["says"][0] == "The last 2 tokens the model wrote."
    long = answer(lens_settings(model=stack, text="," * 20, lens="raw"), none)["error"]
    assert (long["field"], "at most 20 are read" in long["message"]) == ("text", True)
    unknown = answer(lens_settings(model=stack, text=" the", lens="raw", watch=["is"]), none)
    assert unknown["error"]["field"] == "watch"


@pytest.mark.parametrize("lens", ["affine", "cell", "withheld"])
def test_the_lenses_of_recurrent_layers_are_not_for_it(
    stack: dict[str, Any], lens_settings: Settings, lens: str
) -> None:
    error = answer(lens_settings(model=stack, text=" the", lens=lens), none)["error"]
    assert (error["field"], "are for recurrent layers" in error["message"]) == ("lens", True)
    asked = {"theme": "dark", "model": stack, "lens": lens, "bias": True}
    with pytest.raises(FieldError, match="are for recurrent layers"):
        probe(asked | {"pair": [" is", " are"], "prompts": " the"}, none)


def test_nothing_in_it_can_be_changed_and_no_unit_silenced(
    stack: dict[str, Any], lens_settings: Settings
) -> None:
    silence = {"kind": "silence", "what": None, "unit": 0, "layer": 0, "first": 1, "last": 1}
    changed = [silence | {"value": None, "on": True}]
    asked = lens_settings(model=stack, text=" the", lens="raw", interventions=changed)
    error = answer(asked, none)["error"]
    assert (error["field"], "no gates" in error["message"]) == ("interventions", True)
    with pytest.raises(FieldError, match="search for units"):
        find_units({"model": stack, "over": "agreement"}, none)


def test_two_words_are_compared_over_prompts(stack: dict[str, Any]) -> None:
    asked = {"theme": "dark", "model": stack, "lens": "raw", "bias": True, "pair": [" is", " are"]}
    found = probe(asked | {"prompts": " the keys\n the keys,"}, none)
    z = TABLE[:, [1, 4]] @ HEAD.W.T
    shares = 1 / (1 + np.exp(z[:, :, 3] - z[:, :, 2]))
    assert found["words"] == ["␣is", "␣are"]
    for row, expected in zip(found["rows"], shares.T, strict=True):
        np.testing.assert_allclose(row["share"], expected)
    with pytest.raises(FieldError, match="2000 tokens in all"):
        probe(asked | {"prompts": "\n".join([" the" * 25] * 100)}, none)
