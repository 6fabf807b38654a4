"""Two settings of the lens: where they part, in words, numbers and a figure."""

from collections.abc import Callable
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from components import wire
from components.boundary import FieldError
from components.figures.lens_difference import compared_ranks
from components.lens_difference import NOTHING_YET, difference
from components.lens_experiments import default_model
from components.models import Models
from lstm import run

Settings = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def models() -> Models:
    return Models()


@pytest.fixture
def settings(lens_settings: Settings) -> Settings:
    """Give a function that writes a setting for the agreement model."""
    model = {"source": "file", "hash": default_model()}

    def written(**changes: Any) -> dict[str, Any]:
        return lens_settings(model=model, watch=["is", "are"], lens="raw", **changes)

    return written


def predictions(models: Models, text: str) -> np.ndarray[Any, Any]:
    """Give the model's own probabilities after each word, of shape (T, V)."""
    model = models.opened(default_model())
    assert model.vocabulary is not None
    numbers = np.array([model.vocabulary.tokens.index(word) for word in text.split()])
    z = run(model, numbers[:, None]).outputs[:, 0].astype(float)
    p: np.ndarray[Any, Any] = np.exp(z - np.logaddexp.reduce(z, axis=1)[:, None])
    return p


def test_two_prompts_part_where_the_model_itself_says_so(
    models: Models, settings: Settings
) -> None:
    texts = ("the keys to the cabinet", "the key to the cabinets near")
    a, b = (settings(text=text) for text in texts)
    answer = difference(a, b, {}, "dark", opened=models.opened)
    one, other = (predictions(models, text) for text in texts)
    vocabulary = models.opened(default_model()).vocabulary
    assert vocabulary is not None
    columns = [vocabulary.tokens.index(word) for word in ("is", "are")]
    steps = min(len(one), len(other))
    apart = one[:steps].argmax(axis=1) != other[:steps].argmax(axis=1)
    gap = np.abs(one[:steps, columns] - other[:steps, columns]).max()
    assert answer["numbers"]["first_difference"] == 1 + int(np.flatnonzero(apart)[0])
    assert answer["numbers"]["largest_gap"] == pytest.approx(gap, rel=1e-4)
    said = " ".join(answer["says"])
    for p in (one, other):
        assert f"“{vocabulary.tokens[int(p[-1].argmax())]}” ({100 * p[-1].max():.2f}%)" in said
    assert "t = {first_difference}" in said
    figure = go.Figure(answer["figures"]["ranks"])
    assert [trace.name for trace in figure.data] == ["A · is", "A · are", "B · is", "B · are"]


def test_a_setting_beside_itself_has_no_difference(models: Models, settings: Settings) -> None:
    answer = difference(settings(), settings(), {}, "light", opened=models.opened)
    assert answer["says"] == [NOTHING_YET]
    assert answer["numbers"] == {"first_difference": None, "largest_gap": 0.0}


def test_where_nothing_is_watched_in_both_there_is_no_figure(
    models: Models, settings: Settings
) -> None:
    nothing = settings() | {"watch": [], "text": "the keys to"}
    answer = difference(settings(), nothing, {}, "dark", opened=models.opened)
    assert answer["figures"] == {}
    assert answer["numbers"] == {"first_difference": None, "largest_gap": None}
    assert "As far as both go they would say the same tokens." in answer["says"]


def test_a_slip_in_either_is_said_of_its_field(models: Models, settings: Settings) -> None:
    right, wrong = settings(), settings(text="zebra")
    for a, b in ((wrong, right), (right, wrong)):
        with pytest.raises(FieldError, match="zebra"):
            difference(a, b, {}, "dark", opened=models.opened)


def test_a_is_solid_and_b_dashed_over_the_longer_of_the_texts() -> None:
    a, b = np.array([[1], [20]]), np.array([[3], [4], [5]])
    figure = compared_ranks(a, b, ["is"], 100, "dark")
    assert [trace["line"]["dash"] for trace in figure["data"]] == ["solid", "dash"]
    assert len({trace["line"]["color"] for trace in figure["data"]}) == 1
    assert figure["layout"]["xaxis"]["range"] == [0.5, 3.5]
    drawn = [wire_values(trace["y"]) for trace in figure["data"]]
    assert drawn == [[1, 20], [3, 4, 5]]
    assert go.Figure(figure).layout.showlegend


def wire_values(array: dict[str, Any]) -> list[float]:
    values: list[float] = wire.decode(array).tolist()
    return values
