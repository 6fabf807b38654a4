"""Ranks of all layers by counting, beside sorting each cell; and what reading them costs."""

import os
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np
from numpy.typing import NDArray

from components.lens_run import answer
from lstm import Array, Linear, load
from lstm.readout import ranks, read_out
from models.make import FOLDER

from .table import Row

L, T, V, H = 12, 20, 50_257, 768
ROUNDS = 5
LEAST = 10  # times faster than sorting


def measure() -> Iterator[Row]:
    """Give the ratio of sorting to counting in one run, memory above the model, and a prompt."""
    rng = np.random.default_rng(0)
    decoder = Linear(rng.normal(size=(V, H)).astype(np.float32), np.zeros(V, np.float32))
    states = [rng.normal(size=(T, H)).astype(np.float32) / H**0.5 for _ in range(L)]
    tokens = rng.integers(V, size=(T, 1))
    scores = decoder(np.concatenate(states))
    told = np.take_along_axis(scores, np.tile(tokens, (L, 1)), axis=1)
    counted, sorted_ = cost(lambda: ranks(scores, told)), cost(lambda: by_sorting(scores, told))
    what = f"Ranks, {L} layers x {T} positions x {V:,} tokens"
    yield Row(f"{what}: counting", counted * 1e3, "ms")
    yield Row(f"{what}: sorting each cell / counting", sorted_ / counted, "×", LEAST, at_least=True)
    tracemalloc.start()
    read_out(decoder, states, tokens)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    yield Row(f"{what}: the whole readout, memory above the model", peak / 1e6, "MB", 200)
    yield from _of_the_page()


def _of_the_page() -> Iterator[Row]:
    """Give what the page's answer to a new prompt costs, with a lens that is there already."""
    model = load(FOLDER / "agreement.safetensors")
    words = ["keys", "dogs", "boys", "books", "doors", "friends"]
    asked = (
        {
            "n": n,
            "theme": "dark",
            "model": {"source": "file", "hash": "0" * 64},
            "text": f"the {word} to the cabinet near the doors",
            "prefix": "",
            "generate": "8",
            "temperature": "1",
            "top_k": "",
            "top_p": "",
            "seed": str(n),
            "lens": "affine",
            "bias": True,
            "metric": "rank",
            "watch": ["is", "are"],
        }
        for n, word in enumerate(words)
    )
    with TemporaryDirectory() as folder, data_in(folder):
        answer(next(asked), lambda _: model)  # fits the lens
        what = "Lens page, agreement model: a new prompt of 9 words and 8 that follow"
        yield Row(what, cost(lambda: answer(next(asked), lambda _: model)) * 1e3, "ms", 150)


@contextmanager
def data_in(folder: str) -> Iterator[None]:
    """Put the data directory somewhere else for a while."""
    before = os.environ.get("LSTM_LAB_DATA")
    os.environ["LSTM_LAB_DATA"] = folder
    try:
        yield
    finally:
        if before is None:
            del os.environ["LSTM_LAB_DATA"]
        else:
            os.environ["LSTM_LAB_DATA"] = before


def by_sorting(scores: Array, told: Array) -> NDArray[np.int64]:
    """Find the ranks as one does who sorts."""
    order = np.sort(-scores, axis=1)
    return np.array([1 + np.searchsorted(row, -own) for row, own in zip(order, told, strict=True)])


def cost(work: Callable[[], object]) -> float:
    """Give the median CPU seconds of some work."""
    times = []
    for _ in range(ROUNDS):
        start = process_time()
        work()
        times.append(process_time() - start)
    return median(times)
