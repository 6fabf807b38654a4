"""A pair of words and a list of prompts, as a reader writes them: one prompt a line."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lstm import Model
from lstm.language_model import LanguageModel
from lstm.shown import shown_token
from lstm.silencing import Prompt

from . import boundary
from .boundary import FieldError
from .lens_settings import LONGEST_WATCHED, text_of
from .lens_speaker import tokens_of, watched_number

MOST_PROMPTS = 100
# Multiplications while a reader waits: a second for each 4e10 of them, on one core.
MOST_WORK = 1.2e11
WORDS = ("First word", "Second word")  # the fields


class Asked(NamedTuple):
    """Two tokens that are compared after each of some texts.

    Attributes
    ----------
    words : tuple of str
        The two, with their spaces to be seen.
    numbers : tuple of int
        Theirs.
    texts : tuple of str
    prompts : tuple of Prompt
        With the numbers; the right token is the first word, or what stands behind |.
    """

    words: tuple[str, str]
    numbers: tuple[int, int]
    texts: tuple[str, ...]
    prompts: tuple[Prompt, ...]


def read_prompts(speaker: LanguageModel, payload: Mapping[str, Any]) -> Asked:
    """Take a pair of words and a list of prompts out of a request.

    Parameters
    ----------
    speaker : LanguageModel
    payload : mapping
        ``pair``, two texts, and ``prompts``, a text with a prompt in each line.

    Raises
    ------
    FieldError
        About "First word", "Second word" or "prompts".
    BadRequest
        HTTP 400, for what our page never sends.
    """
    first, second = _pair(speaker, payload)
    lines = [line for line in text_of(payload, "prompts").splitlines() if line.strip()]
    if not lines:
        raise FieldError("prompts", "There are no prompts. Write one a line.")
    if len(lines) > MOST_PROMPTS:
        raise FieldError("prompts", f"There are {len(lines)} prompts. Use at most {MOST_PROMPTS}.")
    texts, prompts = [], []
    for n, line in enumerate(lines, start=1):
        text, _, right = line.partition("|")
        tokens = tokens_of(speaker, text.rstrip(), "prompts").tolist()
        if not tokens:
            raise FieldError("prompts", f"Prompt {n} is empty. Write words before the |.")
        wanted = watched_number(speaker, right.strip(), "prompts") if right.strip() else first
        if wanted not in (first, second):
            raise FieldError(
                "prompts",
                f"Prompt {n} ends with '{boundary.shorten(right.strip())}', which is "
                "none of the two words.",
            )
        texts.append(text.strip())
        other = second if wanted == first else first
        prompts.append(Prompt(tuple(tokens), wanted, other))
    words = (shown_token(speaker.text_of(first)), shown_token(speaker.text_of(second)))
    return Asked(words, (first, second), tuple(texts), tuple(prompts))


def check_work(model: Model, prompts: Sequence[Prompt], runs: int) -> None:
    """Refuse what would keep the server for long.

    Parameters
    ----------
    model : Model
    prompts : sequence of Prompt
    runs : int
        The multiplications that a step of one prompt takes, all runs together.

    Raises
    ------
    FieldError
        With the number of prompts that there is time for.
    """
    steps = max(len(prompt.tokens) for prompt in prompts)
    most = int(MOST_WORK / (runs * steps))
    if most < 1:
        units = sum(layer.hidden_size for layer in model.layers)
        raise FieldError(
            "model",
            f"This model has {units:,} units, too many for a search while you wait. Silence "
            "those that you suspect one by one, under Intervene.",
        )
    if len(prompts) > most:
        raise FieldError(
            "prompts",
            f"There is time for {most} prompts of {steps} tokens; there are {len(prompts)}. "
            "Use fewer or shorter ones.",
        )


def weights(model: Model) -> list[int]:
    """Count what a step of each layer multiplies."""
    return [layer.W_ih.size + layer.W_hh.size for layer in model.layers]


def _pair(speaker: LanguageModel, payload: Mapping[str, Any]) -> tuple[int, int]:
    given = boundary.expect(list, payload.get("pair"), "pair")
    first, second = given if len(given) == 2 else (None, None)
    numbers = []
    for field, text in zip(WORDS, (first, second), strict=True):
        word = boundary.expect(str, text, field)
        if len(word) > LONGEST_WATCHED:
            raise FieldError(field, f"'{boundary.shorten(word)}' is too long for one token.")
        numbers.append(watched_number(speaker, word, field))
    if numbers[0] == numbers[1]:
        raise FieldError(WORDS[1], "Both words are the same token. Compare it with another.")
    return numbers[0], numbers[1]
