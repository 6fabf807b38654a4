"""A reader's own numbers: every cell is read or refused in words."""

import csv
import io
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm import LabError
from lstm.own_table import LEAST_ROWS, MOST_COLUMNS, Table, learnt_rows, read_table

# The same examples on every machine and in every run.
examples = settings(derandomize=True, max_examples=150, deadline=None)

ROWS = [f"{n},{n * n / 8},{-n}" for n in range(30)]
NUMBERS = np.array([[n, n * n / 8, -n] for n in range(30)])


def table_of(*lines: str, end: str = "\n") -> Table:
    return read_table(end.join(lines).encode())


def said_of(*lines: str) -> str:
    with pytest.raises(LabError) as caught:
        table_of(*lines)
    return str(caught.value)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_numbers_are_read_whatever_is_between_them(delimiter: str, end: str) -> None:
    lines = ["time,square,back", *ROWS, ""]
    table = table_of(*(line.replace(",", delimiter) for line in lines), end=end)
    assert table.names == ("time", "square", "back")
    np.testing.assert_array_equal(table.rows, NUMBERS)
    without = table_of(*(line.replace(",", delimiter) for line in ROWS), end=end)
    assert without.names == ("column 1", "column 2", "column 3")
    np.testing.assert_array_equal(without.rows, NUMBERS)


@examples
@given(
    st.lists(st.lists(st.floats(-1e30, 1e30), min_size=3, max_size=3), min_size=20, max_size=25),
    st.sampled_from(",;\t"),
    st.booleans(),
)
def test_what_is_written_is_read(rows: list[list[float]], delimiter: str, quoted: bool) -> None:
    file = io.StringIO()
    plain = csv.writer(file, delimiter=delimiter)
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL) if quoted else plain
    writer.writerows(rows)
    np.testing.assert_array_equal(read_table(file.getvalue().encode()).rows, rows)


def test_one_column_needs_nothing_between() -> None:
    table = table_of("load", *map(str, range(25)))
    assert (table.names, table.rows.shape) == (("load",), (25, 1))


def test_spaces_quotes_signs_and_powers_of_ten_are_read() -> None:
    table = table_of('"a, b" , c', *(f' "+{n}e-1" ,\t{n}. ' for n in range(20)))
    assert table.names == ("a, b", "c")
    np.testing.assert_array_equal(table.rows, [[float(f"{n}e-1"), n] for n in range(20)])


def test_a_byte_order_mark_is_no_part_of_a_name() -> None:
    assert read_table(b"\xef\xbb\xbf" + "\n".join(["x,y,z", *ROWS]).encode()).names[0] == "x"


@pytest.mark.parametrize("empty", ["", ",,", " , ,", '"",,'])
def test_lines_without_anything_are_passed_over(empty: str) -> None:
    table = table_of(empty, "x,y,z", empty, *ROWS[:15], empty, *ROWS[15:], empty, empty)
    np.testing.assert_array_equal(table.rows, NUMBERS)


@pytest.mark.parametrize("content", ["", "\n\n", ",,\n,,", "  "])
def test_an_empty_table_is_refused(content: str) -> None:
    assert said_of(content) == "The table is empty. Give one row of numbers for each step."


def test_numbers_in_the_first_line_are_a_row_though_they_may_be_years() -> None:
    table = table_of("2019,2020,2021", *ROWS)
    assert table.names == ("column 1", "column 2", "column 3")
    assert table.rows.shape == (31, 3)


def test_one_name_among_numbers_makes_a_line_of_names() -> None:
    assert table_of("year,2020,2021", *ROWS).names == ("year", "2020", "2021")


def test_the_numbers_of_rows_may_have_no_name() -> None:
    """As tables are often written: nothing stands above the column that numbers the rows."""
    table = table_of(",0,1", *ROWS)
    assert table.names == ("column 1", "0", "1")
    assert len(table.rows) == 30


