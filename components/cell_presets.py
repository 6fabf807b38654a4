"""Named settings of every kind of cell: what each does, and the numbers that make it so."""

from collections.abc import Mapping

from .cell_kinds import KINDS
from .cell_parameters import Preset


def _no_feedback(letters: str) -> dict[str, float]:
    """Give the recurrent weights with which no gate hears h(t−1)."""
    return {f"U_{letter}": 0.0 for letter in letters}


def _presets(kind: str, **each: tuple[str, str, Mapping[str, float], bool]) -> dict[str, Preset]:
    parameters = KINDS[kind].parameters
    return {
        name: Preset(title, does, parameters, numbers, separate)
        for name, (title, does, numbers, separate) in each.items()
    }


_OPEN = {"W_i": 0, "b_i": 6, "W_o": 0, "b_o": 6}
_LATCH = {"b_f": -2, "W_f": 0, "W_C": 4, "W_o": 0, "b_o": 4}
_STAYS = {"W_i": 0, "b_i": 3, "W_C": 2, "b_o": 1}
_ALONE = {"P_f": 0, "P_i": 0, "P_o": 0}

PRESETS: dict[str, dict[str, Preset]] = {
    "lstm": _presets(
        "lstm",
        defaults=("Defaults", "All weights 0.5, all biases 0: a short memory.", {}, False),
        remember=(
            "Remember",
            "The forget gate stays near 1: what a pulse wrote lasts for hundreds of steps.",
            {"W_f": 0, "b_f": 6, **_STAYS, **_no_feedback("fiCo")},
            True,
        ),
        forget=(
            "Forget quickly",
            "The forget gate stays near 0: each step wipes what was there.",
            {"b_f": -4},
            False,
        ),
        integrate=(
            "Integrate",
            "All gates open and no feedback: C counts, each 1 adds 0.46.",
            {"W_f": 0, "b_f": 6, **_OPEN, **_no_feedback("fiCo")},
            True,
        ),
        latch=(
            "Latch",
            "+1 sets C high, −1 sets it low, 0 holds: h(t−1) feeds the candidate what it said.",
            {"W_i": 0, "b_i": 4, **_LATCH},
            False,
        ),
        average=(
            "Average",
            "A running mean: C keeps nine tenths of itself and takes one tenth of tanh x(t).",
            {"W_f": 0, "b_f": 2.2, "W_i": 0, "b_i": -2.2, "W_C": 1, "W_o": 0, "b_o": 6}
            | _no_feedback("fiCo"),
            True,
        ),
    ),
    "no_forget": _presets(
        "no_forget",
        defaults=(
            "Defaults",
            "All weights 0.5, all biases 0: C grows, and never fades.",
            {},
            False,
        ),
        remember=(
            "Remember",
            "No feedback: what a pulse wrote stays as it is, to the last digit.",
            {**_STAYS, **_no_feedback("iCo")},
            True,
        ),
        integrate=(
            "Integrate",
            "All gates open and no feedback: C counts, each 1 adds 0.46, and nothing wipes it.",
            {**_OPEN, **_no_feedback("iCo")},
            True,
        ),
    ),
    "coupled": _presets(
        "coupled",
        defaults=("Defaults", "All weights 0.5, all biases 0: a short memory.", {}, False),
        remember=(
            "Remember",
            "f rests at 0.993, so that little is written; a 1 lowers it for one step, to write.",
            {"W_f": -4, "b_f": 5, "W_C": 2, "b_o": 1, **_no_feedback("fCo")},
            True,
        ),
        forget=(
            "Forget quickly",
            "f stays near 0 and i near 1: C is little but the candidate of this step.",
            {"b_f": -4},
            False,
        ),
        latch=(
            "Latch",
            "+1 sets C high, −1 sets it low, 0 holds: h(t−1) feeds the candidate what it said.",
            _LATCH,
            False,
        ),
        average=(
            "Average",
            "A running mean, as this cell is made: nine tenths of C, one tenth of tanh x(t).",
            {"W_f": 0, "b_f": 2.2, "W_C": 1, "W_o": 0, "b_o": 6, **_no_feedback("fCo")},
            True,
        ),
    ),
    "peephole": _presets(
        "peephole",
        defaults=("Defaults", "All weights 0.5, all biases 0, and the gates see C.", {}, False),
        remember=(
            "Remember",
            "The forget gate stays near 1, and the peepholes are shut: a lasting memory.",
            {"W_f": 0, "b_f": 6, **_STAYS, **_ALONE, **_no_feedback("fiCo")},
            True,
        ),
        full=(
            "Full stays full",
            "The forget gate sees C: an empty cell loses half of it in a step, a full one 3 %.",
            {"W_f": 0, **_STAYS, **_ALONE, "P_f": 4, **_no_feedback("fiCo")},
            True,
        ),
        timer=(
            "Timer",
            "A 1 fills C, which sinks by 0.2 a step; the output gate opens when it is below 0.",
            {"W_f": 0, "b_f": 6, **_OPEN, "W_C": 1.5, "b_C": -0.2, "b_o": -1}
            | {**_ALONE, "P_o": -4, "W_out": -1, **_no_feedback("fiCo")},
            True,
        ),
    ),
    "gru": _presets(
        "gru",
        defaults=("Defaults", "All weights 0.5, all biases 0: a short memory.", {}, False),
        remember=(
            "Remember",
            "z rests at 0.993, so that h stays; a 1 lowers it for one step, to write.",
            {"W_z": -4, "b_z": 5, "W_n": 2, **_no_feedback("rzn")},
            True,
        ),
        forget=(
            "Forget quickly",
            "z stays near 0: h is little but the candidate of this step.",
            {"b_z": -4},
            False,
        ),
        latch=(
            "Latch",
            "+1 sets h high, −1 sets it low, 0 holds: h(t−1) feeds the candidate.",
            {"W_r": 0, "U_r": 0, "b_r": 4, "W_z": 0, "U_z": 0, "b_z": -2, "W_n": 4, "U_n": 2},
            True,
        ),
        average=(
            "Average",
            "A running mean: h keeps nine tenths of itself and takes one tenth of tanh x(t).",
            {"W_z": 0, "b_z": 2.2, "W_n": 1, **_no_feedback("rzn")},
            True,
        ),
    ),
    "rnn": _presets(
        "rnn",
        defaults=(
            "Defaults",
            "W_hidden is 0.8: of h each step keeps less than eight tenths.",
            {},
            False,
        ),
        remember=(
            "Remember",
            "W_hidden is 1 and h small, where tanh bends little: the slowest fade it has.",
            {"W_in": 0.3, "W_hidden": 1},
            False,
        ),
        forget=(
            "Forget quickly",
            "W_hidden is 0.2: a fifth is left after a step, a twenty-fifth after two.",
            {"W_hidden": 0.2},
            False,
        ),
        overwrite=(
            "Overwrite",
            "W_in is 2: each input turns h to its own side, whatever it said before.",
            {"W_in": 2, "W_hidden": 1},
            False,
        ),
    ),
}
