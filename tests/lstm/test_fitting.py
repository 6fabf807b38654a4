"""The affine lens of a model, fitted once and kept."""

import dataclasses
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from lstm import LabError, Linear, Model, Vocabulary, random_layers
from lstm.card import Card
from lstm.experiment import Settings, prepare
from lstm.fitting import (
    HELD_OUT,
    LEAST,
    MOST,
    MOST_KEPT,
    MOST_SCORED,
    fit_lens,
    kept_lens,
    tokens_to_fit_on,
)
from lstm.states import hidden_states

RNG = np.random.default_rng(4)
V = 5
MODEL = Model(
    random_layers(np.random.default_rng(0), [V, 6, 4]),
    Linear(2 * RNG.normal(size=(V, 4)), RNG.normal(size=V)),
    vocabulary=Vocabulary(tuple("abcde"), "characters"),
)


def of_task(name: str, **changed: object) -> Model:
    """Give the untrained model of a task, with a card that says so."""
    settings = Settings.advised(name)
    model = prepare(settings).model
    card = Card(
        task="",
        data="",
        sizes=tuple(one.hidden_size for one in model.layers),
        steps=0,
        loss=None,
        accuracy=None,
        seed=None,
        date="2026-01-01",
        can=(),
        cannot=(),
        settings={**settings.to_json(), **changed},
    )
    return dataclasses.replace(model, card=card)


def test_a_model_of_its_own_is_fitted_on_text_that_it_wrote() -> None:
    fitted = fit_lens(MODEL)
    assert fitted.text == "text that the model wrote itself"
    assert 0.8 * LEAST < fitted.tokens <= LEAST
    assert fitted.affine_quality.divergence[-1] == 0
    assert fitted.affine_quality.divergence[0] < fitted.affine_quality.baseline
    assert np.isnan(fitted.raw_quality.divergence[0])


def test_the_text_that_a_model_writes_is_drawn_from_its_own_predictions() -> None:
    # A model without memory of more than its bias: the mean prediction is all there is.
    model = dataclasses.replace(
        MODEL, decoder=Linear(np.zeros((V, 4)), np.log([0.5, 0.2, 0.1, 0.1, 0.1]))
    )
    assert fit_lens(model).affine_quality.baseline == pytest.approx(0, abs=1e-12)


def test_a_model_of_a_task_is_fitted_on_new_sequences_of_it() -> None:
    fitted = fit_lens(of_task("reber"))
    assert fitted.text == "new sequences of Embedded Reber grammar"


@pytest.mark.parametrize("changed", [{"task": "nothing"}, {"size": "many"}])
def test_settings_that_this_lab_does_not_know_leave_the_model_its_own_text(
    changed: dict[str, object],
) -> None:
    assert fit_lens(of_task("reber", **changed)).text == "text that the model wrote itself"


def test_a_model_that_reads_other_tokens_than_its_task_writes_itself() -> None:
    card = of_task("reber").card
    assert card is not None
    small = dataclasses.replace(MODEL, card=dataclasses.replace(card, sizes=(6, 4)))
    assert fit_lens(small).text == "text that the model wrote itself"


def test_the_same_model_and_seed_give_the_same_lens() -> None:
    one, same, other = fit_lens(MODEL), fit_lens(MODEL), fit_lens(MODEL, seed=1)
    np.testing.assert_array_equal(one.affine.maps[0].W, same.affine.maps[0].W)
    assert np.abs(one.affine.maps[0].W - other.affine.maps[0].W).max() > 0


def test_lenses_fitted_on_two_texts_come_close_to_each_other() -> None:
    one, other = fit_lens(MODEL), fit_lens(MODEL, seed=1)
    states = hidden_states(MODEL, [0, 1, 2, 3, 4, 0])
    first, second = (fitted.affine.maps[0](states.h[0]) for fitted in (one, other))
    np.testing.assert_allclose(first, second, atol=0.05)


def test_a_lens_is_fitted_once_and_read_from_its_file_after_that(tmp_path: Path) -> None:
    folder = tmp_path / "lenses"
    fitted = kept_lens(MODEL, "name", folder)
    path = folder / "name.npz"
    before = path.stat().st_mtime_ns
    again = kept_lens(MODEL, "name", folder)
    assert path.stat().st_mtime_ns == before
    assert again.text == fitted.text
    assert again.tokens == fitted.tokens
    assert again.affine_quality == fitted.affine_quality
    for one, same in zip(fitted.affine.maps, again.affine.maps, strict=True):
        np.testing.assert_array_equal(one.W, same.W)
        np.testing.assert_array_equal(one.b, same.b)


@pytest.mark.parametrize("damage", [b"", b"PK nothing", "short", "old"])
def test_a_damaged_or_older_file_is_fitted_anew(tmp_path: Path, damage: bytes | str) -> None:
    fitted = kept_lens(MODEL, "name", tmp_path)
    path = tmp_path / "name.npz"
    content = path.read_bytes()
    if damage == "short":
        damage = content[: len(content) // 2]
    if damage == "old":
        with np.load(path) as file:
            arrays = dict(file)
        arrays["told"] = np.array(str(arrays["told"]).replace("[2,", "[1,", 1))
        np.savez(path, **arrays)
    else:
        assert isinstance(damage, bytes)
        path.write_bytes(damage)
    again = kept_lens(MODEL, "name", tmp_path)
    np.testing.assert_array_equal(again.affine.maps[0].W, fitted.affine.maps[0].W)
    with np.load(path) as file:
        assert str(file["told"]).startswith("[2,")


def test_what_predicts_no_tokens_has_no_lens() -> None:
    numbers = Model(MODEL.layers, MODEL.decoder)
    for model in (dataclasses.replace(MODEL, decoder=None), numbers, of_task("adding")):
        with pytest.raises(LabError, match="does not predict tokens"):
            fit_lens(model)


def test_outputs_that_are_no_numbers_are_refused() -> None:
    broken = dataclasses.replace(MODEL, decoder=Linear(np.zeros((V, 4)), np.full(V, np.nan)))
    with pytest.raises(LabError, match="no numbers"):
        fit_lens(broken)


def test_the_oldest_files_go_when_there_are_many(tmp_path: Path) -> None:
    for n in range(MOST_KEPT + 3):
        path = tmp_path / f"{n}.npz"
        path.write_bytes(b"")
        os.utime(path, (n, n))
    kept_lens(MODEL, "name", tmp_path)
    left = {path.stem for path in tmp_path.glob("*.npz")}
    assert left == {"name", *(str(n) for n in range(4, MOST_KEPT + 3))}


def test_a_wide_model_is_fitted_without_keeping_its_gates() -> None:
    widths = [V, 200, 200]
    wide = dataclasses.replace(
        MODEL,
        layers=random_layers(np.random.default_rng(0), widths),
        decoder=Linear(RNG.normal(size=(V, 200)), np.zeros(V)),
    )
    tracemalloc.start()
    fitted = fit_lens(wide)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    kept = 2 * 200 * 8 * fitted.tokens * (1 + HELD_OUT)
    assert peak < 5 * kept  # the gates and cells of one run alone would be as much


def test_a_large_decoder_leaves_fewer_tokens_to_fit_on_but_enough_for_each_unit() -> None:
    large = Linear(np.zeros((20_000, 400), np.float32), np.zeros(20_000, np.float32))
    assert tokens_to_fit_on(400, large) == MOST_SCORED // (20_000 * 400)
    assert tokens_to_fit_on(1000, large) == 5000
    assert tokens_to_fit_on(1000, Linear(np.zeros((9, 4)), np.zeros(9))) == MOST
