"""What the server computes for the Lens page: what each layer would say next, token by token."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm import LabError, Layer
from lstm.fitting import Fitted, kept_lens
from lstm.language_model import LanguageModel, RecurrentModel
from lstm.library import data_directory
from lstm.probe import Probe
from lstm.readout import Readout
from lstm.shown import shown_token
from lstm.states import HiddenStates

from . import boundary, interventions, lens_words, theme, wire
from .boundary import FieldError
from .figures.ranks import rank_matrix
from .figures.watched import roles, watched_ranks
from .lens_folders import BeingOpened
from .lens_settings import LONGEST, LensSettings
from .lens_speaker import (
    NoOutput,
    Opened,
    heard,
    speaker_of,
    tokens_after,
    tokens_of,
    watched_number,
)

CANDIDATES = 10
KEPT = "lenses"  # the folder in the data directory
# Errors that the page does something about.
_MENDED: dict[str, type[FieldError]] = {"again": BeingOpened, "fit": NoOutput}


@dataclass(frozen=True)
class LensRun:
    """A language model that has read a text and gone on with it, and its lens.

    Attributes
    ----------
    settings : LensSettings
    speaker : LanguageModel
    states : HiddenStates
        Of the T tokens of the text and what follows it; not of the prefix.
    prompt : int
        How many of them the reader gave.
    entries : tuple of Entry
        What is changed in the run.
    fitted : Fitted, or None
        The affine lens of a recurrent model.
    watched : ndarray of int, of shape (K,)
    """

    settings: LensSettings
    speaker: LanguageModel
    states: HiddenStates
    prompt: int
    entries: tuple[interventions.Entry, ...]
    fitted: Fitted | None
    watched: NDArray[np.int64]

    @classmethod
    def of(cls, settings: LensSettings, opened: Opened) -> "LensRun":
        """Let the model read the text, and write what follows; the lens is fitted if it is new."""
        speaker = speaker_of(opened, settings.model)
        watched = [watched_number(speaker, text) for text in settings.watch]
        prefix = settings.prefix
        # No text at all is the mark that begins one, for some tokenizers.
        before = tokens_of(speaker, prefix, "prefix") if prefix else np.zeros(0, np.int64)
        text = tokens_after(speaker, before, settings.text)
        T = len(text) + settings.generate
        if not len(text):
            raise FieldError("text", "The prompt is empty. Type something, or choose an example.")
        if T > LONGEST:
            raise FieldError(
                "Tokens",
                f"The prompt has {len(text)} tokens and {settings.generate} are to follow: at "
                f"most {LONGEST} together. Use fewer.",
            )
        entries, fitted = _of_recurrent(speaker, settings, T)
        try:
            acting = interventions.acting(entries)
            states = heard(speaker, settings, before.tolist(), text.tolist(), acting)
        except LabError as error:
            raise FieldError("text", str(error)) from error
        known = np.array(watched, np.int64)
        return cls(settings, speaker, states, len(text), entries, fitted, known)

    @cached_property
    def said(self) -> Readout:
        """What each layer says after each token: of the one that came, and of those watched."""
        tokens, settings = self.states.tokens, self.settings
        # Of what comes after the last token nothing is known; any number stands for it.
        came = np.append(tokens[1:], tokens[-1])[:, None]
        asked = np.concatenate([came, np.tile(self.watched, (len(tokens), 1))], axis=1)
        fitted = self.fitted
        probe = Probe(self.speaker, settings.lens, fitted and (lambda: fitted.affine))
        try:
            said = probe.read_out(self.states, asked, candidates=CANDIDATES, bias=settings.bias)
        except LabError as error:
            raise FieldError("lens", str(error)) from error
        if not np.isfinite(said.entropy[-1]).all():
            raise FieldError("text", "The outputs of this model are no numbers here.")
        return said

    @property
    def numbers(self) -> dict[str, NDArray[Any]]:
        """The numbers of the token that came, of shape (L, T), by their names."""
        said = self.said
        found: dict[str, NDArray[Any]] = {}
        for name, nothing in (("rank", -1), ("ties", -1), ("probability", np.nan)):
            found[name] = getattr(said, name)[:, :, 0].copy()
            found[name][:, -1] = nothing
        found["surprise"] = said.surprise[:, :, 0].copy()
        found["surprise"][:, -1] = np.nan
        return found | {"entropy": said.entropy, "divergence": said.divergence}

    @cached_property
    def tokens(self) -> list[str]:
        """The T tokens, with their spaces to be seen."""
        return [self.text_of(number) for number in self.states.tokens.tolist()]

    def text_of(self, number: int) -> str:
        """Write a token with its spaces to be seen."""
        return shown_token(self.speaker.text_of(number))

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Where something can be changed: none of a transformer."""
        speaker = self.speaker
        return tuple(speaker.model.layers) if isinstance(speaker, RecurrentModel) else ()

    @property
    def names(self) -> list[str]:
        """The layers' names, from the input upwards."""
        return lens_words.layer_names(len(self.states.h))

    @property
    def missing(self) -> list[int]:
        """The layers that this lens cannot read."""
        return [n for n, row in enumerate(self.said.entropy) if np.isnan(row).all()]


