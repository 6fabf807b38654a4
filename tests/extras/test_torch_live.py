"""The engine against PyTorch itself, where it is installed (make test-extras)."""

import functools
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm import Layer, Model, forward, run
from lstm.cell import Array
from lstm.variants import RNNLayer, run_layer, run_layer_backward

pytestmark = pytest.mark.extras

GOLDEN = Path(__file__).parents[1] / "golden"

# Both compute in float64; about 1e-15 is seen, and a wrong gate shows at 1e-2.
assert_close = functools.partial(np.testing.assert_allclose, rtol=0, atol=1e-12)


@pytest.fixture(name="torch", scope="module")
def pytorch() -> Any:
    # In a fixture: imported at the top, it would cost every collection seconds.
    return pytest.importorskip("torch")


def layers_of(network: Any) -> list[Layer]:
    weights = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    return [
        Layer(
            weights[f"weight_ih_l{n}"],
            weights[f"weight_hh_l{n}"],
            weights[f"bias_ih_l{n}"] + weights[f"bias_hh_l{n}"]
            if network.bias
            else np.zeros(4 * network.hidden_size),
            weights.get(f"weight_hr_l{n}"),
        )
        for n in range(network.num_layers)
    ]


@pytest.mark.parametrize("projected", [False, True])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("layers", [1, 2, 3, 4])
def test_a_network_of_any_size_agrees(
    torch: Any, layers: int, seed: int, bias: bool, projected: bool
) -> None:
    rng = np.random.default_rng([layers, seed])
    D, H, B, T = rng.integers(1, [9, 17, 5, 31]).tolist()
    # PyTorch projects to fewer values than H only, and says 0 for none.
    H, P = (H + 1, int(rng.integers(1, H + 1))) if projected else (H, 0)
    torch.manual_seed(seed)
    network = torch.nn.LSTM(D, H, layers, bias, proj_size=P, dtype=torch.float64)
    x, h0, c0 = (rng.normal(size=size) for size in ((T, B, D), (layers, B, P or H), (layers, B, H)))
    with torch.no_grad():
        h, (h_n, c_n) = network(torch.tensor(x), (torch.tensor(h0), torch.tensor(c0)))
        from_zero, _ = network(torch.tensor(x))

    below: Array = x
    for n, layer in enumerate(layers_of(network)):
        trace = forward(layer, below, h0[n], c0[n])
        assert_close(trace.h[-1], h_n[n].numpy())
        assert_close(trace.c[-1], c_n[n].numpy())
        below = trace.h
    assert_close(below, h.numpy())
    assert_close(run(Model(layers_of(network)), x).outputs, from_zero.numpy())


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_basic_rnn_of_any_size_agrees(torch: Any, layers: int, seed: int, bias: bool) -> None:
    rng = np.random.default_rng([layers, seed])
    D, H, B, T = rng.integers(1, [9, 17, 5, 31]).tolist()
    torch.manual_seed(seed)
    network = torch.nn.RNN(D, H, layers, bias=bias, dtype=torch.float64)
    x, h0, dh = (rng.normal(size=size) for size in ((T, B, D), (layers, B, H), (T, B, H)))
    h, _ = network(torch.tensor(x), torch.tensor(h0))
    (h * torch.tensor(dh)).sum().backward()

    weights = {name: tensor.detach().numpy() for name, tensor in network.state_dict().items()}
    stack, traces = [], []
    below: Array = x
    for n in range(layers):
        sums = [weights.get(f"{name}_l{n}", np.zeros(H)) for name in ("bias_ih", "bias_hh")]
        stack.append(RNNLayer(weights[f"weight_ih_l{n}"], weights[f"weight_hh_l{n}"], sum(sums)))
        traces.append(run_layer(stack[n], below, h0[n]))
        below = traces[n].h
    assert_close(below, h.detach().numpy())
    above: Array = dh
    for n in range(layers - 1, -1, -1):
        back = run_layer_backward(stack[n], traces[n], above)
        above = back.dx
        found = {"weight_ih": back.dW_ih, "weight_hh": back.dW_hh}
        for name, gradient in (found | ({"bias_ih": back.dbias} if bias else {})).items():
            assert_close(gradient, getattr(network, f"{name}_l{n}").grad.numpy())


@pytest.mark.parametrize("name", ["torch_lstm", "torch_rnn"])
def test_the_maker_of_a_golden_file_still_makes_it(torch: Any, name: str) -> None:
    spec = importlib.util.spec_from_file_location(f"make_{name}", GOLDEN / f"make_{name}.py")
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)

    made = maker.golden_arrays()
    with np.load(GOLDEN / f"{name}.npz") as stored:
        assert set(stored) == set(made)
        for part in stored:
            assert_close(made[part], stored[part], err_msg=part)