def test_a_first_row_with_a_hole_is_no_line_of_names() -> None:
    assert said_of("5,,6", *ROWS) == (
        "Row 1 of the column 'column 2' is empty. "
        "Take the row or the column out, or write a number, like 0.5."
    )


def test_names_are_made_short_and_different() -> None:
    names = table_of(
        "a,a, ,a (3),a,column 3,long  name   of many many words here,long name of many many wo",
        *(",".join(f"{n + k}" for k in range(8)) for n in range(20)),
    ).names
    assert names == (
        "a",
        "a (2)",
        "column 3",
        "a (3)",
        "a (5)",
        "column 3 (6)",
        "long name of many many w",
        "long name of many many w (8)",
    )


def test_names_are_what_can_be_seen_of_them() -> None:
    rows = (f"{n},{n},{n},{n}" for n in range(20))
    names = table_of('"two', 'lines",\x1b[31mred,\u202ecba,\u200b', *rows).names
    assert names == ("two lines", "[31mred", "cba", "column 4")


def test_names_stay_different_where_one_looks_like_a_made_one() -> None:
    rows = (",".join([str(n)] * 3) for n in range(20))
    assert table_of("a,a (3),a", *rows).names == ("a", "a (3)", "a (4)")


@pytest.mark.parametrize("cell", ["high", "n/a", "nan", "NaN", "inf", "-Infinity", "1e400", "1 2"])
def test_what_is_no_number_is_named_with_its_place(cell: str) -> None:
    assert said_of("x,y,z", *ROWS[:7], f"1,{cell},2", *ROWS[8:]) == (
        f"Row 9 of the column 'y' holds '{cell}'; only numbers can be learnt. "
        "Take the row or the column out, or write a number, like 0.5."
    )


def test_rows_are_numbered_as_in_the_file() -> None:
    said = said_of("", "x,y,z", "", *ROWS[:7], "", "1,?,2", *ROWS[8:])
    assert said.startswith("Row 12 of the column 'y' holds '?';")


@pytest.mark.parametrize("cell", ["nan", "inf"])
def test_the_first_row_may_be_at_fault_too(cell: str) -> None:
    assert said_of(f"1,{cell},2", *ROWS).startswith(
        f"Row 1 of the column 'column 2' holds '{cell}'"
    )


@pytest.mark.parametrize("cell", ["", "  ", '""'])
def test_an_empty_cell_is_named(cell: str) -> None:
    assert said_of("x,y,z", f"1,2,{cell}", *ROWS).startswith("Row 2 of the column 'z' is empty. ")


def test_a_long_cell_is_cut_in_the_message() -> None:
    assert f"holds '{'x' * 24}';" in said_of("x,y,z", f"{'x' * 5000},1,2", *ROWS)


@pytest.mark.parametrize("names", ["x;y;", ""])
def test_decimal_commas_are_told_from_words(names: str) -> None:
    rows = [f"{n};0,5;{n},25" for n in range(25)]
    said = said_of("x;y;z" if names else rows[0], *rows)
    first, column = (2, "y") if names else (1, "column 2")
    assert said == (
        f"Row {first} of the column '{column}' holds '0,5'. "
        "Write numbers with a decimal point, like 0.5, not a comma."
    )


def test_quoted_decimal_commas_are_told_too() -> None:
    said = said_of("x,y", *(f'{n},"{n},5"' for n in range(25)))
    assert said.startswith("Row 2 of the column 'y' holds '0,5'. Write numbers with a decimal")


@pytest.mark.parametrize("cell", ["1e31", "-2e300"])
def test_a_number_that_squared_is_none_is_refused(cell: str) -> None:
    assert said_of("x,y,z", f"1,2,{cell}", *ROWS) == (
        f"Row 2 of the column 'z' holds '{cell}'. Use numbers up to 1e+30, in a larger unit."
    )


