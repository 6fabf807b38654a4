"""What a reader sees at a place of a text: the words by which regions of a map are named.

A trait is said of the state after a token, so of that token and all before it. Any
text has these, whatever model reads it: nothing here knows a task's grammar.
"""

from collections.abc import Iterator, Sequence

from .shown import shown_token
from .vocabulary import Unit

_PAIRS = {"(": ")", "[": "]", "{": "}"}
_CLOSING = {closing: opening for opening, closing in _PAIRS.items()}
_QUOTE = '"'
_DEEPEST = 8  # as which all deeper places count
_LONGEST = 16  # characters of a word that a trait shows
_ENDED = 3  # letters from which a word has an ending that says something
_FIRST = 3  # tokens at the beginning of a sequence


def traits_of(tokens: Sequence[str], unit: Unit) -> list[tuple[str, ...]]:
    """Give the traits of each place of a text.

    Parameters
    ----------
    tokens : sequence of str, T of them
    unit : "characters" or "words"
        What they are.

    Returns
    -------
    list of tuple of str, T of them
        What stands there and of what kind it is, what is open, and how deep.

    Examples
    --------
    >>> traits_of("on (a", "characters")[-1]
    ('‘a’', 'start of a word', '‘a…’', 'inside ( )', 'depth 1', 'outside quotes')
    """
    about = _characters(tokens) if unit == "characters" else _words(tokens)
    return [
        tuple(dict.fromkeys((*own, *around, *(("start of the text",) if t < _FIRST else ()))))
        for t, (own, around) in enumerate(zip(about, _open(tokens), strict=True))
    ]


def quoted(token: str) -> str:
    """Name a token, so that its spaces can be seen."""
    return f"‘{shown_token(token[:_LONGEST])}’"


def _open(tokens: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Say what is open after each token: the innermost pair, how many, and a quotation."""
    stack: list[str] = []
    for token in tokens:
        for sign in token:
            if sign in _PAIRS:
                stack.append(sign)
            elif sign == _QUOTE and _QUOTE in stack:
                _close(stack, _QUOTE)
            elif sign == _QUOTE:
                stack.append(_QUOTE)
            elif sign in _CLOSING:
                _close(stack, _CLOSING[sign])
        brackets = [sign for sign in stack if sign in _PAIRS]
        found = ["outside brackets"]
        if brackets:
            depth = min(len(brackets), _DEEPEST)
            found = [f"inside {brackets[-1]} {_PAIRS[brackets[-1]]}", f"depth {depth}"]
        yield (*found, "in quotes" if _QUOTE in stack else "outside quotes")


def _close(stack: list[str], sign: str) -> None:
    """Take what was opened last by a sign off, and all that was left open within it."""
    if sign in stack:
        del stack[len(stack) - 1 - stack[::-1].index(sign) :]


def _characters(tokens: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Say what each character is, and how the word goes so far."""
    word, fresh = "", False
    for token in tokens:
        letter = _in_word(token)
        word = word + token if letter else ""
        found = [*_named(token), *_kind(token)]
        if fresh and token != "\n":
            # Spaces before a line say how far it stands in; those within it part its words.
            found = ["indentation"] if token.isspace() else ["start of a line", *found]
        fresh = token == "\n" or (fresh and token.isspace())
        if letter:
            found.append("start of a word" if len(word) == 1 else "within a word")
            if len(word) <= _LONGEST:
                found.append(f"‘{word}…’")
        yield tuple(found)


def _words(tokens: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Say what each word is, and which one it comes after."""
    before = ""
    for token in tokens:
        after = (f"after {quoted(before)}",) if before else ()
        ending = (f"ends in ‘{token[-1]}’",) if len(token) >= _ENDED and token.isalpha() else ()
        yield (*_named(token), *_kind(token), *after, *ending)
        before = token


def _named(token: str) -> tuple[str, ...]:
    """Name a token, where its kind does not say all."""
    return () if token.isspace() else (quoted(token),)


def _kind(token: str) -> tuple[str, ...]:
    if token == "\n":
        return ("end of a line",)
    if token.isspace():
        return ("after a space",)
    if token.isdigit():
        return ("digits",)
    if token[:1].isupper():
        return ("capital letters",)
    if token in _PAIRS:
        return ("just opened",)
    if token in _CLOSING:
        return ("just closed",)
    return () if _in_word(token) else ("a sign",)


def _in_word(token: str) -> bool:
    return token[:1].isalnum() or token[:1] == "_"
