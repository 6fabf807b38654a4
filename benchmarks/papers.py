"""The published experiments that are made again, and how."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lstm import Model
from lstm.experiment import Experiment, Settings

from . import solved


@dataclass(frozen=True)
class Row:
    """One experiment: what a paper says, and what is trained to compare with it.

    Attributes
    ----------
    name : str
        By which results are kept.
    title, paper, experiment, theirs : str
        Only what is certain is quoted.
    ours : Settings
        Seeds apart.
    differs : str
        Between theirs and ours.
    measure : function of a model and its experiment
        One number, on sequences drawn for it.
    good : float
        What the number must come to, or below, for the task to count as solved.
    solved : str
        The same in words.
    says : str
        The number in words, with {} in its place.
    form : str
        How it is written there.
    at_least : bool
        Whether the number must come to it or above, instead.
    to_the_end : bool
        Whether training goes on to its end, to be measured there and only there.
    beside : mapping of str to Settings
        Other networks on the same task.
    seeds : int
    every : int
        Batches from one measurement to the next.
    states : bool
        Whether the sizes of cell states in continual streams are told too.
    """

    name: str
    title: str
    paper: str
    experiment: str
    theirs: str
    ours: Settings
    differs: str
    measure: Callable[[Model, Experiment], float]
    good: float
    solved: str
    says: str
    form: str = ".0%"
    at_least: bool = False
    to_the_end: bool = False
    beside: Mapping[str, Settings] = field(default_factory=dict)
    seeds: int = 5
    every: int = 50
    states: bool = False


_1997 = "Hochreiter & Schmidhuber 1997"
_2000 = "Gers, Schmidhuber & Cummins 2000"
_2001 = "Gers & Schmidhuber 2001"
_2015 = "Jozefowicz, Zaremba & Sutskever 2015"
_TRAINED = "Adam, minibatches of {}, backpropagation through the whole sequence"
_REBER_IN_WORDS = (
    "in 1,000 fresh strings every symbol that may follow is ranked above all that may not, "
    "at every step; so the second to last symbol is right too"
)
_LAST_IN_WORDS = "the last symbol is the likeliest in all of 256 fresh sequences"
_LAST_WRONG = "{} of last symbols wrong"


def _reber(model: Model, _: Experiment) -> float:
    return solved.reber_errors(model)


def _stream(model: Model, _: Experiment) -> float:
    return solved.stream_reach(model)


def _last(model: Model, experiment: Experiment) -> float:
    return solved.last_errors(model, experiment.source)


def _squared(model: Model, experiment: Experiment) -> float:
    return solved.squared_error(model, experiment.source)


def _counts(letters: str) -> Callable[[Model, Experiment], float]:
    return lambda model, _: solved.counts_to(model, letters)


def _long_lag(lag: int) -> Row:
    usual = Settings(
        "long_lag", options={"lag": lag}, size=32, rate=0.003, forget_bias=6, steps=3000
    )
    return Row(
        f"long_lag_{lag}",
        f"Long time lag of {lag} steps",
        _1997,
        "experiment 2",
        "Solved at lags of 100 to 1000; a basic RNN (BPTT): 0 %",
        usual,
        f"A forget gate, with a bias of 6 so that it starts near 1; 32 units; lag {lag}, with 4 "
        f"symbols in between instead of as many as the lag is long; {_TRAINED.format(16)}. With "
        "that and 64 units a basic RNN sometimes solves it too.",
        _last,
        0,
        _LAST_IN_WORDS,
        _LAST_WRONG,
        beside={
            "LSTM without a forget gate, as in the paper": changed(usual, cell="no_forget"),
            "Basic RNN of 64 units, about as many weights": changed(usual, cell="rnn", size=64),
        },
    )


def _temporal_order(relevant: int, experiment: str, rate: float) -> Row:
    options = {"length": 100, "relevant": relevant}
    usual = Settings(
        "temporal_order", options=options, size=32, rate=rate, forget_bias=4, steps=6000
    )
    return Row(
        f"temporal_order_{relevant}",
        f"Temporal order of {relevant} symbols",
        _1997,
        experiment,
        "Solved",
        usual,
        f"A forget gate with a bias of 4; 32 units; 100 steps; {_TRAINED.format(16)}.",
        _last,
        0,
        _LAST_IN_WORDS,
        _LAST_WRONG,
        beside={
            "Basic RNN of 64 units, about as many weights": changed(usual, cell="rnn", size=64)
        },
        seeds=7,
        every=100,
    )


def _counting(task: str, letters: str, title: str, size: int, remark: str = "") -> Row:
    usual = Settings(task, size=size, forget_bias=4, steps=10_000)
    return Row(
        task,
        title,
        _2001,
        "",
        "Trained to n = 10, it generalises far beyond",
        usual,
        f"No peepholes; {size} units, forget bias 4; {_TRAINED.format(16)}; always 10,000 batches, "
        f"and the network as it is at the end, not at its best.{remark}",
        _counts(letters),
        10,
        "every string to n = 10 is followed to its end: an a or b, and no more, while there are "
        "a's, and every symbol right from the first b on; then the largest n to which all are",
        "n = {}",
        ".0f",
        at_least=True,
        to_the_end=True,
        beside={
            "LSTM without a forget gate": changed(usual, cell="no_forget"),
            "Basic RNN of 8 units": changed(usual, cell="rnn", size=8),
        },
        seeds=9,
    )


def changed(settings: Settings, **changes: object) -> Settings:
    """Give other settings."""
    return Settings.from_json(settings.to_json() | changes)


_REBER = Settings("reber", size=16, batch=8, steps=6000)
_ADDING = Settings("adding", size=16, rate=0.005, batch=32, steps=5000)
_CONTINUAL = Settings("continual_reber", size=16, steps=6000)
_SHORT_ADDING = changed(_ADDING, options={"length": 50})

ROWS: tuple[Row, ...] = (
    Row(
        "reber",
        "Embedded Reber grammar",
        _1997,
        "experiment 1",
        "About 8,400 sequences; plain RNNs never",
        _REBER,
        f"A forget gate with a bias of 1; 16 units; {_TRAINED.format(8)}. Trained so, a basic RNN "
        "solves it as well as an LSTM: these lags are short.",
        _reber,
        0,
        _REBER_IN_WORDS,
        "{} of strings with a wrong symbol",
        beside={
            "LSTM without a forget gate, as in the paper": changed(_REBER, cell="no_forget"),
            "Basic RNN of 32 units, about as many weights": changed(_REBER, cell="rnn", size=32),
        },
        seeds=9,
    ),
    _long_lag(50),
    _long_lag(100),
    Row(
        "adding",
        "Adding problem, T = 100",
        _1997,
        "experiment 4",
        "Error below 0.04 after about 74,000 sequences",
        _ADDING,
        "Numbers from 0 to 1 instead of −1 to 1; a forget gate with a bias of 1; 16 units; "
        f"{_TRAINED.format(32)}; the measure is the mean squared error.",
        _squared,
        0.001,
        "the mean squared error on 1,024 fresh sequences is below 0.001, a typical error of 0.03; "
        "always the mean costs 0.17",
        "a mean squared error of {}",
        ".2g",
        beside={
            "Basic RNN of 32 units, about as many weights": changed(
                _ADDING, cell="rnn", size=32, rate=0.003
            )
        },
    ),
    _temporal_order(2, "experiment 6a", 0.001),
    _temporal_order(3, "experiment 6b", 0.003),
    Row(
        "continual_reber",
        "Continual Reber grammar",
        _2000,
        "",
        "Solved with a forget gate; without one it fails",
        _CONTINUAL,
        "16 units, forget bias 1, no peepholes; trained on streams of 100 symbols that each start "
        f"from zero; {_TRAINED.format(16)}. Trained so, the LSTM without a forget gate comes to a "
        "solution too, later, and lives with cell states that grow as long as the stream goes on.",
        _stream,
        solved.LONGEST_STREAM,
        "no wrong ranking in ten fresh streams of 100,000 symbols: every symbol that may follow "
        "above all that may not",
        "the first wrong ranking after {} symbols",
        ",.0f",
        at_least=True,
        beside={"LSTM without a forget gate": changed(_CONTINUAL, cell="no_forget")},
        every=250,
        states=True,
    ),
    _counting("anbn", "ab", "Counting: aⁿbⁿ", 2),
    _counting("anbncn", "abc", "Counting: aⁿbⁿcⁿ", 3, " Ours hardly gets beyond n = 10."),
    Row(
        "forget_bias_adding",
        "Forget bias 1: adding problem, T = 50",
        _2015,
        "",
        "A forget bias of 1 is advised; on other tasks",
        _SHORT_ADDING,
        f"Another task; 16 units; {_TRAINED.format(32)}.",
        _squared,
        0.01,
        "the mean squared error on 1,024 fresh sequences is below 0.01",
        "a mean squared error of {}",
        ".2g",
        beside={"Forget bias 0": changed(_SHORT_ADDING, forget_bias=0)},
        seeds=9,
        every=25,
    ),
    Row(
        "forget_bias_reber",
        "Forget bias 1: embedded Reber grammar",
        _2015,
        "",
        "A forget bias of 1 is advised; on other tasks",
        _REBER,
        f"Another task; 16 units; {_TRAINED.format(8)}.",
        _reber,
        0,
        _REBER_IN_WORDS,
        "{} of strings with a wrong symbol",
        beside={"Forget bias 0": changed(_REBER, forget_bias=0)},
        seeds=9,
    ),
)
