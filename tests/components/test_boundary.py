"""What a browser sends becomes numbers, or a message that says what to do."""

import math
import re
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest

from components.boundary import FieldError, expect, number, sequence, shorten
from lstm import LabError

# The same examples on every machine and in every run.
examples = settings(derandomize=True, max_examples=100, deadline=None)

WANTED = "Use a number between −100 and 100, like 0.5."
SEPARATED = "Use numbers separated by commas, like 1, 0, 0.5."

# Each is text of a number to somebody, and none to us.
NO_NUMBERS = [
    "abc",
    "nan",
    "NaN",
    "inf",
    "-Infinity",
    "1_000",
    "１２",  # fullwidth digits
    "٣",  # a digit of another script
    "0x10",
    "1e",
    "e5",
    ".",
    "-",
    "--1",
    "1.2.3",
    "1e1.5",
    "½",
    "1j",
    "None",
    "true",
    "'1'",
    "1\x00",
]


def weight(raw: Any) -> float:
    return number("W_f", raw, -100, 100)


def inputs(raw: Any, longest: int = 500) -> tuple[float, ...]:
    return sequence(raw, longest, 1e6)


def bits(values: tuple[float, ...]) -> bytes:
    return struct.pack(f"<{len(values)}d", *values)


# One number


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("0.5", 0.5),
        (" 0.5\n", 0.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("+3", 3.0),
        ("-3", -3.0),
        ("−3", -3.0),  # the minus sign that the page itself shows
        ("1e-3", 0.001),
        ("−1E−3", -0.001),
        ("1e+1", 10.0),
        ("007", 7.0),
        ("100", 100.0),
        ("-100", -100.0),
        ("1e-400", 0.0),
        (0.25, 0.25),
        (7, 7.0),
    ],
)
def test_a_number_is_read_as_people_write_it(raw: Any, value: float) -> None:
    assert weight(raw) == value


def test_a_minus_before_zero_is_kept() -> None:
    assert math.copysign(1, weight("-0")) == -1


@pytest.mark.parametrize("raw", NO_NUMBERS)
def test_text_that_is_no_number_is_quoted_back(raw: str) -> None:
    with pytest.raises(FieldError) as refused:
        weight(raw)
    assert str(refused.value) == f"W_f is '{raw}'. {WANTED}"
    assert refused.value.field == "W_f"


