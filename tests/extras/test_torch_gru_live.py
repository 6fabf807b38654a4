"""The GRU against PyTorch itself, where it is installed (make test-extras)."""

import functools
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm.cell import Array
from lstm.gru import GRULayer, backward_gru, forward_gru

pytestmark = pytest.mark.extras

GOLDEN = Path(__file__).parents[1] / "golden"

# Both compute in float64; about 1e-15 is seen, and a wrong gate shows at 1e-2.
assert_close = functools.partial(np.testing.assert_allclose, rtol=0, atol=1e-12)


@pytest.fixture(name="torch", scope="module")
def pytorch() -> Any:
    # In a fixture: imported at the top, it would cost every collection seconds.
    return pytest.importorskip("torch")


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_gru_of_any_size_agrees(torch: Any, layers: int, seed: int, bias: bool) -> None:
    rng = np.random.default_rng([layers, seed])
    D, H, B, T = rng.integers(1, [9, 17, 5, 31]).tolist()
    torch.manual_seed(seed)
    network = torch.nn.GRU(D, H, layers, bias=bias, dtype=torch.float64)
    x, h0, dh = (rng.normal(size=size) for size in ((T, B, D), (layers, B, H), (T, B, H)))
    h, _ = network(torch.tensor(x), torch.tensor(h0))
    (h * torch.tensor(dh)).sum().backward()

    weights = {name: tensor.detach().numpy() for name, tensor in network.state_dict().items()}
    stack, traces = [], []
    below: Array = x
    for n in range(layers):
        b_ih, b_hh = (
            weights.get(f"{name}_l{n}", np.zeros(3 * H)) for name in ("bias_ih", "bias_hh")
        )
        sums = b_ih + np.concatenate([b_hh[: 2 * H], np.zeros(H)])
        W_ih, W_hh = weights[f"weight_ih_l{n}"], weights[f"weight_hh_l{n}"]
        stack.append(GRULayer(W_ih, W_hh, sums, b_hn=b_hh[2 * H :]))
        traces.append(forward_gru(stack[n], below, h0[n]))
        below = traces[n].h
    assert_close(below, h.detach().numpy())
    above: Array = dh
    for n in range(layers - 1, -1, -1):
        back = backward_gru(stack[n], traces[n], above)
        above = back.dx
        found = {"weight_ih": back.dW_ih, "weight_hh": back.dW_hh}
        if bias:
            of_h = np.concatenate([back.dbias[: 2 * H], back.db_hn])
            found |= {"bias_ih": back.dbias, "bias_hh": of_h}
        for name, gradient in found.items():
            assert_close(gradient, getattr(network, f"{name}_l{n}").grad.numpy())


def test_the_maker_of_the_golden_file_still_makes_it(torch: Any) -> None:
    spec = importlib.util.spec_from_file_location("make_torch_rnn", GOLDEN / "make_torch_rnn.py")
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)

    made = maker.golden_arrays("gru")
    with np.load(GOLDEN / "torch_gru.npz") as stored:
        assert set(stored) == set(made)
        for part in stored:
            assert_close(made[part], stored[part], err_msg=part)
