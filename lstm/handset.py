"""Networks whose weights were set by hand, so that each unit can be explained.

Untrained weights have nothing to tell. Here every weight has a reason: a unit
counts, latches, toggles or forgets, and says so by its name.

A gate rests at ±REST before it is squashed, which holds it shut or open; what
moves it adds or takes twice that. Writing ±SURE into the candidate gives ±1.
"""

from collections.abc import Mapping

import numpy as np

from .cell import Array, Layer
from .model import Model
from .vocabulary import Unit, Vocabulary

REST = 10.0
SURE = 4.0
QUARTER = float(np.log(1 / 3))  # σ of it is ¼: what a counter adds

Gates = Mapping[str, Mapping[str, float]]

_MARKS = {
    "(": {"opens": 1.0},
    ")": {"closes": 1.0},
    "[": {"opens": 1.0, "[": 1.0},
    "]": {"closes": 1.0, "]": 1.0},
    "{": {"opens": 1.0},
    "}": {"closes": 1.0},
    '"': {"quote": 1.0},
    "+": {"plus": 1.0},
    "-": {"minus": 1.0},
    "?": {"asks": 1.0},
    "a": {"letter": 1.0, "a": 1.0},
    "b": {"letter": 1.0, "b": 1.0},
}
_LETTERS = {letter: {"letter": 1.0} for letter in "cdefghijklmnopqrstuvwxyz"}

# For each unit and gate: the bias under "1", then what each input and, under "h:",
# each unit of the step before adds.
_CHARACTER_UNITS: dict[str, Gates] = {
    "bracket depth": {
        "i": {"1": QUARTER},
        "f": {"1": REST},
        "g": {"opens": SURE, "closes": -SURE},
        "o": {"1": REST},
    },
    "a minus b": {
        "i": {"1": QUARTER},
        "f": {"1": REST},
        "g": {"a": SURE, "b": -SURE},
        "o": {"1": REST},
    },
    "inside [ ]": {
        "i": {"1": -REST, "[": 2 * REST},
        "f": {"1": REST, "[": -2 * REST, "]": -2 * REST},
        "g": {"[": SURE},
        "o": {"1": REST},
    },
    # It must know what it said last: only h(t−1) tells whether a quote opens or closes.
    "inside quotes": {
        "i": {"1": -REST, "quote": 2 * REST},
        "f": {"1": REST, "quote": -2 * REST},
        "g": {"1": SURE / 2, "h:inside quotes": -2 * SURE},
        "o": {"1": REST},
    },
    "last + or -, when asked": {
        "i": {"1": -REST, "plus": 2 * REST, "minus": 2 * REST},
        "f": {"1": REST, "plus": -2 * REST, "minus": -2 * REST},
        "g": {"plus": SURE, "minus": -SURE},
        "o": {"1": -REST, "asks": 2 * REST},
    },
    "in a word": {
        "i": {"1": REST},
        "f": {"1": -REST},
        "g": {"letter": SURE},
        "o": {"1": REST},
    },
}

_PLURAL = "keys doors cabinets dogs boys girls books tables friends teachers stories maps"
_SINGULAR = "key door cabinet dog boy girl book table friend teacher story map"
_VERBS = "is are was were has have runs run sings sing knows know likes like"
_PLAIN = "the a an to of near by with on in that who old new red big and very not here ,"

_WORD_UNITS: dict[str, Gates] = {
    "subject is plural, at the verb": {
        "i": {"1": -REST, "plural": 2 * REST, "singular": 2 * REST, "h:has a subject": -3 * REST},
        "f": {"1": REST, "end": -2 * REST},
        "g": {"plural": SURE, "singular": -SURE},
        "o": {"1": -REST, "verb": 2 * REST},
    },
    "has a subject": {
        "i": {"1": -REST, "plural": 2 * REST, "singular": 2 * REST},
        "f": {"1": REST, "plural": -2 * REST, "singular": -2 * REST, "end": -2 * REST},
        "g": {"1": SURE},
        "o": {"1": REST},
    },
    "last noun is plural": {
        "i": {"1": -REST, "plural": 2 * REST, "singular": 2 * REST},
        "f": {"1": REST, "plural": -2 * REST, "singular": -2 * REST},
        "g": {"plural": SURE, "singular": -SURE},
        "o": {"1": REST},
    },
    "a noun not long ago": {
        "i": {"1": REST},
        "f": {"1": 1.0},
        "g": {"plural": SURE, "singular": SURE},
        "o": {"1": REST},
    },
    "a verb came": {
        "i": {"1": -REST, "verb": 2 * REST},
        "f": {"1": REST, "end": -2 * REST},
        "g": {"verb": SURE},
        "o": {"1": REST},
    },
}


def characters_by_hand() -> Model:
    """Build the network over characters: depth counter, counter, latches, toggle.

    Every character that it has no use for is read as nothing at all.

    Returns
    -------
    Model
        One layer of six units in float64, with names for inputs and units.

    Examples
    --------
    >>> from lstm import run
    >>> model = characters_by_hand()
    >>> tokens, numbers = model.vocabulary.read("((x))")
    >>> (4 * abs(run(model, numbers[:, None]).layers[0].c[:, 0, 0])).round(1)
    array([1., 2., 2., 1., 0.])
    """
    return _build({**_MARKS, **_LETTERS}, _CHARACTER_UNITS, "characters")


def words_by_hand() -> Model:
    """Build the network over words: it keeps the subject's number until the verb.

    Returns
    -------
    Model
        One layer of five units in float64, with names for inputs and units.
    """
    meanings: dict[str, dict[str, float]] = {".": {"end": 1.0}}
    for kind, words in (("plural", _PLURAL), ("singular", _SINGULAR), ("verb", _VERBS)):
        meanings |= {word: {kind: 1.0} for word in words.split()}
    meanings |= {word: {} for word in _PLAIN.split()}
    return _build(meanings, _WORD_UNITS, "words")


def _build(
    meanings: Mapping[str, Mapping[str, float]], units: Mapping[str, Gates], unit: Unit
) -> Model:
    tokens = ("\ufffd", *meanings)
    inputs = list(dict.fromkeys(name for meaning in meanings.values() for name in meaning))
    embedding = np.zeros((len(tokens), len(inputs)))
    for row, meaning in enumerate(meanings.values(), start=1):
        for name, value in meaning.items():
            embedding[row, inputs.index(name)] = value
    vocabulary = Vocabulary(tokens, unit, 0)
    names = tuple(units)
    layer = _layer(inputs, units)
    return Model([layer], None, embedding, vocabulary, tuple(inputs), (names,))


def _layer(inputs: list[str], units: Mapping[str, Gates]) -> Layer:
    names, D, H = list(units), len(inputs), len(units)
    columns = [*inputs, *(f"h:{name}" for name in names), "1"]
    W: Array = np.zeros((4 * H, D + H + 1))
    for u, gates in enumerate(units.values()):
        for gate, letter in enumerate("ifgo"):
            for name, weight in gates[letter].items():
                W[gate * H + u, columns.index(name)] = weight
    return Layer(W[:, :D], W[:, D : D + H], W[:, -1])
