"""The bias probe: a pair of words compared over a list of prompts, layer by layer."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lstm import Array, LabError
from lstm.fitting import kept_lens
from lstm.grammar import PROFESSIONS
from lstm.language_model import LanguageModel, RecurrentModel
from lstm.library import data_directory
from lstm.probe import Lens, Probe
from lstm.readout import Readout
from lstm.states import HiddenStates

from . import boundary, theme
from .boundary import FieldError
from .figures.probe import probe_plot
from .lens_experiments import default_model
from .lens_prompts import Asked, check_work, read_prompts, weights
from .lens_run import KEPT
from .lens_settings import LENSES, model_of
from .lens_speaker import Opened, speaker_of
from .lens_words import FOLDER_LENS_NAMES, NO_SUCH_LENS, layer_names

MOST_TOKENS = 2000  # of all prompts, that a transformer reads while a reader waits
_PLANTED = (("woman", "man"), ("she", "he"))  # in the model that comes with the lab


def probe(payload: Mapping[str, Any], opened: Opened) -> dict[str, Any]:
    """Compare two words after each of some prompts, in every layer.

    Parameters
    ----------
    payload : mapping
        ``theme``, ``model``, ``lens``, ``bias``, ``pair`` and ``prompts``
        (:mod:`.lens_prompts`).
    opened : function of a file's hash

    Returns
    -------
    dict
        ``words``, the names of the ``layers``, ``rows`` (for each prompt, layer by
        layer, the ranks and probabilities of both words and the first one's share of
        the two, and the share that was planted, or None), a ``figure``, and ``says``.

    Raises
    ------
    FieldError
        For what a reader can put right.
    BadRequest
        HTTP 400, for what our page never sends.
    """
    theme_name = boundary.choice(payload.get("theme"), tuple(theme.SURFACES), "theme")
    chosen = model_of(payload)
    speaker = speaker_of(opened, chosen)
    kind = boundary.choice(payload.get("lens"), LENSES, "lens")
    bias = boundary.expect(bool, payload.get("bias"), "bias")
    asked = read_prompts(speaker, payload)
    lens = _lens(speaker, kind, chosen.name, asked)
    try:
        pairs = [asked.numbers] * len(asked.texts)
        said = lens.read_out(_ends(speaker, asked), pairs, candidates=1, bias=bias)
    except LabError as error:
        raise FieldError("lens", str(error)) from error
    shares = shares_of(said)
    planted = [planted_share(text, asked.words) for text in asked.texts]
    if chosen.name != default_model():  # nobody knows what others learnt from
        planted = [None] * len(planted)
    return {
        "words": list(asked.words),
        "layers": layer_names(len(shares)),
        "rows": [
            {
                "prompt": text,
                "rank": said.rank[:, n].tolist(),
                "probability": [[plain(p) for p in both] for both in said.probability[:, n]],
                "share": [plain(share) for share in shares[:, n]],
                "planted": planted[n],
            }
            for n, text in enumerate(asked.texts)
        ],
        "figure": probe_plot(shares, asked.texts, asked.words, planted, theme_name),
        "says": _says(asked, shares, planted),
    }


def shares_of(said: Readout) -> Array:
    """Give the first word's share of the two, of shape (L, N); NaN where a layer is not read."""
    with np.errstate(over="ignore"):
        shares: Array = 1 / (1 + np.exp(said.logit[:, :, 1] - said.logit[:, :, 0]))
    return shares


def planted_share(text: str, words: tuple[str, str]) -> float | None:
    """Give how often the first word went with a profession in what our model learnt from.

    Examples
    --------
    >>> planted_share("the nurse is a", ("woman", "man"))
    0.8
    """
    who = next((name for name in text.split() if name in PROFESSIONS), None)
    if who is None or not (words in _PLANTED or words[::-1] in _PLANTED):
        return None
    women = PROFESSIONS[who]
    return women if words in _PLANTED else round(1 - women, 2)


def plain(value: float) -> float | None:
    """Give a number as JSON can hold it."""
    return None if np.isnan(value) else float(value)


def _lens(speaker: LanguageModel, kind: Lens, name: str, asked: Asked) -> Probe:
    """Give the model with its lens, if there is time for the prompts."""
    if not isinstance(speaker, RecurrentModel):
        if kind not in FOLDER_LENS_NAMES:
            raise FieldError("lens", NO_SUCH_LENS)
        if sum(len(one.tokens) for one in asked.prompts) > MOST_TOKENS:
            raise FieldError(
                "prompts", f"There is time for {MOST_TOKENS} tokens in all. Use fewer prompts."
            )
        return Probe(speaker, kind)
    check_work(speaker.model, asked.prompts, sum(weights(speaker.model)))
    model, folder = speaker.model, data_directory() / KEPT
    return Probe(speaker, kind, lambda: kept_lens(model, name, folder).affine)


def _ends(speaker: LanguageModel, asked: Asked) -> HiddenStates:
    """Give the state after the last token of each prompt."""
    # One after another: a run of all of them would keep every gate at once.
    each = [speaker.read(one.tokens) for one in asked.prompts]
    h = tuple(np.stack([one.h[n][-1] for one in each]) for n in range(len(each[0].h)))
    stored = None
    if each[0].c is not None:
        cells = [one.c for one in each if one.c is not None]
        stored = tuple(np.stack([one[n][-1] for one in cells]) for n in range(len(h)))
    return HiddenStates(np.array([one.tokens[-1] for one in asked.prompts]), h, stored)


def _says(asked: Asked, shares: Array, planted: Sequence[float | None]) -> str:
    """Say how far the top layer is from what was planted; or for which prompts it prefers which."""
    top, (first, second) = shares[-1], asked.words
    known = [(share, one) for share, one in zip(top, planted, strict=True) if one is not None]
    if known:
        off = max(abs(float(share) - one) for share, one in known)
        return (
            f"In what the model learnt from, “{first}” came as often as the rings say: its own "
            f"shares are within {100 * off:.0f} points of it."
        )
    ahead = int((top > 0.5).sum())
    return f"The model prefers “{first}” after {ahead} of {len(top)} prompts, “{second}” else."
