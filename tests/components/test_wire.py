"""Arrays travel as bytes and arrive as they were sent."""

import base64
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.wire import decode, encode, rounded

# The same examples on every machine and in every run.
examples = settings(derandomize=True, max_examples=50, deadline=None)


@examples
@given(values=st.lists(st.floats(width=64), max_size=30))
def test_floats_arrive_to_the_bit(values: list[float]) -> None:
    sent = np.array(values, np.float64)
    received = decode(encode(sent))
    assert received.dtype == np.float64
    assert received.tobytes() == sent.tobytes()


@examples
@given(values=st.lists(st.integers(-(2**31), 2**31 - 1), max_size=30))
def test_integers_arrive_as_integers(values: list[int]) -> None:
    encoded = encode(np.array(values, np.int64))
    assert encoded["dtype"] == "i4"
    assert decode(encoded).tolist() == values


def test_the_bytes_are_little_endian_whatever_the_machine() -> None:
    encoded = encode([1.5, -2.0])
    assert base64.b64decode(encoded["bdata"]) == struct.pack("<2d", 1.5, -2.0)
    assert base64.b64decode(encode([1, -2])["bdata"]) == struct.pack("<2i", 1, -2)


def test_bytes_in_the_other_order_are_turned_round() -> None:
    assert decode(encode(np.array([1.5, -2.0], ">f8"))).tolist() == [1.5, -2.0]


def test_nan_and_infinity_are_kept() -> None:
    received = decode(encode([np.nan, np.inf, -np.inf, -0.0]))
    np.testing.assert_array_equal(received, [np.nan, np.inf, -np.inf, -0.0])
    assert np.signbit(received[3])


def test_one_dimension_has_no_shape() -> None:
    assert encode([1.0, 2.0]) == {"dtype": "f8", "bdata": encode([1.0, 2.0])["bdata"]}


@pytest.mark.parametrize(
    ("shape", "text"),
    [((2, 3), "2, 3"), ((1, 10), "1, 10"), ((4, 1), "4, 1"), ((2, 2, 2), "2, 2, 2")],
)
def test_more_dimensions_have_their_shape_as_plotly_writes_it(
    shape: tuple[int, ...], text: str
) -> None:
    sent = np.arange(np.prod(shape), dtype=float).reshape(shape)
    encoded = encode(sent)
    assert encoded["shape"] == text
    np.testing.assert_array_equal(decode(encoded), sent)


@pytest.mark.parametrize(
    "array",
    [np.arange(12.0).reshape(3, 4).T, np.arange(12.0)[::2], np.arange(6.0).reshape(2, 3)[:, ::-1]],
)
def test_an_array_that_is_a_view_arrives_in_its_own_order(array: Any) -> None:
    np.testing.assert_array_equal(decode(encode(array)), array)


def test_single_precision_travels_as_double() -> None:
    sent = np.array([0.1, 2.5], np.float32)
    encoded = encode(sent)
    assert encoded["dtype"] == "f8"
    np.testing.assert_array_equal(decode(encoded), sent.astype(np.float64))


def test_everything_that_is_sent_is_text() -> None:
    for array in ([1.0], [1], [[1.0, 2.0]]):
        assert all(isinstance(value, str) for value in encode(array).values())


@pytest.mark.parametrize("dtype", ["f8", "f4", "i4", "i2", "u1"])
def test_a_dtype_that_is_asked_for_is_the_one_that_travels(dtype: str) -> None:
    encoded = encode([[0, 1, 2], [100, 3, 4]], dtype)
    assert encoded["dtype"] == dtype
    assert len(base64.b64decode(encoded["bdata"])) == 6 * int(dtype[1])
    received = decode(encoded)
    assert received.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(received, [[0, 1, 2], [100, 3, 4]])


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (2**31, None),
        (-(2**31) - 1, None),
        (2**62, None),
        (2**15, "i2"),
        (-1, "u1"),
        (256.0, "u1"),
        (np.nan, "i2"),
        (np.inf, "i4"),
    ],
)
def test_a_number_that_would_wrap_around_is_refused(value: float, dtype: str | None) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        encode([0, value], dtype)


@pytest.mark.parametrize(
    ("dtype", "low", "high"), [("i2", -(2**15), 2**15 - 1), ("u1", 0, 255), ("i4", -(2**31), 5)]
)
def test_the_ends_of_a_dtype_still_fit(dtype: str, low: int, high: int) -> None:
    assert decode(encode([low, high], dtype)).tolist() == [low, high]


def test_nothing_travels_in_every_dtype() -> None:
    for dtype in (None, "f4", "i2", "u1"):
        assert decode(encode(np.zeros(0, int), dtype)).size == 0


@examples
@given(values=st.lists(st.floats(-100, 100, width=32), max_size=30), bits=st.integers(1, 12))
def test_rounding_moves_a_value_by_at_most_half_a_step(values: list[float], bits: int) -> None:
    sent = np.array(values, np.float32)
    received = rounded(sent, bits)
    assert received.dtype == np.float32
    # float32 has 24 bits: up to 100, twelve binary places are written without an error.
    np.testing.assert_allclose(received, sent, rtol=0, atol=2.0 ** -(bits + 1))
    assert (received * 2**bits % 1 == 0).all()


def test_rounding_keeps_shape_and_gaps_and_what_is_on_a_step() -> None:
    sent = np.array([[0.5, np.nan], [-0.25, 1.0]])
    np.testing.assert_array_equal(rounded(sent, 8), sent)
