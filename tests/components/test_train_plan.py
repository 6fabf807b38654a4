"""What the page says of a run before it begins: weights, data, time; or what is wrong."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.exceptions import BadRequest

from components.train_data import OwnData
from components.train_examples import LONGEST, SHOWN, examples
from components.train_plan import answer, duration
from components.train_samples import TEXT
from lstm.catalogue import TASKS
from lstm.own_text import LEAST_TOKENS, read_text

Sent = Callable[..., dict[str, Any]]

ANNA = "anna-has-an-unguessable-token"
ROWS = b"hour,load\n" + b"".join(b"%d,%d\n" % (n, n % 7) for n in range(40))


@pytest.fixture
def data() -> OwnData:
    return OwnData()


def brought(data: OwnData, content: bytes) -> str:
    return data.library.keep(content, ANNA, "mine")


def refused(sent: dict[str, Any], data: OwnData) -> tuple[str, str]:
    error = answer(sent, data)["error"]
    assert error is not None
    return error["field"], error["message"]


def test_a_task_is_estimated_by_its_weights_and_its_time(
    train_settings: Sent, data: OwnData
) -> None:
    said = answer(train_settings("reber") | {"n": 7}, data)
    # 8 units over 7 symbols: four gates of 7 + 8 weights and a bias each, and 7 outputs.
    weights = 4 * 8 * (7 + 8 + 1) + 7 * (8 + 1)
    assert said == {
        "n": 7,
        "error": None,
        "says": "",
        "estimate": f"{weights} weights, a second or two.",
        "columns": [],
    }


def test_before_anything_is_brought_nothing_is_said(train_settings: Sent, data: OwnData) -> None:
    for task in ("text", "table"):
        said = answer(train_settings(task), data)
        assert (said["error"], said["says"], said["estimate"]) == (None, "", "")


def test_a_text_is_described_with_how_often_it_is_learnt(
    train_settings: Sent, data: OwnData
) -> None:
    name = brought(data, b"abcd\n" * 300)
    numbers = {"batch": "5", "unroll": "30", "steps": "40"}
    said = answer(train_settings("text", numbers, data=name), data)
    assert said["says"] == "1,500 characters, 5 different."
    assert "4 times through the data" in said["estimate"]  # 40 batches · 5 · 30 of 1,500
    many = answer(train_settings("text", numbers | {"steps": "4000"}, data=name), data)
    assert "400 times through the data" in many["estimate"]
    few = answer(train_settings("text", numbers | {"steps": "3"}, data=name), data)
    assert "0.3 times through the data" in few["estimate"]


def test_a_text_is_described_anew_when_it_is_read_as_words(
    train_settings: Sent, data: OwnData
) -> None:
    name = brought(data, b"to be or not to be " * 40)
    said = answer(train_settings("text", unit="words", data=name), data)
    assert said["says"] == "240 words, 4 different."


def test_rare_words_are_counted(train_settings: Sent, data: OwnData) -> None:
    words = " ".join(f"w{n}" for n in range(6000))
    name = brought(data, words.encode())
    said = answer(train_settings("text", unit="words", data=name), data)
    # 5,000 names, of which one stands for all that are not among the other 4,999.
    assert said["says"] == "6,000 words, 5,000 different. 1,001 are too rare to be told apart."


def test_a_table_is_described_with_its_columns(train_settings: Sent, data: OwnData) -> None:
    said = answer(train_settings("table", data=brought(data, ROWS)), data)
    assert said["says"] == "40 rows of 2 columns: hour, load."
    assert said["columns"] == ["hour", "load"]
    chosen = answer(train_settings("table", data=brought(data, ROWS), target="load"), data)
    assert chosen["error"] is None


# What cannot be learnt


def test_a_column_that_there_is_not_is_said(train_settings: Sent, data: OwnData) -> None:
    sent = train_settings("table", data=brought(data, ROWS), target="wind")
    assert refused(sent, data) == ("target", "The table has no such column. Choose another.")


@pytest.mark.parametrize(
    ("task", "content", "says"),
    [
        ("text", b"", "The text is empty."),
        ("text", b"aaaa" * 100, "over and over: there is nothing to predict"),
        ("text", b"ab", f"Use at least {LEAST_TOKENS}"),
        ("text", b"\xff\xfe" * 100, "no text in UTF-8: byte 1"),
        ("table", b"", "The table is empty."),
        ("table", b"a,b\n1,two\n" + ROWS[10:], "holds 'two'; only numbers can be learnt"),
        ("table", b"a,b\n1,2\n", "Use at least 20."),
    ],
)
def test_data_that_cannot_be_learnt_are_refused_in_words(
    train_settings: Sent, data: OwnData, task: str, content: bytes, says: str
) -> None:
    name = brought(data, content)
    for _ in range(2):  # what was refused once is not taken for known
        field, message = refused(train_settings(task, data=name), data)
        assert field == "data"
        assert says in message


def test_data_that_are_gone_are_asked_for_again(train_settings: Sent, data: OwnData) -> None:
    for name in ("0" * 64, "no hash", "../../settings"):
        assert refused(train_settings("text", data=name), data) == (
            "data",
            "These data are no longer there. Paste them or open the file again.",
        )


def test_a_step_that_needs_too_much_memory_is_refused_before_it_begins(
    train_settings: Sent, data: OwnData
) -> None:
    numbers = {"size": "512", "layers": "4", "batch": "256", "length": "400"}
    field, message = refused(train_settings("adding", numbers), data)
    assert field == "Units"
    assert "Use fewer units, layers, steps, or sequences side by side." in message


def test_a_slip_is_answered_with_its_field(train_settings: Sent, data: OwnData) -> None:
    assert refused(train_settings(numbers={"rate": "fast"}), data)[0] == "Learning rate"


@pytest.mark.parametrize(
    "changes", [{"n": None}, {"n": True}, {"theme": "blue"}, {"task": 1}, {"numbers": "none"}]
)
def test_forged_questions_are_refused(
    train_settings: Sent, data: OwnData, changes: dict[str, Any]
) -> None:
    with pytest.raises(BadRequest):
        answer(train_settings() | changes, data)
    with pytest.raises(BadRequest):
        answer(None, data)


# Durations


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "a second or two"),
        (3, "about 5 s"),
        (87, "about 85 s"),
        (91, "about 2 min"),
        (5300, "about 88 min"),
        (5400, "about 1 h 30 min"),
        (7200, "about 2 h"),
        (7700, "about 2 h 10 min"),
    ],
)
def test_a_guess_is_written_as_roughly_as_it_is_known(seconds: float, words: str) -> None:
    assert duration(seconds) == words


# Something to look at, and something to try


@pytest.mark.parametrize("task", TASKS)
def test_every_task_shows_a_few_different_sequences(task: str) -> None:
    shown = examples(task)
    assert len({*shown}) == len(shown) == SHOWN
    assert all(0 < len(text) <= LONGEST and text == text.strip() for text in shown)


def test_the_sequences_shown_follow_the_rules_of_their_task() -> None:
    assert all(re.fullmatch("B([TP])B[TPSXV]+E\\1E", text) for text in examples("reber"))
    assert all(text[0] == text[-1] for text in examples("long_lag"))
    for text in examples("anbn"):
        n = text.count("a")
        assert text == f"S{'a' * n}{'b' * n}T"
    for text in examples("adding"):
        one, other, total = (float(number) for number in re.findall(r"\d+\.\d\d", text))
        assert one + other == pytest.approx(total, abs=0.0151)  # each rounded to 0.005


def test_the_sample_is_a_text_that_can_be_learnt() -> None:
    for unit in ("characters", "words"):
        text = read_text(TEXT.encode(), unit)
        assert text.rare == 0
    assert 3000 < len(TEXT) < 10000
