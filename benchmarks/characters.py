"""Training a character model beside the same in PyTorch.

Two layers of 256 units that read 96 characters by an embedding of 64, by truncated
backpropagation through 64 steps of 32 texts; cross-entropy, clipping, Adam.
``python -m benchmarks.characters`` measures it alone, without a browser.
"""

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lstm import Batch, Linear, Model, Optimiser, Plan, fit, random_layers
from lstm.parameters import parameters, with_parameters

from .engine import interleaved
from .table import Row, blas, show

V, D, H, LAYERS = 96, 64, 256, 2
B, T = 32, 64
ADAM = Optimiser("adam", rate=2e-3, clip=1.0)
FEWEST = 0.65  # of PyTorch's tokens a second
AGREE = 5  # steps whose losses are compared


class Text:
    """An endless text, read in pieces that go on from one another."""

    def __init__(self) -> None:
        """Draw it: tokens that have no meaning cost what others do."""
        self.tokens = np.random.default_rng(0).integers(0, V, (T * 16 + 1, B))

    def batch(self, number: int, rng: np.random.Generator) -> Batch:
        """Give the n-th piece."""
        start = (number - 1) * T % (len(self.tokens) - 1)
        piece = self.tokens[start : start + T + 1]
        return Batch(piece[:-1], piece[1:], goes_on=True)


def measure() -> Iterator[Row]:
    """Give tokens a second of CPU time: ours and, where it is installed, PyTorch's."""
    model, name = character_model(), "Character model, 2 × 256, B 32, T 64: "
    try:
        # By name, so that mypy does without it.
        torch = importlib.import_module("torch")
    except ImportError:
        (ours,) = interleaved(our_training(model), calls=1)
        yield Row(name + "tokens a second", B * T / ours, "")
        yield Row(name + "PyTorch is not installed (make test-extras does it)", None, "")
        return
    torch.set_num_threads(1)
    agree(our_training(model), training_in_pytorch(torch, model))
    ours, theirs = interleaved(our_training(model), training_in_pytorch(torch, model), calls=1)
    yield Row(name + "tokens a second", B * T / ours, "")
    yield Row(name + "PyTorch's", B * T / theirs, "")
    yield Row(name + "ours ÷ PyTorch's", theirs / ours, "×", FEWEST, at_least=True)


def character_model() -> Model:
    """Give the model, untrained, in float32."""
    rng = np.random.default_rng(0)
    W, embedding = rng.normal(0, H**-0.5, (V, H)), rng.normal(0, D**-0.5, (V, D))
    model = Model(random_layers(rng, [D] + [H] * LAYERS), Linear(W, np.zeros(V)), embedding)
    small = {name: array.astype(np.float32) for name, array in parameters(model).items()}
    return with_parameters(model, small)


def our_training(model: Model) -> Callable[[], float]:
    """Give a call that takes one step of training and returns its loss."""
    progress = fit(model, Text(), Plan(10**9, ADAM))
    return lambda: next(progress).loss


def training_in_pytorch(torch: Any, model: Model) -> Callable[[], float]:
    """Give the same of PyTorch, with the fused nn.LSTM."""
    modules = [torch.nn.Embedding(V, D), torch.nn.LSTM(D, H, LAYERS), torch.nn.Linear(H, V)]
    network = torch.nn.ModuleList(modules)
    copy_parameters(torch, model, *modules)
    embedding, lstm, decoder = network
    learnt = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimiser = torch.optim.Adam(learnt, lr=ADAM.rate)
    source, rng = Text(), np.random.default_rng(0)
    states, number = None, 0

    def step() -> float:
        nonlocal states, number
        number += 1
        piece = source.batch(number, rng)
        inputs, targets = torch.from_numpy(piece.inputs), torch.from_numpy(piece.targets)
        h, states = lstm(embedding(inputs), states)
        states = tuple(state.detach() for state in states)
        loss = torch.nn.functional.cross_entropy(decoder(h).reshape(-1, V), targets.reshape(-1))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learnt, ADAM.clip)
        optimiser.step()
        return float(loss.detach())

    return step


def copy_parameters(torch: Any, model: Model, embedding: Any, lstm: Any, decoder: Any) -> None:
    """Start PyTorch's network where ours starts."""
    assert model.decoder is not None
    pairs = [(embedding.weight, model.embedding)]
    pairs += [(decoder.weight, model.decoder.W), (decoder.bias, model.decoder.b)]
    for n, layer in enumerate(model.layers):
        pairs += [(getattr(lstm, f"weight_ih_l{n}"), layer.W_ih)]
        pairs += [(getattr(lstm, f"weight_hh_l{n}"), layer.W_hh)]
        pairs += [(getattr(lstm, f"bias_ih_l{n}"), layer.bias)]
        # Of its two biases one is learnt, as of ours.
        second = getattr(lstm, f"bias_hh_l{n}").requires_grad_(False)
        pairs += [(second, np.zeros_like(layer.bias))]
    with torch.no_grad():
        for parameter, values in pairs:
            parameter.copy_(torch.from_numpy(values))


def agree(ours: Callable[[], float], theirs: Callable[[], float]) -> None:
    """Check that both learn the same: their losses, near 4.6 nats, part at 1e-6 in float32."""
    for _ in range(AGREE):
        np.testing.assert_allclose(ours(), theirs(), rtol=0, atol=1e-4)


if __name__ == "__main__":
    print(f"{blas()}\n")
    show(measure())
