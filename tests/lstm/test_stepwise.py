"""A stepwise run shows each quantity once, in the order in which a step computes it.

That it is the run of each kind to the bit, and what follows from changes, is in
``test_interventions.py``.
"""

import numpy as np
import pytest

from lstm import Array, LabError, Layer, random_layers
from lstm.coupled import coupled
from lstm.gru import GRULayer
from lstm.peephole import PeepholeLayer
from lstm.stepwise import run_stepwise
from lstm.variants import random_rnn_layers

T, B, D, H = 3, 2, 3, 4


def layers() -> dict[str, Layer]:
    rng = np.random.default_rng(0)
    (lstm,) = random_layers(rng, [D, H])
    p = {name: rng.normal(size=H) for name in ("p_i", "p_f", "p_o")}
    three = [rng.normal(size=size) for size in ((3 * H, D), (3 * H, H), (3 * H,))]
    return {
        "lstm": lstm,
        "projected": Layer(lstm.W_ih, lstm.W_hh[:, :2], lstm.bias, rng.normal(size=(2, H))),
        "coupled": coupled(lstm),
        "peephole": PeepholeLayer(lstm.W_ih, lstm.W_hh, lstm.bias, **p),
        "gru": GRULayer(*three, b_hn=rng.normal(size=H)),
        "rnn": random_rnn_layers(rng, [D, H])[0],
    }


@pytest.mark.parametrize(
    ("kind", "order"),
    [
        ("lstm", ["i", "f", "g", "c", "o", "said", "h"]),
        ("projected", ["i", "f", "g", "c", "o", "said", "h"]),
        ("peephole", ["i", "f", "g", "c", "o", "said", "h"]),
        ("coupled", ["f", "g", "o", "c", "said", "h"]),
        ("gru", ["r", "z", "n", "said", "h"]),
        ("rnn", ["said", "h"]),
    ],
)
def test_each_quantity_is_shown_once_in_the_order_of_a_step(kind: str, order: list[str]) -> None:
    layer, shown = layers()[kind], []

    def reach(name: str, t: int, rows: Array) -> None:
        shown.append((name, t))
        cells = 0 if kind in ("gru", "rnn") and name == "c" else H
        assert rows.shape == (layer.output_size if name == "h" else cells, B)

    run_stepwise(layer, np.ones((T, B, D)), reach)
    assert shown == [("c", 0), ("h", 0)] + [(name, t) for t in range(1, T + 1) for name in order]


@pytest.mark.parametrize("kind", layers())
def test_what_is_shown_is_what_the_trace_has(kind: str) -> None:
    shown = {}

    def reach(name: str, t: int, rows: Array) -> None:
        shown[name, t] = rows.T.copy()

    rng = np.random.default_rng(1)
    trace = run_stepwise(layers()[kind], rng.normal(size=(T, B, D)), reach)
    for (name, t), rows in shown.items():
        if name != "said":
            kept = getattr(trace, f"{name}0") if t == 0 else getattr(trace, name)[t - 1]
            np.testing.assert_array_equal(rows, kept)


def test_inputs_that_do_not_fit_are_refused() -> None:
    with pytest.raises(LabError, match="x has shape"):
        run_stepwise(layers()["gru"], np.ones((T, B, D + 1)), lambda *_: None)