@pytest.mark.parametrize(("row", "cells"), [("1,2", 2), ("1,2,3,4", 4), ("1", 1)])
def test_ragged_rows_are_refused(row: str, cells: int) -> None:
    assert said_of("x,y,z", *ROWS[:12], row, *ROWS[12:]) == (
        f"Row 14 has {cells} cells, but there are 3 columns. Give every row as many."
    )


def test_ragged_rows_among_the_first_are_refused_too() -> None:
    assert said_of("x,y,z", "1,2", *ROWS).startswith("Row 2 has 2 cells, but there are 3 columns.")


def test_as_many_columns_as_may_be() -> None:
    def rows(D: int) -> list[str]:
        return [",".join(map(str, range(D)))] * LEAST_ROWS

    assert table_of(*rows(MOST_COLUMNS)).rows.shape == (20, 64)
    assert said_of(*rows(65)) == "The table has 65 columns. Use at most 64."


def test_as_few_rows_as_may_be() -> None:
    assert len(table_of("x,y,z", *ROWS[:20]).rows) == 20
    assert said_of("x,y,z", *ROWS[:19]) == "The table has 19 rows of numbers. Use at least 20."
    assert said_of("x,y,z") == "The table has 0 rows of numbers. Use at least 20."


def test_what_is_no_csv_is_refused() -> None:
    said = said_of("x,y", "1," + "2" * 200_000, *ROWS)
    assert said.startswith("The table cannot be read: ")
    assert said.endswith("Save it as .csv again.")


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(LabError, match=r"^This is no text in UTF-8: byte 1 "):
        read_table(b"\xff\xfe1\x00,\x002\x00" * 30)


@examples
@given(st.binary(max_size=300) | st.text(alphabet="0123456789.,;\t\n\r\"' aé-e\0", max_size=300))
def test_anything_else_is_refused_in_words(content: bytes | str) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    try:
        table = read_table(data)
    except LabError:
        return
    assert len(table.rows) >= LEAST_ROWS
    assert np.isfinite(table.rows).all()
    assert len(set(table.names)) == len(table.names) == table.rows.shape[1]


def test_a_line_of_very_many_cells_is_refused_before_each_gets_a_name() -> None:
    # To tell as many equal names apart takes hours.
    assert said_of("\t".join(["a"] * 500_000)).startswith("The table has 500000 columns.")


@pytest.mark.parametrize("line", ["", "1"])
def test_a_long_table_is_never_in_memory_as_text_cell_by_cell(line: str) -> None:
    count = 100_000
    data = ("x\n" + "1\n" * LEAST_ROWS + f"{line}\n" * count).encode()
    tracemalloc.start()
    try:
        read_table(data)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 80 * count  # bytes; a list for each line alone would be more


@pytest.mark.parametrize("N", [20, 22, 23, 101, 5000])
def test_the_last_fifth_is_held_out(N: int) -> None:
    assert abs(N - learnt_rows(N) - N / 5) <= 0.5


def test_the_next_row_takes_and_gives_all_columns() -> None:
    table = Table(("a", "b", "c"), NUMBERS)
    assert table.columns(None) == ([0, 1, 2], [0, 1, 2])


@pytest.mark.parametrize(("target", "known", "wanted"), [("a", [1, 2], [0]), ("b", [0, 2], [1])])
def test_a_column_is_known_from_the_others(
    target: str, known: list[int], wanted: list[int]
) -> None:
    assert Table(("a", "b", "c"), NUMBERS).columns(target) == (known, wanted)


def test_a_column_that_is_not_there_is_refused_with_those_that_are() -> None:
    table = Table(tuple("abcdefghij"), np.zeros((20, 10)))
    with pytest.raises(LabError) as caught:
        table.columns("load" * 100)
    assert str(caught.value) == (
        f"There is no column '{'load' * 6}'. Choose one of a, b, c, d, e, f, g, h."
    )


def test_one_column_cannot_be_known_from_none() -> None:
    with pytest.raises(LabError, match=r"^The table has one column: none is left to know it from"):
        Table(("a",), NUMBERS[:, :1]).columns("a")
