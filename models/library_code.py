"""The standard library of the Python that runs, as characters to learn from."""

import platform
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lstm.streams import Streams
from lstm.training import Batch
from lstm.vocabulary import Vocabulary

LARGEST_FILE = 200_000  # bytes
HELD_OUT = 20  # every so manieth file is not learnt from
ANEW = 50  # every so manieth batch starts from zero states

# Tests, tables and what is there twice.
_LEFT_OUT = {
    "__phello__",
    "__pycache__",
    "encodings",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "pydoc_data",
    "site-packages",
    "test",
    "tests",
    "turtledemo",
}

UNKNOWN = "\ufffd"
VOCABULARY = Vocabulary((UNKNOWN, "\n", *map(chr, range(32, 127))))
_KNOWN = frozenset(VOCABULARY.tokens)


def files() -> tuple[list[Path], list[Path]]:
    """List the files to learn from, and those held out."""
    root = Path(sysconfig.get_paths()["stdlib"])
    found = [
        path
        for path in sorted(root.rglob("*.py"))
        if not _LEFT_OUT & set(path.relative_to(root).parts) and path.stat().st_size <= LARGEST_FILE
    ]
    return [p for n, p in enumerate(found) if n % HELD_OUT], found[::HELD_OUT]


def read(path: Path) -> str:
    """Read a file; what is not in the vocabulary is its unknown character."""
    text = path.read_text("utf-8", errors="replace")
    return "".join(character if character in _KNOWN else UNKNOWN for character in text)


@dataclass(frozen=True)
class Restarting:
    """Streams that now and then start from zero states, as a reader's own text does."""

    streams: Streams

    def batch(self, number: int, rng: np.random.Generator) -> Batch:
        """Give the n-th batch of the streams."""
        batch = self.streams.batch(number, rng)
        return batch._replace(goes_on=batch.goes_on and number % ANEW != 0)


def source(size: int, unroll: int) -> Restarting:
    """Give the files to learn from, in a random order that is always the same."""
    learnt, _ = files()
    order = np.random.default_rng(0).permutation(len(learnt))
    text = VOCABULARY.numbers("".join(read(learnt[int(n)]) for n in order))
    return Restarting(Streams(text[:-1], text[1:], size, unroll))


def describe() -> str:
    """Say in words what it is."""
    return (
        f"The standard library of Python {platform.python_version()} without tests and tables, "
        f"as characters; every {HELD_OUT}th file is held out"
    )
