"""What each task looks like: a few short sequences, for the page to show beside its words."""

from functools import cache

import numpy as np

from lstm.catalogue import TASKS, Task
from lstm.training import Batch

SHOWN = 3  # sequences
LONGEST = 34  # characters of one: what a narrow column has room for

# Shorter than what is learnt, so that all of it can be seen.
_SHORT: dict[str, dict[str, int]] = {
    "long_lag": {"lag": 20},
    "adding": {"length": 10},
    "temporal_order": {"length": 24},
    "copy": {"silence": 8},
    "anbn": {"longest": 8},
    "anbncn": {"longest": 6},
    "brackets": {"deepest": 3},
    "agreement": {"between": 1},
}


@cache
def examples(name: str) -> tuple[str, ...]:
    """Write a few sequences of a task; always the same ones.

    Examples
    --------
    >>> examples("reber")[0]
    'BPBTSSSXXTTVVEPE'
    """
    task = TASKS[name]
    usual = {key: option.default for key, option in task.options.items()}
    source = task.make(SHOWN, usual | _SHORT.get(name, {}))
    batch = source.batch(1, np.random.default_rng(2))
    write = _sum if task.vocabulary is None else _text
    return tuple(write(task, batch, n) for n in range(SHOWN))


def _text(task: Task, batch: Batch, n: int) -> str:
    """Write the tokens of a sequence, and the last one that is to be foreseen."""
    assert task.vocabulary is not None
    numbers = [*batch.inputs[:, n], batch.targets[-1, n]]
    tokens = [task.vocabulary.tokens[number] for number in numbers]
    if task.end is not None:  # what follows only fills the batch up
        token, times = task.end
        last = [place for place, one in enumerate(tokens) if one == token][times - 1]
        tokens = tokens[: last + 1]
    text = (" " if task.vocabulary.unit == "words" else "").join(tokens)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _sum(_: Task, batch: Batch, n: int) -> str:
    """Write the marked numbers of a sequence, how many others there are, and the sum."""
    values, marks = batch.inputs[:, n, 0], batch.inputs[:, n, 1]
    marked = values[marks == 1]
    shown = " … ".join(f"{value:.2f}" for value in marked)
    return f"… {shown} … → {float(batch.targets[-1, n, 0]):.2f}"
