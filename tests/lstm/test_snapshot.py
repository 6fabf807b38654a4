"""Where training stands, as a file: nothing of it is lost, and what is no such file is refused."""

from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from lstm import LabError
from lstm.experiment import Experiment, prepare
from lstm.parameters import parameters
from lstm.settings import Settings
from lstm.snapshot import dump_progress, load_progress
from lstm.training import Progress, fit

TEXT = b"the quick brown fox jumps over the lazy dog. " * 20
MESSAGE = r"^The checkpoint of this run cannot be read: it is damaged, or of another version"


def experiment(**chosen: Any) -> Experiment:
    settings: dict[str, Any] = {"task": "text", "size": 5, "batch": 3, "unroll": 4, "steps": 6}
    return prepare(Settings.advised(**(settings | chosen)), TEXT)


def stopped(made: Experiment, step: int = 3) -> Progress:
    *_, progress = islice(fit(made.model, made.source, made.plan), step)
    return progress


def arrays_of(progress: Progress) -> dict[str, Any]:
    states = {
        f"states {n} {k}": array
        for n, pair in enumerate(progress.states or ())
        for k, array in enumerate(pair)
    }
    return parameters(progress.model) | progress.memory | states


@pytest.mark.parametrize("chosen", [{}, {"layers": 2}, {"cell": "rnn"}, {"method": "sgd"}])
def test_nothing_is_lost(chosen: dict[str, Any]) -> None:
    made = experiment(**chosen)
    progress = stopped(made)
    found, seconds = load_progress(dump_progress(progress, 12.5), made.model)
    assert seconds == 12.5
    assert (found.step, found.loss, found.norm) == (3, progress.loss, progress.norm)
    expected, given_back = arrays_of(progress), arrays_of(found)
    assert given_back.keys() == expected.keys()
    for name, array in expected.items():
        assert given_back[name].tobytes() == array.tobytes(), name
        assert (given_back[name].dtype, given_back[name].shape) == (array.dtype, array.shape), name


def test_arrays_lie_in_memory_as_they_did() -> None:
    made = experiment()
    progress = stopped(made)
    name, array = next((n, a) for n, a in progress.memory.items() if a.ndim == 2)
    memory = progress.memory | {name: np.asfortranarray(array)}
    found, _ = load_progress(dump_progress(replace(progress, memory=memory), 0.0), made.model)
    assert found.memory[name].flags.f_contiguous
    assert np.array_equal(found.memory[name], array)
    assert all(a.flags.c_contiguous for n, a in found.memory.items() if n != name)


def test_states_may_be_missing() -> None:
    made = experiment()
    progress = replace(stopped(made), states=None)
    found, _ = load_progress(dump_progress(progress, 0.0), made.model)
    assert found.states is None


@pytest.mark.parametrize("chosen", [{"size": 6}, {"layers": 2}, {"cell": "rnn"}])
def test_a_checkpoint_of_another_model_is_refused(chosen: dict[str, Any]) -> None:
    content = dump_progress(stopped(experiment()), 0.0)
    with pytest.raises(LabError, match=MESSAGE):
        load_progress(content, experiment(**chosen).model)


def test_a_file_of_another_kind_is_refused() -> None:
    made = experiment()
    for content in (
        safetensors.numpy.save({"a": np.zeros(3)}),
        safetensors.numpy.save({"a": np.zeros(3)}, {"lstm_lab_progress": "[]"}),
    ):
        with pytest.raises(LabError, match=MESSAGE):
            load_progress(content, made.model)


@given(st.data())
def test_a_file_that_was_cut_off_is_refused(data: st.DataObject) -> None:
    made = experiment()
    content = dump_progress(stopped(made, 1), 0.0)
    with pytest.raises(LabError, match=MESSAGE):
        load_progress(content[: data.draw(st.integers(0, len(content) - 1))], made.model)
