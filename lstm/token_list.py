"""A vocabulary as a list in a file of its own: a token on each line, in the model's order."""

from pathlib import Path

from .errors import LabError
from .vocabulary import Vocabulary

LARGEST_LIST = 16 * 2**20  # bytes: a million words
_HOW_TO_LIST = "Give text in UTF-8, a token on each line, in the order of the model's numbers."


def read_tokens(content: bytes) -> Vocabulary:
    r"""Read a list of tokens; it may come from anybody.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    Vocabulary
        Of words where a token has several characters.

    Raises
    ------
    LabError
        If it is something else, or a token is there twice.

    Examples
    --------
    >>> read_tokens(b"<unk>\nthe\nkeys\n").tokens
    ('<unk>', 'the', 'keys')
    """
    if len(content) > LARGEST_LIST:
        raise LabError(
            f"The list of tokens has {len(content)} bytes; at most {LARGEST_LIST} are read."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabError(f"The list of tokens is no text. {_HOW_TO_LIST}") from error
    # Not splitlines: rarer ends of lines may be tokens.
    tokens = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if "" in tokens:
        raise LabError(f"Line {tokens.index('') + 1} of the list is empty. {_HOW_TO_LIST}")
    return Vocabulary.from_json({"tokens": tokens})


def load_tokens(path: str | Path) -> Vocabulary:
    """Read a list of tokens from a file.

    Parameters
    ----------
    path : path of a text file

    Returns
    -------
    Vocabulary

    Raises
    ------
    LabError
        If the file cannot be read, or is something else.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise LabError(
            f"The list of tokens cannot be read ({error.strerror}). Check its path."
        ) from error
    return read_tokens(content)
