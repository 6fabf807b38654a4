"""Language models, whatever made them: all that a lens has to ask of one.

Ours fulfil it here, those of other libraries in :mod:`lstm.sources`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .cell import Array
from .errors import LabError
from .generation import Choice, generate
from .model import Linear, Model, run
from .states import HiddenStates, hidden_states

LONGEST = 1024  # tokens that are read at once

Norm = Callable[[Array], Array]


class LanguageModel(Protocol):
    """What reads tokens, keeps the state of every layer, and scores what may come next."""

    @property
    def decoder(self) -> Linear:
        """From the top layer's state to the scores of all V tokens."""

    @property
    def norm(self) -> Norm | None:
        """What the top layer's state has been through and the states below it have not."""

    @property
    def longest(self) -> int:
        """How many tokens can be read, those that are generated among them."""

    def tokens_of(self, text: str) -> NDArray[np.int64]:
        """Give the numbers of the tokens that a text has.

        Raises
        ------
        LabError
            If the model does not know one.
        """

    def token_of(self, text: str) -> int:
        """Give the number of the one token that a text is.

        Raises
        ------
        LabError
            If it is none, or several.
        """

    def text_of(self, number: int) -> str:
        """Give a token as it stands in a text, with the space before it if it has one."""

    def read(self, tokens: ArrayLike) -> HiddenStates:
        """Run over tokens, of shape (T,), from the state that a text begins with.

        Raises
        ------
        LabError
            If there are none or too many, or one is not there.
        """

    def logits(self, tokens: ArrayLike) -> Array:
        """Give the model's own scores after each token, of shape (T, V).

        Raises
        ------
        LabError
            As :meth:`read`.
        """

    def continue_(
        self, tokens: Sequence[int], count: int, choice: Choice, rng: np.random.Generator
    ) -> list[int]:
        """Give the tokens that follow: as many as asked for, or fewer where a text ends.

        Raises
        ------
        LabError
            As :meth:`read`; the count is added to the tokens.
        """


@dataclass(frozen=True, eq=False)
class RecurrentModel:
    """A model of the lab, as a language model.

    Attributes
    ----------
    model : Model
        With a vocabulary, and an output that scores its tokens.
    longest : int

    Raises
    ------
    LabError
        If it is no language model.
    """

    model: Model
    longest: int = LONGEST

    def __post_init__(self) -> None:
        """Check that it reads tokens and scores them."""
        model = self.model
        if model.vocabulary is None:
            raise LabError(
                "This model has no vocabulary, so no text can be read. Save it with "
                "metadata={'vocabulary': json.dumps(tokens)}, or choose a model of text."
            )
        if model.decoder is None:
            raise LabError(
                "This model has no output (decoder), so it says nothing of the next token. "
                "Save it with its output layer."
            )
        outputs = len(model.decoder.b)
        if outputs != model.token_count:
            raise LabError(
                f"This model has {outputs} outputs for {model.token_count} tokens, so they are no "
                "scores of the next token. Choose a language model."
            )

    @property
    def decoder(self) -> Linear:
        """From the top layer's h to the scores of all V tokens."""
        assert self.model.decoder is not None
        return self.model.decoder

    @property
    def norm(self) -> Norm | None:
        """None: these layers hand on what the decoder reads."""
        return None

    def tokens_of(self, text: str) -> NDArray[np.int64]:
        """Give the numbers of a text's characters or words; errors as :meth:`Vocabulary.read`."""
        assert self.model.vocabulary is not None
        return self.model.vocabulary.read(text)[1]

    def token_of(self, text: str) -> int:
        """Give the number of the one character or word that a text is.

        Raises
        ------
        LabError
            If it is none, several, or not in the vocabulary; what stands for the
            unknown is another token, and not it.
        """
        vocabulary = self.model.vocabulary
        assert vocabulary is not None
        if text in vocabulary.tokens:  # marks such as <s> too, which a text has in pieces
            return vocabulary.tokens.index(text)
        tokens, numbers = vocabulary.read(text)
        if len(tokens) != 1:
            raise one_token(text, tokens)
        if numbers[0] == vocabulary.unknown:
            raise LabError(
                f"'{text[:40]}' is not among the {len(vocabulary)} {vocabulary.unit} that this "
                "model knows. Use another."
            )
        return int(numbers[0])

    def text_of(self, number: int) -> str:
        """Give a character or word; words have no spaces of their own."""
        assert self.model.vocabulary is not None
        return self.model.vocabulary.tokens[number]

    def read(self, tokens: ArrayLike) -> HiddenStates:
        """Run over tokens, of shape (T,), from zero states."""
        return hidden_states(self.model, fitting(tokens, self.longest))

    def logits(self, tokens: ArrayLike) -> Array:
        """Give the scores after each token, of shape (T, V)."""
        scores: Array = run(self.model, fitting(tokens, self.longest)[:, None]).outputs[:, 0]
        return scores

    def continue_(
        self, tokens: Sequence[int], count: int, choice: Choice, rng: np.random.Generator
    ) -> list[int]:
        """Give as many tokens as asked for: :func:`lstm.generation.generate`."""
        prompt = fitting(tokens, self.longest, count)
        return generate(self.model, prompt.tolist(), count, choice, rng)


def fitting(tokens: ArrayLike, longest: int, count: int = 0) -> NDArray[np.int64]:
    """Give tokens as an array, of shape (T,).

    Raises
    ------
    LabError
        If there are none, or with ``count`` more they are too many.
    """
    numbers = np.asarray(tokens, np.int64)
    if not numbers.size:
        raise LabError("There is no text. Give at least one token.")
    if count < 0:
        raise LabError(f"{count} tokens cannot follow. Ask for none or more.")
    if numbers.size + count > longest:
        more = f" and {count} to follow" if count else ""
        raise LabError(
            f"The text has {numbers.size} tokens{more}; at most {longest} are read at once. "
            "Give a shorter text."
        )
    return numbers


def one_token(text: str, pieces: Sequence[str]) -> LabError:
    """Say that a text is not one token, and what it is."""
    if not pieces:
        return LabError("There is no token. Give a word or character that the model knows.")
    shown = " + ".join(f"'{piece[:40]}'" for piece in pieces[:5])
    more = " …" if len(pieces) > 5 else ""
    return LabError(
        f"'{text[:40]}' is {len(pieces)} tokens for this model ({shown}{more}). Watch one of them."
    )


def with_norm(states: HiddenStates, norm: Norm) -> HiddenStates:
    """Put the states of the inner layers through the final norm, which the top one has behind it.

    So the logit lens is mostly drawn for transformers; without it the states are
    read as they are.

    Parameters
    ----------
    states : HiddenStates
    norm : function of an ndarray of shape (T, H), to one of that shape

    Returns
    -------
    HiddenStates

    References
    ----------
    nostalgebraist 2020, "interpreting GPT: the logit lens".
    """
    return replace(states, h=(*(norm(one) for one in states.h[:-1]), states.h[-1]))
