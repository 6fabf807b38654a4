"""Lenses: what the decoder, which knows the top layer alone, makes of the layers below it.

The *raw* lens hands a layer's state to the decoder as it is (nostalgebraist 2020).
That makes sense where all layers write into one stream, as in a transformer; in a
stack of LSTMs nothing ties a lower layer to the decoder's basis. So the *affine*
lens first maps each layer's state to what the top layer's state would be, by the
best linear map there is on text (Belrose et al. 2023 train such maps; here they
are ridge regressions, solved at once).

The *cell* lens reads tanh(c): what a cell would say if its output gates stood
open. Its difference from the lens is what is stored and *withheld*.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np

from .cell import Array
from .errors import LabError
from .model import Linear
from .readout import PIECE, read_out
from .states import HiddenStates

Kind = Literal["affine", "raw", "cell", "withheld"]
KINDS: tuple[Kind, ...] = get_args(Kind)
RIDGE = 1e-3  # of the mean variance of a layer's numbers: enough for units that never move


@dataclass(frozen=True, eq=False)
class AffineLens:
    """From each layer's state to what the top layer's would be.

    Attributes
    ----------
    maps : tuple of Linear
        One for each layer, from its width to the top layer's; the top one changes
        nothing.
    """

    maps: tuple[Linear, ...]


class Quality(NamedTuple):
    """How close a lens comes to the final prediction, on text that it was not made from.

    Attributes
    ----------
    divergence : tuple of float
        KL(final ‖ lens) in nats, the mean over positions, for each layer; NaN where
        a layer cannot be read.
    agreement : tuple of float
        At what share of positions its likeliest token is the final one.
    baseline : float
        The divergence of what knows no context: the mean of all final predictions.
    """

    divergence: tuple[float, ...]
    agreement: tuple[float, ...]
    baseline: float


def fit_affine(texts: Sequence[HiddenStates], ridge: float = RIDGE) -> AffineLens:
    """Fit the affine lens of a model.

    Parameters
    ----------
    texts : sequence of HiddenStates
        Of one model, on text of its own: some twenty times as many tokens as a layer
        has units do.
    ridge : float
        How strongly weights are held down, as a share of the layer's mean variance.

    Returns
    -------
    AffineLens
        In the dtype of the states.

    Raises
    ------
    LabError
        If there are fewer tokens than the widest layer has units.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> low = rng.normal(size=(50, 2))
    >>> lens = fit_affine([HiddenStates(np.zeros(50, int), (low, 3 * low + 1))], 0)
    >>> lens.maps[0](np.array([[1.0, 2.0]])).round(2)
    array([[4., 7.]])
    """
    layers = [np.concatenate([one.h[n] for one in texts]) for n in range(_depth(texts))]
    widest = max(one.shape[1] for one in layers)
    if len(layers[0]) <= widest:
        raise LabError(
            f"The text has {len(layers[0])} tokens and a layer {widest} units. "
            "Fit the lens on more tokens than units."
        )
    top = layers[-1]
    same = Linear(np.eye(top.shape[1], dtype=top.dtype), np.zeros(top.shape[1], top.dtype))
    return AffineLens((*(_regression(one, top, ridge) for one in layers[:-1]), same))


def through(
    states: HiddenStates, kind: Kind, affine: AffineLens | None = None
) -> tuple[Array | None, ...]:
    """Bring every layer's state to where the decoder can read it.

    Parameters
    ----------
    states : HiddenStates
    kind : "affine", "raw", "cell" or "withheld"
        With an affine lens the cell states, and what is withheld, of lower layers go
        through it too; without one they are raw.
    affine : AffineLens, optional

    Returns
    -------
    tuple of (ndarray of shape (T, H), or None)
        For each layer; None where its width is not the decoder's and there is no map.
        What is withheld is a difference of two states: it has no bias, and its scores
        say how much more each token would have.

    Raises
    ------
    LabError
        If there is no such lens, or it needs what is not there.
    """
    if kind not in KINDS:
        raise LabError(f"There is no lens '{kind}'. Use one of {', '.join(KINDS)}.")
    if kind == "affine" and affine is None:
        raise LabError("The affine lens has to be fitted to this model first.")
    if kind in ("cell", "withheld") and states.c is None:
        raise LabError("This model has no cell states: the cell lens is for LSTMs.")
    maps = _maps(states, None if kind == "raw" else affine)
    said = states.h if kind in ("affine", "raw") or states.c is None else states.c
    found = [None if one is None else one(state) for one, state in zip(maps, said, strict=True)]
    if kind == "withheld":
        open_, heard = found, through(states, "raw" if affine is None else "affine", affine)
        return tuple(
            None if one is None or other is None else one - other
            for one, other in zip(open_, heard, strict=True)
        )
    return tuple(found)


def decoder_of(decoder: Linear, kind: Kind, *, bias: bool = True) -> Linear:
    """Give the decoder as a lens needs it: without its bias where that has no meaning.

    Parameters
    ----------
    decoder : Linear
    kind : "affine", "raw", "cell" or "withheld"
        What is withheld is a difference, in which the bias is not.
    bias : bool
        The bias says mostly how frequent a token is; without it the context speaks.
    """
    if bias and kind != "withheld":
        return decoder
    return Linear(decoder.W, np.zeros_like(decoder.b))


def quality(
    decoder: Linear,
    texts: Sequence[HiddenStates],
    kind: Kind,
    affine: AffineLens | None = None,
) -> Quality:
    """Measure a lens on text that it was not fitted on.

    Parameters
    ----------
    decoder : Linear
    texts : sequence of HiddenStates
    kind : "affine", "raw" or "cell"
    affine : AffineLens, optional

    Returns
    -------
    Quality

    Raises
    ------
    LabError
        As :func:`through`.
    """
    parts = [through(one, kind, affine) for one in texts]
    final = np.concatenate([one.h[-1] for one in texts])
    stack = [_joined([part[n] for part in parts]) for n in range(len(parts[0]))]
    nothing = np.zeros((len(final), 0), np.int64)
    said = read_out(decoder, [*stack, final], nothing, candidates=1)
    agree = (said.top[:-1, :, 0] == said.top[-1, :, 0]).mean(axis=1)
    return Quality(
        tuple(float(one) for one in said.divergence[:-1].mean(axis=1)),
        tuple(
            float("nan") if state is None else float(one)
            for state, one in zip(stack, agree, strict=True)
        ),
        _without_context(decoder, final),
    )


def _without_context(decoder: Linear, final: Array) -> float:
    """Give the divergence of the mean prediction from each of them: their mutual information."""
    V = len(decoder.W)
    mean, information = np.zeros(V), 0.0
    piece = max(1, PIECE // (V * mean.itemsize))
    for start in range(0, len(final), piece):
        z = decoder(final[start : start + piece]).astype(float)
        z -= z.max(axis=1, keepdims=True)
        p = np.exp(z)
        whole = p.sum(axis=1, keepdims=True)
        p /= whole
        mean += p.sum(axis=0) / len(final)
        information += float((p * (z - np.log(whole))).sum()) / len(final)
    seen = np.maximum(mean, np.finfo(float).tiny)
    # The entropy of the mean less the mean of the entropies; rounding may leave it below 0.
    return max(information - float((mean * np.log(seen)).sum()), 0.0)


def _joined(parts: Sequence[Array | None]) -> Array | None:
    there = [part for part in parts if part is not None]
    return np.concatenate(there) if len(there) == len(parts) else None


def _depth(texts: Sequence[HiddenStates]) -> int:
    if not texts:
        raise LabError("There is no text to fit the lens on.")
    return len(texts[0].h)


def _regression(x: Array, y: Array, ridge: float) -> Linear:
    """Solve for the map from x (N, H) to y (N, K) with the least squares, held down a little."""
    at, to = x.mean(axis=0, dtype=float), y.mean(axis=0, dtype=float)
    centred = x - at
    moments = centred.T @ centred
    held = ridge * np.trace(moments) / len(moments) + np.finfo(float).tiny
    W = np.linalg.solve(moments + held * np.eye(len(moments)), centred.T @ (y - to)).T
    return Linear(W.astype(x.dtype), (to - W @ at).astype(x.dtype))


def _maps(states: HiddenStates, affine: AffineLens | None) -> list[Callable[[Array], Array] | None]:
    if affine is None:
        width = states.h[-1].shape[1]
        return [(lambda state: state) if one.shape[1] == width else None for one in states.h]
    if [one.W.shape[1] for one in affine.maps] != [one.shape[1] for one in states.h]:
        raise LabError("This affine lens was fitted to a model with other layers.")
    return list(affine.maps)
