"""The engine beside the loop of the textbooks and beside PyTorch.

``python -m benchmarks.engine`` measures it alone, without a browser.
"""

import importlib
import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from lstm import Layer, LayerGradients, Trace, backward, forward
from lstm.cell import Array

from .table import Row, blas, show

ROUNDS = 15
CALLS = 20
SECONDS = 0.02  # of one contender's calls in one round, if they are short


class Size(NamedTuple):
    """The sizes of one comparison with PyTorch, and what PyTorch's times must be at least."""

    B: int
    T: int
    D: int
    H: int
    fused: float  # × ours
    loop: float
    both: float  # fused, forward and backward


# Eight tenths of what an optimised NumPy reached on an AMD machine with AVX-512.
SIZES = (
    Size(1, 50, 1, 1, fused=0.48, loop=5.84, both=0.88),
    Size(1, 200, 8, 8, fused=0.224, loop=5.12, both=0.40),
    Size(1, 200, 32, 64, fused=0.32, loop=4.96, both=0.32),
    Size(1, 500, 64, 128, fused=0.40, loop=3.44, both=0.40),
    Size(16, 100, 64, 128, fused=0.32, loop=1.6, both=0.40),
    Size(32, 128, 128, 256, fused=0.53, loop=1.6, both=0.72),
    Size(64, 128, 256, 512, fused=0.64, loop=1.68, both=1.01),
)


def measure() -> Iterator[Row]:
    """Give CPU times of one thread: ours, the textbook's and, where it is installed, PyTorch's."""
    yield from beside_the_textbook()
    try:
        # By name, so that mypy does without it.
        torch = importlib.import_module("torch")
    except ImportError:
        yield Row("Engine, beside PyTorch: not installed (make test-extras does it)", None, "")
        return
    torch.set_num_threads(1)
    for size in SIZES:
        yield from beside_pytorch(torch, size)


def beside_the_textbook() -> Iterator[Row]:
    """Give CPU times for (T, B, D, H) = (50, 1, 1, 1) and (500, 1, 1, 1)."""
    rng = np.random.default_rng(0)
    layer = Layer(rng.normal(size=(4, 1)), rng.normal(size=(4, 1)), rng.normal(size=4))
    for T in (50, 500):
        x = rng.normal(size=(T, 1, 1))
        np.testing.assert_allclose(textbook(layer, x)[-1], forward(layer, x).h, atol=1e-12)
        ours, theirs = interleaved(partial(forward, layer, x), partial(textbook, layer, x))
        name = f"Engine, forward with every gate, {T} steps: "
        yield Row(name + "CPU a call", ours * 1e3, "ms")
        yield Row(name + "textbook loop", theirs * 1e3, "ms")
        yield Row(name + "against the textbook loop", ours / theirs, "×")


def textbook(layer: Layer, x: Array) -> list[Array]:
    """Run the layer as tutorials write it: concatenate, four products, σ by exp.

    Returns
    -------
    list of ndarray of shape (T, B, H)
        i, f, g, o, c, h.
    """
    W = np.concatenate([layer.W_hh, layer.W_ih], axis=1)
    W_i, W_f, W_g, W_o = np.split(W, 4)
    b_i, b_f, b_g, b_o = np.split(layer.bias, 4)
    h = c = np.zeros((x.shape[1], layer.hidden_size))
    kept: list[tuple[Array, ...]] = []
    for x_t in x:
        z = np.concatenate([h, x_t], axis=1)
        i = 1 / (1 + np.exp(-(z @ W_i.T + b_i)))
        f = 1 / (1 + np.exp(-(z @ W_f.T + b_f)))
        g = np.tanh(z @ W_g.T + b_g)
        o = 1 / (1 + np.exp(-(z @ W_o.T + b_o)))
        c = f * c + i * g
        h = o * np.tanh(c)
        kept.append((i, f, g, o, c, h))
    return [np.stack(part) for part in zip(*kept, strict=True)]


