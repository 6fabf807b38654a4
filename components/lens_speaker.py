"""The language model that the Lens page is about, and what it makes of a reader's texts."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from lstm import LabError, Model
from lstm.generation import generate
from lstm.interventions import Intervention, during
from lstm.language_model import LanguageModel, RecurrentModel
from lstm.states import HiddenStates, hidden_states

from . import lens_folders
from .boundary import FieldError
from .lens_settings import LONGEST, Chosen, LensSettings
from .lens_words import NOT_RECURRENT
from .network_run import LARGEST_STATE

Opened = Callable[[str], Model]  # the model of an opened file, of its hash


class NoOutput(FieldError):
    """A model of a vocabulary lacks its output alone: one can be fitted."""

    def __init__(self) -> None:
        super().__init__(
            "model",
            "This model has no output (decoder), so it says nothing of the next token. Fit one "
            "on a text, or save the model with its output layer.",
        )


def speaker_of(opened: Opened, chosen: Chosen) -> LanguageModel:
    """Give a model as a language model.

    Raises
    ------
    FieldError
        About "model", if it is gone, no language model, or being opened still;
        :class:`NoOutput` where an output is all that it lacks.
    """
    if chosen.source == "folder":
        return lens_folders.speaker_in(chosen.name)
    try:
        model = opened(chosen.name)
        if model.decoder is None and model.vocabulary is not None:
            raise NoOutput
        return RecurrentModel(model)
    except FieldError:
        raise
    except LabError as error:
        raise FieldError("model", str(error)) from error


def recurrent_of(opened: Opened, chosen: Chosen) -> RecurrentModel:
    """Give a model as a language model of recurrent layers; FieldError if it is another one."""
    speaker = speaker_of(opened, chosen)
    if not isinstance(speaker, RecurrentModel):
        raise FieldError("model", NOT_RECURRENT)
    return speaker


def tokens_of(speaker: LanguageModel, text: str, field: str) -> NDArray[np.int64]:
    """Give the numbers of a text's tokens.

    Raises
    ------
    FieldError
        About the field, if the model does not know one, or they are too many.
    """
    try:
        tokens = speaker.tokens_of(text)
    except LabError as error:
        raise FieldError(field, str(error)) from error
    if len(tokens) > LONGEST:
        raise FieldError(
            field, f"The text has {len(tokens):,} tokens. Use at most {LONGEST} at a time."
        )
    return tokens


def tokens_after(speaker: LanguageModel, before: NDArray[np.int64], text: str) -> NDArray[np.int64]:
    """Give the tokens of a prompt that stands after others; errors as :func:`tokens_of`."""
    tokens = tokens_of(speaker, text, "text")
    # What a tokenizer puts at the beginning of each text stands there already.
    mark = len(speaker.tokens_of("")) if len(before) else 0
    begins_alike = np.array_equal(tokens[:mark], before[:mark])
    return tokens[mark:] if begins_alike else tokens


def watched_number(speaker: LanguageModel, text: str, field: str = "watch") -> int:
    """Give the number of the one token that a text is; FieldError if it is none or several."""
    try:
        return speaker.token_of(text)
    except LabError as error:
        raise FieldError(field, str(error)) from error


def heard(
    speaker: LanguageModel,
    settings: LensSettings,
    before: Sequence[int],
    text: Sequence[int],
    acting: Mapping[int, Sequence[Intervention]],
) -> HiddenStates:
    """Give the states of a text and of what follows it, from where the prefix leads to.

    Parameters
    ----------
    speaker : LanguageModel
    settings : LensSettings
        How it goes on.
    before, text : sequence of int
    acting : mapping of int to sequence of Intervention
        What is changed in which layer; the steps count from the text's first token.
        Only of recurrent layers.

    Raises
    ------
    LabError
        If the states are no numbers, or the tokens too many.
    """
    start, count = len(before), settings.generate
    tokens = [*before, *text]
    rng = np.random.default_rng(settings.seed)
    with np.errstate(over="ignore", invalid="ignore"):
        if isinstance(speaker, RecurrentModel):
            # Those of the run count from the prefix's first token.
            T = len(text) + count
            reached = {n: during(some, 1 - start, T) for n, some in acting.items()}
            tokens += generate(speaker.model, tokens, count, settings.choice, rng, reached)
            states = hidden_states(speaker.model, tokens, reached)
        else:
            tokens += speaker.continue_(tokens, count, settings.choice, rng)
            states = speaker.read(tokens)
    # Written so that NaN does not pass.
    if not all(np.abs(one).max() < LARGEST_STATE for one in states.h):
        raise LabError("The states of this model overflow on this text. Use another one.")
    stored = None if states.c is None else tuple(one[start:] for one in states.c)
    return HiddenStates(states.tokens[start:], tuple(one[start:] for one in states.h), stored)
