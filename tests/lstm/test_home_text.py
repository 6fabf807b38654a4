"""Text that a model is at home in."""

import dataclasses

import numpy as np
import pytest

from lstm import LabError, Linear, Model, Vocabulary, load, random_layers
from lstm.experiment import Settings, prepare
from lstm.home_text import PIECE, home_text, pieces, texts
from lstm.shipped import folder

MODEL = Model(
    random_layers(np.random.default_rng(0), [3, 4]),
    Linear(np.zeros((3, 4)), np.zeros(3)),
    vocabulary=Vocabulary(("a", "b", "c")),
)
PYTHON = load(folder() / "python.safetensors")


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_python_model_reads_code_that_it_has_not_learnt_from() -> None:
    found = home_text(PYTHON, 3500, rng())
    assert found.says == "held-out code: a part of this lab's own"
    assert [len(one) for one in found.sequences] == [PIECE] * 4
    assert PYTHON.vocabulary is not None
    whole = (texts() / "python.txt").read_text("utf-8")
    at = []
    for one in found.sequences:
        text = "".join(PYTHON.vocabulary.tokens[n] for n in one)
        assert text in whole
        at.append(whole.index(text))
    assert at == sorted(at)
    assert [one.tolist() for one in home_text(PYTHON, 3500, rng()).sequences] == [
        one.tolist() for one in found.sequences
    ]


def test_a_held_out_text_is_not_read_twice() -> None:
    whole = (texts() / "python.txt").read_text("utf-8")
    assert sum(map(len, home_text(PYTHON, 10**6, rng()).sequences)) == len(whole) > 60_000


def test_a_model_of_a_task_reads_new_sequences_of_it() -> None:
    found = home_text(load(folder() / "agreement.safetensors"), 1000, rng())
    assert found.says == "new sequences of Subject and verb"
    assert sum(map(len, found.sequences)) >= 1000


def test_any_other_language_model_writes_itself() -> None:
    found = home_text(MODEL, 250, rng())
    assert found.says == "text that the model wrote itself"
    assert sum(map(len, found.sequences)) >= 250
    named = dataclasses.replace(PYTHON, decoder=PYTHON.decoder, card=None)
    assert home_text(named, 100, rng()).says == "text that the model wrote itself"


def test_what_reads_numbers_or_predicts_none_has_no_text() -> None:
    with pytest.raises(LabError, match=r"^This model reads numbers, not tokens"):
        home_text(prepare(Settings.advised("adding")).model, 10, rng())
    for decoder in (None, Linear(np.zeros((1, 4)), np.zeros(1))):
        with pytest.raises(LabError, match=r"^This model predicts no tokens.* Give it one\.$"):
            home_text(dataclasses.replace(MODEL, decoder=decoder), 10, rng())


def test_a_long_text_is_read_in_pieces() -> None:
    found = pieces(np.arange(2 * PIECE + 1))
    assert [len(one) for one in found] == [PIECE, PIECE, 1]
    np.testing.assert_array_equal(np.concatenate(found), np.arange(2 * PIECE + 1))
