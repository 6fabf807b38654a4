"""A language model with a lens on its layers."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from .errors import LabError
from .language_model import LanguageModel, with_norm
from .lens import AffineLens, Kind, decoder_of, through
from .readout import Readout, read_out
from .states import HiddenStates

Lens = Kind | Literal["final norm"]


@dataclass(frozen=True, eq=False)
class Probe:
    """A language model with a lens on its layers.

    Attributes
    ----------
    speaker : LanguageModel
    lens : "affine", "raw", "cell", "withheld" or "final norm"
        What is used where none is chosen.
    fit : function that gives an AffineLens, or None
        Called when the affine lens is first needed.
    """

    speaker: LanguageModel
    lens: Lens
    fit: Callable[[], AffineLens] | None = None

    @cached_property
    def affine(self) -> AffineLens | None:
        """The affine lens, fitted once; None where there is nothing to fit it on."""
        return None if self.fit is None else self.fit()

    def read_out(
        self,
        states: HiddenStates,
        tokens: ArrayLike,
        lens: Lens | None = None,
        candidates: int = 10,
        *,
        bias: bool = True,
    ) -> Readout:
        """Read states through a lens: :func:`lstm.readout.read_out`.

        Parameters
        ----------
        states : HiddenStates
        tokens : array_like of int, of shape (T, K)
        lens : "affine", "raw", "cell", "withheld" or "final norm", optional
            See :mod:`lstm.lens`; the final norm is a transformer's
            (:func:`lstm.language_model.with_norm`).
        candidates : int
        bias : bool
            Whether the decoder's bias counts (:func:`lstm.lens.decoder_of`).

        Returns
        -------
        Readout
            Divergences are from what the model says, whichever the lens.

        Raises
        ------
        LabError
            If there is no such lens for this model.
        """
        chosen = lens or self.lens
        kind: Kind = "raw" if chosen == "final norm" else chosen
        if chosen == "final norm":
            if self.speaker.norm is None:
                raise LabError(
                    "This model has no final norm that its inner layers lack. Use the raw lens."
                )
            states = with_norm(states, self.speaker.norm)
        if kind == "affine" and self.fit is None:
            raise LabError(
                "There is no text to fit the affine lens on. "
                "Open the model with texts, or use the raw lens."
            )
        affine = None if kind == "raw" else self.affine
        layers = through(states, kind, affine)
        decoder = decoder_of(self.speaker.decoder, kind, bias=bias)
        said = read_out(decoder, [*layers, states.h[-1]], tokens, candidates)
        return Readout(
            **{one.name: getattr(said, one.name)[:-1] for one in dataclasses.fields(said)}
        )

    def texts_of(self, tokens: ArrayLike) -> tuple[str, ...]:
        """Give tokens as they stand in a text; nothing for −1."""
        numbers = np.asarray(tokens).tolist()
        return tuple("" if one < 0 else self.speaker.text_of(one) for one in numbers)
