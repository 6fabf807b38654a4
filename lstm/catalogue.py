"""The tasks that the lab offers: what they teach, what can be set, what is advised."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .grammar import VERBS
from .scoring import Judge, after, among, next_token, within
from .tasks import (
    Adding,
    Agreement,
    Brackets,
    CopyMemory,
    Counting,
    LongLag,
    Reber,
    TemporalOrder,
)
from .training import Source
from .vocabulary import Vocabulary


class Option(NamedTuple):
    """A whole number that a task lets the reader choose."""

    label: str
    default: int
    low: int
    high: int


@dataclass(frozen=True)
class Task:
    """A task of the catalogue.

    Attributes
    ----------
    title : str
    says : str
        What is to be learnt.
    measures : str
        What its accuracy counts.
    make : function of (size, options)
        Gives the source of batches with so many sequences side by side.
    vocabulary : Vocabulary, or None
        None where inputs and outputs are numbers.
    judge : Judge
    options : mapping of str to Option
    start : str, or None
        The tokens that samples begin with; None where a text of the model's own
        would say nothing.
    end : (str, int), or None
        Which token ends a string, and at its how manieth; None where texts have no end.
    advised : mapping
        Settings that solve it, where they differ from the usual ones.
    """

    title: str
    says: str
    measures: str
    make: Callable[[int, Mapping[str, int]], Source]
    vocabulary: Vocabulary | None
    judge: Judge
    options: Mapping[str, Option] = field(default_factory=dict)
    start: str | None = None
    end: tuple[str, int] | None = None
    advised: Mapping[str, Any] = field(default_factory=dict)


_CLOSERS = (")", "]", "}")
_STRING_END = "The symbol that must repeat the second one, when it is due"
_LAST = "The last symbol"
_DECIDED = "Every symbol from the first b on: all of them are decided"

TASKS: dict[str, Task] = {
    "reber": Task(
        "Embedded Reber grammar",
        "Strings from a grammar: what stood second, T or P, must stand second to last again.",
        _STRING_END,
        lambda size, _: Reber(size),
        Reber.vocabulary,
        after("E", Reber.vocabulary, "TP"),
        start="B",
        end=("E", 2),
        advised={"size": 8, "batch": 16, "steps": 1500},
    ),
    "continual_reber": Task(
        "Continual Reber grammar",
        "The same strings one after another without a break: nobody says when to forget.",
        _STRING_END,
        lambda size, options: Reber(size, continual=True, steps=options["length"]),
        Reber.vocabulary,
        after("E", Reber.vocabulary, "TP"),
        {"length": Option("Steps of a stream", 100, 20, 500)},
        start="B",
        advised={"size": 16, "batch": 16, "steps": 1500},
    ),
    "long_lag": Task(
        "Long time lag",
        "The last symbol is the first one again, after many that tell nothing.",
        _LAST,
        lambda size, options: LongLag(size, options["lag"]),
        LongLag.vocabulary,
        next_token,
        {"lag": Option("Lag, in steps", 50, 5, 400)},
        advised={"size": 32, "rate": 0.003, "forget_bias": 6.0, "steps": 1000},
    ),
    "adding": Task(
        "Adding problem",
        "Two of many numbers are marked; at the end, say their sum.",
        "Sums within 0.04 of the right one",
        lambda size, options: Adding(size, options["length"]),
        None,
        within(0.04),
        {"length": Option("Numbers in a sequence", 100, 10, 400)},
        advised={"size": 16, "rate": 0.005, "batch": 32, "steps": 3500},
    ),
    "temporal_order": Task(
        "Temporal order",
        "X and Y come far apart among other symbols; the last symbol names their order.",
        _LAST,
        lambda size, options: TemporalOrder(size, options["length"], options["relevant"]),
        TemporalOrder.vocabulary,
        next_token,
        {
            "length": Option("Steps", 60, 12, 300),
            "relevant": Option("Symbols that matter (2 or 3)", 2, 2, 3),
        },
        advised={"size": 32, "rate": 0.001, "forget_bias": 4.0, "steps": 6000},
    ),
    "copy": Task(
        "Copy memory",
        "Hear a word, wait in silence, and say it again from the bell (!) on.",
        "Symbols of the repeated word",
        lambda size, options: CopyMemory(size, options["length"], options["silence"]),
        CopyMemory.vocabulary,
        next_token,
        {
            "length": Option("Letters of the word", 3, 1, 20),
            "silence": Option("Silence, in steps", 10, 1, 200),
        },
        advised={"size": 48, "batch": 32, "steps": 2000},
    ),
    "anbn": Task(
        "Counting: aⁿbⁿ",
        "As many b as there were a: the cell must count up and down.",
        _DECIDED,
        lambda size, options: Counting(size, options["longest"]),
        Counting.vocabulary,
        after("b", Counting.vocabulary),
        {"longest": Option("Largest n", 10, 2, 100)},
        start="S",
        end=("T", 1),
        advised={"size": 4, "steps": 3000},
    ),
    "anbncn": Task(
        "Counting: aⁿbⁿcⁿ",
        "As many b and as many c as there were a: two counts at once.",
        _DECIDED,
        lambda size, options: Counting(size, options["longest"], "abc"),
        Counting.vocabulary,
        after("bc", Counting.vocabulary),
        {"longest": Option("Largest n", 10, 2, 100)},
        start="S",
        end=("T", 1),
        advised={"size": 8, "steps": 2000},
    ),
    "brackets": Task(
        "Nested brackets and quotes",
        "Text in which ( [ { and quotes are opened, and closed again in the right order.",
        "Closing brackets: the right kind beats the other two",
        lambda size, options: Brackets(size, options["length"], options["deepest"]),
        Brackets.vocabulary,
        among([_CLOSERS], Brackets.vocabulary),
        {
            "length": Option("Steps of a stream", 64, 16, 400),
            "deepest": Option("Deepest nesting", 4, 1, 8),
        },
        start="(",
        advised={"size": 64, "rate": 0.008, "steps": 3000},
    ),
    "agreement": Task(
        "Subject and verb",
        "Sentences in which the verb agrees with its subject, across nouns of the other number.",
        "Verbs: the right number beats the wrong one",
        lambda size, options: Agreement(size, options["between"]),
        Agreement.vocabulary,
        among([forms[:2] for forms in VERBS], Agreement.vocabulary),
        {"between": Option("Most nouns between", 4, 0, 4)},
        start="the",
        advised={"size": 48, "batch": 32, "steps": 1500},
    ),
}
