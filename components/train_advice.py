"""What to do where a run learns nothing, or only by heart: said while it can still be changed."""

from collections.abc import Mapping, Sequence
from typing import Any

EARLY = 0.1  # of the budget, in which nothing is said: many tasks begin with a plateau
LAST = 5  # batches that are looked at together
ABOVE = 1.2  # times the loss of a constant answer: so much is no accident
WORSE = 1.2  # times the best held-out loss so far: from here on it learns by heart
BESIDE = 0.98  # times that loss: as good as nothing

RAN_AWAY = (
    "The loss is above that of a constant answer: training has run away. "
    "Use a smaller learning rate, or clip gradients to a smaller norm."
)
BY_HEART = (
    "It learns by heart: on held-out data it is worse than a constant answer. "
    "Use more data, fewer units, fewer batches, or some dropout."
)
PAST_BEST = (
    "On held-out data it was better before: it now learns by heart. "
    "Use fewer batches, more data, fewer units, or some dropout."
)
NOTHING = (
    "Nothing was learnt: a constant answer would be as good. "
    "Use more batches, more units, or another learning rate."
)


def advice(
    records: Sequence[Mapping[str, Any]], steps: int, baseline: float | None, *, over: bool
) -> str:
    """Say what to do about how training goes; empty where it goes well.

    Parameters
    ----------
    records : sequence of mapping
        Of the run so far.
    steps : int
        Its budget.
    baseline : float, optional
        The held-out loss of the best constant answer.
    over : bool
        Whether the run has ended.

    Examples
    --------
    >>> record = {"step": 50, "loss": 9.0, "held_out": 8.0}
    >>> advice([record], 100, 2.0, over=False).startswith("The loss is above")
    True
    """
    losses = [one["loss"] for one in records if one.get("loss") is not None][-LAST:]
    measured = [one["held_out"] for one in records if one.get("held_out") is not None]
    if not baseline or not losses or not measured or records[-1]["step"] < EARLY * steps:
        return ""
    loss, held_out = sum(losses) / len(losses), measured[-1]
    if loss > ABOVE * baseline:
        return RAN_AWAY
    if held_out > ABOVE * baseline:
        return BY_HEART
    if loss < held_out and held_out > WORSE * min(measured):
        return PAST_BEST
    return NOTHING if over and held_out > BESIDE * baseline else ""
