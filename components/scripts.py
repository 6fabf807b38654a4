"""What the scripts have in common that the pages give away."""

from collections.abc import Iterable
from textwrap import wrap

WIDTH = 88  # characters of a line
LIBRARIES = {"numpy": "NumPy", "pytorch": "PyTorch"}


def written_list(values: Iterable[object], beside: int) -> str:
    """Write numbers as a list, as many in a line as there is room for.

    Parameters
    ----------
    values : iterable
    beside : int
        How many characters stand on the line beside them.

    Examples
    --------
    >>> written_list([1.0, 0.5], beside=10)
    '[1.0, 0.5]'
    """
    text = ", ".join(map(repr, values))
    if len(text) <= WIDTH - beside:
        return f"[{text}]"
    lines = "".join(f"    {line}\n" for line in wrap(f"{text},", WIDTH - 4))
    return f"[\n{lines}]"