def answer(request: dict[str, Any] | None, opened: Opened) -> dict[str, Any]:
    """Let a language model read a text, and say what each layer would say next.

    Parameters
    ----------
    request : dict
        ``n`` (a running number), ``theme`` and what :class:`LensSettings` reads.
    opened : function of a file's hash
        Gives the model of an opened file.

    Returns
    -------
    dict
        Columns t = 1 … T are what the layers say after t tokens, of the one that
        comes then; or ``error``, with the field that it is about.

    Raises
    ------
    BadRequest
        HTTP 400, if the request has another shape than our page gives it.
    """
    n, theme_name, payload = boundary.question(request)
    try:
        ran = LensRun.of(LensSettings.read(payload), opened)
        T = ran.states.steps
        added = interventions.added(ran.settings.adding, ran.entries, ran.layers, T)
        numbers = ran.numbers
    except FieldError as error:
        told = boundary.refusal(n, error)
        told["error"] |= {name: True for name, kind in _MENDED.items() if isinstance(error, kind)}
        return told
    said, widths = ran.said, [one.shape[1] for one in ran.states.h]
    return {
        "n": n,
        "error": None,
        "tokens": ran.tokens,
        "came": [*ran.tokens[1:], lens_words.BLANK],
        "prompt": ran.prompt,
        "layers": ran.names,
        "sizes": [one.hidden_size for one in ran.layers] or widths,
        "recurrent": bool(ran.layers),
        "vocabulary": len(ran.speaker.decoder.b),
        "biased": bool(ran.speaker.decoder.b.any()),
        "unreadable": lens_words.unreadable(widths, ran.settings.lens, ran.missing),
        "numbers": {
            name: wire.encode(a, "i4" if name in ("rank", "ties") else "f4")
            for name, a in numbers.items()
        },
        "top": {
            "tokens": wire.encode(said.top, "i4"),
            "probability": wire.encode(said.top_probability, "f4"),
        },
        "texts": texts(ran),
        "watched": watched(ran),
        "figures": figures(ran, numbers, theme_name),
        "lens": lens(ran),
        "says": notes(ran, numbers),
        "interventions": interventions.answer(ran.entries),
        "added": added,
    }


def texts(ran: LensRun) -> dict[str, str]:
    """Write every token that has a number in the answer."""
    used = np.unique(np.concatenate([ran.said.top.ravel(), ran.states.tokens, ran.watched]))
    return {str(number): ran.text_of(number) for number in used.tolist() if number >= 0}


def watched(ran: LensRun) -> dict[str, Any]:
    """Give the ranks and probabilities of the watched tokens, of shape (L, T, K)."""
    return {
        "texts": [ran.text_of(number) for number in ran.watched.tolist()],
        "numbers": ran.watched.tolist(),
        "roles": roles(len(ran.watched)),
        "rank": wire.encode(ran.said.rank[:, :, 1:], "i4"),
        "probability": wire.encode(ran.said.probability[:, :, 1:], "f4"),
    }


def figures(
    ran: LensRun, numbers: dict[str, NDArray[Any]], theme_name: theme.ThemeName
) -> dict[str, Any]:
    """Draw the matrix of the chosen metric, and the ranks of the watched tokens."""
    settings, V, names = ran.settings, len(ran.speaker.decoder.b), ran.names
    came = [*ran.tokens[1:], lens_words.BLANK]
    top = len(names) - 1
    chosen = top if settings.layer is None else min(settings.layer, top)
    tokens = [ran.text_of(number) for number in ran.watched.tolist()]
    return {
        "matrix": rank_matrix(
            settings.metric, numbers[settings.metric], came, names, V, theme_name
        ),
        "watched": watched_ranks(ran.said.rank[:, :, 1:], tokens, chosen, V, theme_name),
    }


def lens(ran: LensRun) -> dict[str, Any]:
    """Say what the lens is, what to beware of, and how good it is."""
    kind, fitted = ran.settings.lens, ran.fitted
    says, warns = lens_words.lens_in_words(kind, recurrent=bool(ran.layers))
    return {
        "says": " ".join([says, *([] if ran.settings.bias else [lens_words.NO_BIAS])]),
        "warns": warns,
        "fitted_on": lens_words.fitted_on(fitted) if fitted and kind != "raw" else "",
        "quality": lens_words.qualities(fitted, kind) if fitted else [],
    }


def notes(ran: LensRun, numbers: dict[str, NDArray[Any]]) -> list[str]:
    """Say what to know of this answer."""
    ties = int((numbers["ties"] > 0).sum())
    said = lens_words.notes(unknown(ran), ties, ran.states.steps - ran.prompt)
    return said if ran.layers else [*said, lens_words.NOT_RECURRENT]


def unknown(ran: LensRun) -> list[str]:
    """Name the tokens of the prompt that the model does not know, and reads as its unknown one."""
    speaker = ran.speaker
    vocabulary = speaker.model.vocabulary if isinstance(speaker, RecurrentModel) else None
    if vocabulary is None or vocabulary.unknown is None:
        return []
    tokens, numbers = vocabulary.read(ran.settings.text)
    return [one for one, n in zip(tokens, numbers, strict=True) if n == vocabulary.unknown]


def _of_recurrent(
    speaker: LanguageModel, settings: LensSettings, T: int
) -> tuple[tuple[interventions.Entry, ...], Fitted | None]:
    """Give what is changed in recurrent layers, and their affine lens: neither of others."""
    if not isinstance(speaker, RecurrentModel):
        if settings.interventions or settings.adding is not None:
            raise FieldError("interventions", lens_words.NOT_RECURRENT)
        if settings.lens not in lens_words.FOLDER_LENS_NAMES:
            raise FieldError("lens", lens_words.NO_SUCH_LENS)
        return (), None
    entries = interventions.read(settings.interventions, speaker.model.layers, T)
    try:
        return entries, kept_lens(speaker.model, settings.model.name, data_directory() / KEPT)
    except LabError as error:
        raise FieldError("model", str(error)) from error
