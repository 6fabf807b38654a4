"""How tokens and their probabilities are written where they are shown."""

_VISIBLE = {" ": "␣", "\n": "⏎", "\t": "⇥"}


def shown_token(text: str) -> str:
    r"""Write a token so that its spaces can be seen.

    Examples
    --------
    >>> shown_token(" is"), shown_token("\n")
    ('␣is', '⏎')
    """
    return "".join(_VISIBLE.get(character, character) for character in text)


def shown_probability(probability: float) -> str:
    """Write a probability in percent; never as 0 or 100, which it is not.

    Parameters
    ----------
    probability : float
        From 0 to 1; NaN where there is none.

    Returns
    -------
    str

    Examples
    --------
    >>> [shown_probability(p) for p in (0.0, 0.0001, 0.593, 1.0)]
    ['<0.01%', '0.01%', '59.30%', '99.99%']
    """
    if probability != probability:
        return "–"
    if probability < 0.0001:
        return "<0.01%"
    return f"{min(100 * probability, 99.99):.2f}%"