@pytest.mark.parametrize("raw", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_refused(raw: float) -> None:
    with pytest.raises(FieldError, match=f"^W_f is '{raw}'. {WANTED}$"):
        weight(raw)


@pytest.mark.parametrize("raw", ["", "  ", "\n\t", "\xa0"])
def test_an_empty_field_is_called_empty(raw: str) -> None:
    with pytest.raises(FieldError, match=f"^W_f is empty. {WANTED}$"):
        weight(raw)


@pytest.mark.parametrize("raw", ["100.001", "-101", "1e308", "1e999", "-1e999", 1e308, 101, 10**30])
def test_a_number_out_of_range_is_given_back_with_the_range(raw: Any) -> None:
    with pytest.raises(FieldError) as refused:
        weight(raw)
    assert str(refused.value) == f"W_f is {shorten(str(raw))}, out of range. {WANTED}"


@pytest.mark.parametrize("raw", [None, True, False, [], [1], {}, {"value": 1}, b"1", 1j, (1,)])
def test_what_is_neither_text_nor_number_is_a_forgery(raw: Any) -> None:
    kind = type(raw).__name__
    with pytest.raises(BadRequest) as refused:
        weight(raw)
    assert refused.value.description == f"W_f must be text or a number, not {kind}."


def test_a_reader_s_mistake_is_a_lab_error_and_a_forgery_is_none() -> None:
    assert issubclass(FieldError, LabError)
    assert not issubclass(BadRequest, LabError)


# A sequence


@pytest.mark.parametrize(
    "raw",
    [
        "1, 0, -0.5",
        "1,0,-0.5",
        "1 0 -0.5",
        "1\n0\n-0.5",
        "1\t0\r\n-0.5\n",
        "  1 ,0 , -0.5  ",
        "[1, 0, -0.5]",
        "(1, 0, -0.5)",
        "[1 0 -0.5]\n",
        "[[1, 0, -0.5]]",
        "1, 0, −0.5",
        "1, 0, -5e-1,",
        "+1. 0 -.5",
        "1\xa00\u2009-0.5",  # spaces that a web page may have between numbers
    ],
)
def test_a_sequence_is_read_as_people_write_it(raw: str) -> None:
    assert inputs(raw) == (1.0, 0.0, -0.5)


def test_a_sequence_of_one_number_is_a_sequence() -> None:
    assert inputs("1e-3") == (0.001,)


@pytest.mark.parametrize("bad", NO_NUMBERS)
def test_the_first_value_that_cannot_be_read_is_named(bad: str) -> None:
    with pytest.raises(FieldError) as refused:
        inputs(f"1, 0, {bad}, xyz")
    assert str(refused.value) == f"x(3) is '{bad}'. {SEPARATED}"
    assert refused.value.field == "sequence"


@pytest.mark.parametrize("raw", ["1;0", "1/2", "1[0]", "x=1", "1, 0.5abc"])
def test_other_separators_are_explained(raw: str) -> None:
    with pytest.raises(FieldError, match=f"{SEPARATED}$"):
        inputs(raw)


@pytest.mark.parametrize("bad", ["1000001", "-1e7", "1e308", "1e999"])
def test_a_value_out_of_range_is_named_with_the_range(bad: str) -> None:
    with pytest.raises(FieldError) as refused:
        inputs(f"1, {bad}")
    assert str(refused.value) == (
        f"x(2) is {bad}, out of range. Use a number between −1,000,000 and 1,000,000, like 0.5."
    )
    assert refused.value.field == "sequence"


def test_the_ends_of_the_range_are_in_it() -> None:
    assert inputs("1000000, -1e6") == (1e6, -1e6)


@pytest.mark.parametrize("raw", ["", " ", "\n", ",", " , ,, ", "[]", "[ ]", "()", "[,]"])
def test_a_sequence_without_a_value_is_called_empty(raw: str) -> None:
    with pytest.raises(FieldError) as refused:
        inputs(raw)
    assert str(refused.value) == (
        "The input sequence is empty. Type numbers separated by commas, like 1, 0, 0.5."
    )


def test_the_longest_sequence_is_read_and_one_more_is_refused() -> None:
    assert len(inputs("1 " * 500)) == 500
    with pytest.raises(FieldError) as refused:
        inputs("1 " * 501)
    assert str(refused.value) == "The input sequence has 501 values. Use at most 500."
    assert refused.value.field == "sequence"


def test_a_long_word_does_not_fill_the_page() -> None:
    with pytest.raises(FieldError) as refused:
        inputs("a" * 100_000)
    assert str(refused.value) == f"x(1) is '{'a' * 23}…'. {SEPARATED}"
    with pytest.raises(FieldError) as refused:
        inputs("9" * 100_000)
    assert str(refused.value).startswith(f"x(1) is {'9' * 23}…, out of range.")


@pytest.mark.parametrize("raw", [None, 1, 1.5, True, [1, 0], {"0": 1}, b"1, 0"])
def test_a_sequence_that_is_not_text_is_a_forgery(raw: Any) -> None:
    with pytest.raises(BadRequest) as refused:
        inputs(raw)
    assert refused.value.description == (
        f"The input sequence must be str, not {type(raw).__name__}."
    )


@examples
@given(
    values=st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=40).map(tuple),
    separator=st.sampled_from([", ", ",", " ", "\n", "\t", " ,\r\n"]),
    brackets=st.sampled_from(["{}", "[{}]", "({})", " [ {} ] "]),
)
def test_numbers_written_in_full_are_read_back_to_the_bit(
    values: tuple[float, ...], separator: str, brackets: str
) -> None:
    text = brackets.format(separator.join(map(repr, values)))
    assert bits(inputs(text)) == bits(values)


@examples
@given(value=st.floats(-100, 100, allow_nan=False))
def test_a_weight_written_in_full_is_read_back_to_the_bit(value: float) -> None:
    assert bits((weight(repr(value)),)) == bits((weight(value),)) == bits((value,))


@examples
@given(text=st.text(max_size=60) | st.text("0123456789eE+-−., []\n", max_size=60))
def test_any_text_is_a_sequence_or_a_message(text: str) -> None:
    try:
        values = inputs(text)
    except FieldError as error:
        refused = error
    else:
        assert values
        assert all(abs(value) <= 1e6 for value in values)
        return
    assert refused.field == "sequence"
    assert re.search(r"(Use|Type) .*\.$", str(refused))


# Types


@pytest.mark.parametrize(
    ("kind", "value"), [(str, ""), (int, 0), (bool, False), (dict, {}), (list, [1]), (float, 0.5)]
)
def test_a_value_of_the_wanted_type_is_given_back(kind: type[Any], value: Any) -> None:
    assert expect(kind, value, "It") is value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (str, 1),
        (int, 1.0),
        (int, "1"),
        (int, True),
        (bool, 1),
        (bool, None),
        (dict, []),
        (list, ()),
    ],
)
def test_a_value_of_another_type_is_a_forgery(kind: type[Any], value: Any) -> None:
    wanted, given_ = kind.__name__, type(value).__name__
    with pytest.raises(BadRequest) as refused:
        expect(kind, value, "It")
    assert refused.value.description == f"It must be {wanted}, not {given_}."


# How what was given is quoted


def test_a_quotation_is_cut_at_24_signs() -> None:
    assert shorten("a" * 24) == "a" * 24
    assert shorten("a" * 25) == "a" * 23 + "…"