def beside_pytorch(torch: Any, size: Size) -> Iterator[Row]:
    """Give CPU times of ours, of the fused nn.LSTM and of a loop that keeps every gate."""
    torch.manual_seed(0)
    network = torch.nn.LSTM(size.D, size.H)
    W_ih, W_hh, b_ih, b_hh = (parameter.detach().numpy() for parameter in network.parameters())
    layer = Layer(W_ih, W_hh, b_ih + b_hh)
    x = np.random.default_rng(0).normal(size=(size.T, size.B, size.D)).astype(np.float32)
    tensor = torch.from_numpy(x)
    ours = partial(forward, layer, x)
    fused = partial(network, tensor)
    loop = partial(pytorch_loop, torch, network, tensor)

    # Without it nn.LSTM takes a slower way, even where no gradient is wanted.
    with torch.no_grad():
        agree(ours(), fused()[0], loop())
        our_time, fused_time, loop_time = interleaved(
            ours, fused, loop, calls=calls_in_a_round(fused)
        )
    name = f"Engine, forward, (B, T, D, H) = {size[:4]}: "
    yield Row(name + "CPU a call", our_time * 1e3, "ms")
    yield Row(name + "fused nn.LSTM", fused_time * 1e3, "ms")
    yield Row(name + "PyTorch, every gate", loop_time * 1e3, "ms")
    yield Row(name + "fused ÷ ours", fused_time / our_time, "×", size.fused, at_least=True)
    yield Row(name + "every gate ÷ ours", loop_time / our_time, "×", size.loop, at_least=True)
    yield from backward_beside_pytorch(torch, network, layer, x, size)


def backward_beside_pytorch(
    torch: Any, network: Any, layer: Layer, x: Array, size: Size
) -> Iterator[Row]:
    """Give CPU times of forward and backward, ours and the fused nn.LSTM's."""
    above = np.random.default_rng(1).normal(size=(size.T, size.B, size.H)).astype(np.float32)
    tensor, slopes = torch.tensor(x, requires_grad=True), torch.from_numpy(above)

    def ours() -> LayerGradients:
        return backward(layer, forward(layer, x), above)

    def theirs() -> None:
        network.zero_grad()
        tensor.grad = None
        (network(tensor)[0] * slopes).sum().backward()

    theirs()
    wanted = network.weight_hh_l0.grad.numpy()
    scale = float(np.abs(wanted).max())
    np.testing.assert_allclose(ours().dW_hh / scale, wanted / scale, rtol=0, atol=1e-4)
    our_time, their_time = interleaved(ours, theirs, calls=calls_in_a_round(theirs))
    name = f"Engine, forward + backward, (B, T, D, H) = {size[:4]}: "
    yield Row(name + "CPU a call", our_time * 1e3, "ms")
    yield Row(name + "fused ÷ ours", their_time / our_time, "×", size.both, at_least=True)


def agree(trace: Trace, outputs: Any, kept: list[Any]) -> None:
    """Check that all contenders computed the same, to the rounding of float32."""
    np.testing.assert_allclose(outputs.numpy(), trace.h, rtol=0, atol=1e-5)
    for name, theirs in zip("ifgoch", kept, strict=True):
        np.testing.assert_allclose(theirs.numpy(), getattr(trace, name), rtol=0, atol=1e-5)


def pytorch_loop(torch: Any, network: Any, x: Any) -> list[Any]:
    """Run nn.LSTM's layer step by step, as is done where its gates are wanted.

    Returns
    -------
    list of torch.Tensor of shape (T, B, H)
        i, f, g, o, c, h.
    """
    linear = torch.nn.functional.linear
    h = c = torch.zeros(x.shape[1], network.hidden_size)
    kept: list[tuple[Any, ...]] = []
    bias = network.bias_ih_l0 + network.bias_hh_l0
    for a_x in linear(x, network.weight_ih_l0, bias):  # the inputs of all steps at once
        a_i, a_f, a_g, a_o = (a_x + linear(h, network.weight_hh_l0)).chunk(4, dim=1)
        i, f, g, o = a_i.sigmoid(), a_f.sigmoid(), a_g.tanh(), a_o.sigmoid()
        c = f * c + i * g
        h = o * c.tanh()
        kept.append((i, f, g, o, c, h))
    return [torch.stack(part) for part in zip(*kept, strict=True)]


def calls_in_a_round(contender: Callable[[], object]) -> int:
    """Find how many calls take long enough to be timed."""
    start = time.process_time()
    contender()
    return max(1, round(SECONDS / (time.process_time() - start)))


def interleaved(*contenders: Callable[[], object], calls: int = CALLS) -> list[float]:
    """Time contenders by turns, so that all meet the same machine.

    Returns
    -------
    list of float
        Median CPU seconds a call.
    """
    times: list[list[float]] = [[] for _ in contenders]
    for _ in range(ROUNDS):
        for contender, kept in zip(contenders, times, strict=True):
            start = time.process_time()
            for _ in range(calls):
                contender()
            kept.append((time.process_time() - start) / calls)
    return [median(kept) for kept in times]


if __name__ == "__main__":
    print(f"{blas()}\n")
    show(measure())
