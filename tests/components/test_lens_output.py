"""The output that is fitted to an opened model which has none."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from werkzeug.exceptions import BadRequest

from components import create_app
from components.boundary import FieldError
from components.lens_output import FIELD, fit_output
from components.lens_run import answer
from components.models import Models
from lstm import Model, grammar, load
from lstm.checkpoint import dump
from lstm.shipped import folder

Settings = Callable[..., dict[str, Any]]

OWNER = "a" * 32
WHOLE = load(Path(str(folder())) / "agreement.safetensors")
RNG = np.random.default_rng(0)
TEXT = " ".join(" ".join(grammar.agreement(RNG, n % 3)[0]) for n in range(120))


@pytest.fixture
def models() -> Models:
    return Models()


def kept(models: Models, model: Model) -> dict[str, str]:
    return {"source": "file", "hash": models.library.keep(dump(model), OWNER, "mine")}


@pytest.fixture
def silent(models: Models) -> dict[str, str]:
    """Give what a request says of a model that lacks its output."""
    return kept(models, replace(WHOLE, decoder=None))


def test_a_model_without_an_output_is_offered_one(
    models: Models, silent: dict[str, str], lens_settings: Settings
) -> None:
    error = answer(lens_settings(model=silent, text="the keys"), models.opened)["error"]
    assert (error["field"], error["fit"]) == ("model", True)
    assert "Fit one on a text" in error["message"]


def test_the_fitted_model_is_the_reader_s_and_says_what_comes(
    models: Models, silent: dict[str, str], lens_settings: Settings
) -> None:
    found = fit_output({"model": silent, "name": "mine", FIELD: TEXT}, models, OWNER)
    assert found["name"] == "mine with an output"
    assert found["name"] in [one.name for one in models.library.listed(OWNER)]
    assert "less than by frequency alone" in found["says"]
    assert "no less" not in found["says"]
    made = models.opened(found["hash"])
    for one, other in zip(made.layers, WHOLE.layers, strict=True):
        np.testing.assert_array_equal(one.W_hh, other.W_hh)
    model = {"source": "file", "hash": found["hash"]}
    asked = lens_settings(model=model, text="the keys to the cabinet", watch=["are", "is"])
    said = answer(asked, models.opened)
    assert said["error"] is None
    assert said["lens"]["quality"][-1].endswith("the model's own prediction.")


def test_a_text_with_nothing_to_know_is_said_to_be_one(
    models: Models, silent: dict[str, str]
) -> None:
    words = RNG.choice(["the", "keys", "is", "are"], 400)
    found = fit_output({"model": silent, "name": "", FIELD: " ".join(words)}, models, OWNER)
    assert "no less than by frequency alone" in found["says"]


def test_what_cannot_be_fitted_is_said_at_the_text(models: Models, silent: dict[str, str]) -> None:
    for text, words in (("the keys", "at least 200"), ("the xyzzy", "xyzzy")):
        with pytest.raises(FieldError, match=words) as caught:
            fit_output({"model": silent, "name": "", FIELD: text}, models, OWNER)
        assert caught.value.field == FIELD
    with pytest.raises(BadRequest, match="has an output"):
        fit_output({"model": kept(models, WHOLE), "name": "", FIELD: TEXT}, models, OWNER)
    wordless = kept(models, replace(WHOLE, decoder=None, vocabulary=None))
    with pytest.raises(FieldError, match="no vocabulary"):
        fit_output({"model": wordless, "name": "", FIELD: TEXT}, models, OWNER)


def test_the_route_answers_with_words(models: Models, silent: dict[str, str]) -> None:
    client = create_app().server.test_client()
    sent = {"model": silent, "name": "mine", FIELD: "the keys"}
    assert client.post("/_lab/lens/output", json=sent).status_code == 400
    refused = client.post("/_lab/lens/output", json=sent, headers={"X-Lab-Owner": OWNER})
    assert refused.status_code == 422
    assert json.loads(refused.text)["field"] == FIELD
    whole = {**sent, FIELD: TEXT}
    made = client.post("/_lab/lens/output", json=whole, headers={"X-Lab-Owner": OWNER})
    assert set(json.loads(made.text)) == {"hash", "name", "says"}
