"""Orders of maps: one key for one map, and rows from a model or a matrix."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm import LabError, Linear, Model, Vocabulary, load, random_layers
from lstm.atlas import Wanted
from lstm.contexts import TOP_SHARE
from lstm.home_text import PIECE
from lstm.map_source import LONGEST_NAME, LONGEST_TEXT, MatrixSource, ModelSource
from lstm.metric import Metric
from lstm.model_contexts import contexts_of
from lstm.order import FEWEST, LEAST, Order, gather
from lstm.projection import Umap
from lstm.shipped import folder

ONE, OTHER, NONE = "1" * 64, "2" * 64, "3" * 64
BRACKETS = load(folder() / "brackets.safetensors")
ASKED = Wanted("umap", Metric("cosine", 3, 0.4), Umap(20, 0.2, 7), "hdbscan")


def letters(tokens: str, unknown: int | None = None, seed: int = 0) -> Model:
    """Give a model of some letters."""
    rng = np.random.default_rng(seed)
    V = len(tokens)
    return Model(
        random_layers(rng, [V, 5]),
        Linear(rng.normal(size=(V, 5)), np.zeros(V)),
        vocabulary=Vocabulary(tuple(tokens), "characters", unknown),
    )


def nameless(model: Model) -> Model:
    """Give a model that reads tokens of which nobody knows the names."""
    return dataclasses.replace(model, vocabulary=None, embedding=np.eye(model.token_count))


def opening(**models: Model) -> Callable[[str], Model]:
    given = {ONE: models.get("one", BRACKETS), OTHER: models.get("other", letters("ab"))}
    return given.__getitem__


def no_file(hash: str) -> Path:
    raise AssertionError(hash)


# The order


@pytest.mark.parametrize(
    "order",
    [
        Order(ModelSource(ONE, 1)),
        Order(ModelSource(ONE, 0, "c", text_of=OTHER), 5000, 6, ASKED),
        Order(ModelSource(ONE, 0, "f", "a text ⏎ \ud800"), 500, 0, Wanted("pca")),
        Order(MatrixSource(ONE, OTHER, "h"), 100_000),
    ],
)
def test_an_order_comes_back_from_its_json_with_the_same_key(order: Order) -> None:
    again = Order.from_json(order.to_json())
    assert again == order
    assert again.key == order.key
    assert len({order.key, order.contexts_key}) == 2
    assert {len(order.key), len(order.contexts_key)} == {64}


def test_every_part_of_an_order_makes_another_map() -> None:
    usual = Order(ModelSource(ONE, 1))
    others = [
        Order(ModelSource(OTHER, 1)),
        Order(ModelSource(ONE, 0)),
        Order(ModelSource(ONE, 1, "c")),
        Order(ModelSource(ONE, 1, text="a")),
        Order(ModelSource(ONE, 1, text_of=OTHER)),
        Order(MatrixSource(ONE)),
        Order(MatrixSource(ONE, OTHER)),
        Order(MatrixSource(ONE, tensor="a")),
        dataclasses.replace(usual, count=500),
        dataclasses.replace(usual, unit=0),
    ]
    assert len({one.contexts_key for one in [usual, *others]}) == 1 + len(others)
    of_these = [
        dataclasses.replace(usual, wanted=one)
        for one in (
            Wanted(),
            Wanted("pca", Metric("cosine")),
            Wanted(metric=Metric("cosine", 3, 0.5)),
            Wanted(metric=Metric("cosine", 4, 0.5)),
            Wanted(metric=Metric("cosine"), umap=Umap(16)),
            Wanted(metric=Metric("cosine"), umap=Umap(min_dist=0.2)),
            Wanted(metric=Metric("cosine"), umap=Umap(seed=1)),
            Wanted(metric=Metric("cosine"), way="hdbscan"),
        )
    ]
    assert {one.contexts_key for one in of_these} == {usual.contexts_key}
    assert len({one.key for one in [usual, *of_these]}) == 1 + len(of_these)


def test_what_changes_nothing_makes_no_other_map() -> None:
    source = ModelSource(ONE, 1)
    assert ModelSource(ONE, 1, text_of=ONE) == source
    assert ModelSource(ONE, 1, text="a", text_of=OTHER) == ModelSource(ONE, 1, text="a")
    pca = Wanted("pca", umap=Umap(30, 0.5))
    assert Order(source, wanted=pca) == Order(source, wanted=Wanted("pca"))
    pulled = Wanted(metric=Metric("cosine", 5, 0.0))
    assert Order(source, wanted=pulled) == Order(source)


def test_by_default_it_is_what_the_page_opens_with() -> None:
    wanted = Wanted("umap", Metric("cosine"), Umap(15, 0.5, 0), "relief")
    assert Order(ModelSource(ONE, 1)) == Order(ModelSource(ONE, 1, "h"), 4000, None, wanted)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: ModelSource("../etc/passwd", 0), "names no model of the lab"),
        (lambda: ModelSource(ONE + "\n", 0), "names no model of the lab"),
        (lambda: ModelSource(ONE, 0, text_of="x"), "names no model of the lab"),
        (lambda: MatrixSource("x"), "names no matrix of the lab"),
        (lambda: MatrixSource(ONE, "x"), "names no file of labels of the lab"),
        (lambda: MatrixSource(ONE, tensor="x" * (LONGEST_NAME + 1)), "longer than 200"),
        (lambda: ModelSource(ONE, -1), "There is no layer -1"),
        (lambda: ModelSource(ONE, 0, "q"), "There is no 'q' to map. Use one of h, c"),
        (lambda: ModelSource(ONE, 0, text="x" * (LONGEST_TEXT + 1)), "1,000,001 characters"),
        (lambda: Order(MatrixSource(ONE), 499), "a map of 499 contexts. Use 500 to 100,000"),
        (lambda: Order(MatrixSource(ONE), 100_001), "Use 500 to 100,000"),
        (lambda: Order(MatrixSource(ONE), unit=-1), "There is no unit -1"),
    ],
)
def test_what_is_out_of_its_range_is_said(made: Callable[[], object], message: str) -> None:
    with pytest.raises(LabError, match=message):
        made()


def changed(path: str, value: Any) -> Any:
    """Give the JSON of an order with one part of it changed; None takes it away."""
    told: Any = Order(ModelSource(ONE, 1), wanted=ASKED).to_json()
    *way, last = path.split(".")
    part = told
    for name in way:
        part = part[name]
    part[last] = value
    return told


@pytest.mark.parametrize(
    "forged",
    [
        None,
        [],
        "an order",
        {},
        changed("source", None),
        changed("source.kind", "file"),
        changed("source.kind", 1),
        changed("source.hash", 7),
        changed("source.layer", True),
        changed("source.layer", 1.0),
        changed("source.layer", "1"),
        changed("source.text", None),
        changed("count", "4000"),
        changed("count", False),
        changed("unit", "6"),
        changed("unit", 1.5),
        changed("wanted", []),
        changed("wanted.projection", "tsne"),
        changed("wanted.metric.name", None),
        changed("wanted.metric.strength", "0.4"),
        changed("wanted.metric.strength", float("nan")),
        changed("wanted.umap.neighbours", 15.5),
        changed("wanted.umap.neighbours", 10**9),
        changed("wanted.umap.min_dist", None),
        changed("wanted.umap.seed", -1),
        changed("wanted.way", 0),
        changed("wanted.way", "by hand"),
    ],
)
def test_a_forged_order_is_refused(forged: Any) -> None:
    with pytest.raises(LabError):
        Order.from_json(forged)


# Its rows


def test_a_model_s_contexts_are_those_of_its_own_text() -> None:
    order = Order(ModelSource(ONE, 1, "c"), FEWEST)
    found = gather(order, opening(), no_file)
    assert len(found) == FEWEST
    assert found.note.startswith("new sequences of Nested brackets and quotes; 500 of ")
    same = gather(dataclasses.replace(order, wanted=Wanted("pca")), opening(), no_file)
    np.testing.assert_array_equal(found.rows, same.rows)
    assert found.token == same.token
    # From many texts, not the beginning of one.
    assert len(np.unique(found.sequence)) > 5


def test_only_the_contexts_in_which_a_unit_is_highest() -> None:
    order = Order(ModelSource(ONE, 1), FEWEST, unit=6)
    found = gather(order, opening(), no_file)
    assert len(found) == FEWEST
    assert "10,000 contexts where unit 6 is highest" in found.note
    whole = gather(Order(ModelSource(ONE, 1), 10_000), opening(), no_file)
    # Of other texts, but as high as the TOP_SHARE of these.
    assert found.rows[:, 6].min() > np.quantile(whole.rows[:, 6], 1 - 2 * TOP_SHARE)


def test_a_text_is_read_as_it_is_given() -> None:
    text = 'a (b [see "of" it] on) ' * 3
    found = gather(Order(ModelSource(ONE, 1, text=text)), opening(), no_file)
    assert "".join(found.token) == text
    assert found.note == f"a text of {len(text)} characters"
    known = BRACKETS.vocabulary
    assert known is not None
    expected = contexts_of(BRACKETS, [known.numbers(list(text))], 1)
    np.testing.assert_array_equal(found.rows, expected.rows)


def test_a_long_text_is_read_in_pieces_and_unknown_tokens_are_counted() -> None:
    model = letters("ab?", unknown=2)
    text = "ab?z" * PIECE
    found = gather(Order(ModelSource(ONE, 0, text=text)), opening(one=model), no_file)
    assert len(found) == 4 * PIECE
    assert found.position.max() == PIECE - 1
    assert found.note == (
        "a text of 4,000 characters, 1,000 of them unknown to the model, read in pieces of 1,000"
    )


@pytest.mark.parametrize(
    ("model", "text", "message"),
    [
        (letters("ab"), "ab" * 9, f"18 characters. A map needs {LEAST} to 100,000"),
        (letters("ab"), "ab" * 50_001, "100,002 characters"),
        (letters("ab"), "ab" * 10 + "?", "'\\?' \\(t = 21\\) is not among the 2 characters"),
        (nameless(letters("ab")), "ab" * 20, "have no names"),
    ],
)
def test_a_text_that_cannot_be_mapped_is_refused(model: Model, text: str, message: str) -> None:
    with pytest.raises(LabError, match=message):
        gather(Order(ModelSource(ONE, 0, text=text)), opening(one=model), no_file)


def test_two_models_read_the_same_text() -> None:
    one, other = letters("abc", seed=1), letters("cba", seed=2)
    opened = opening(one=one, other=other)
    theirs = gather(Order(ModelSource(OTHER, 0), FEWEST), opened, no_file)
    ours = gather(Order(ModelSource(ONE, 0, text_of=OTHER), FEWEST), opened, no_file)
    assert ours.token == theirs.token
    assert ours.before == theirs.before
    np.testing.assert_array_equal(ours.sequence, theirs.sequence)
    np.testing.assert_array_equal(ours.position, theirs.position)
    assert "text that the model wrote itself, of another model; 500 of " in ours.note
    bare = opening(one=nameless(one), other=nameless(other))
    numbers = gather(Order(ModelSource(ONE, 0, text_of=OTHER), FEWEST), bare, no_file)
    np.testing.assert_array_equal(numbers.position, theirs.position)


def test_a_text_that_another_model_cannot_read_is_refused() -> None:
    def refused(one: Model, other: Model) -> str:
        with pytest.raises(LabError) as caught:
            gather(
                Order(ModelSource(ONE, 0, text_of=OTHER), FEWEST),
                opening(one=one, other=other),
                no_file,
            )
        return str(caught.value)

    assert "tokens that this one does not know: ‘b’ ‘c’." in refused(letters("a?"), letters("abc"))
    # An unknown token stands for nothing of the other model.
    assert "does not know: ‘c’." in refused(letters("ab?", unknown=2), letters("abc"))
    bare = nameless(letters("ab"))
    assert "one of the two models have no names" in refused(letters("ab"), bare)
    assert "one of the two models have no names" in refused(bare, letters("ab"))
    words = load(folder() / "agreement.safetensors")
    assert "is of words, and this model reads characters" in refused(letters("ab"), words)


def test_a_token_that_both_models_take_for_unknown_is_the_same() -> None:
    one, other = letters("ab?", unknown=2), letters("?ab", unknown=0, seed=3)
    order = Order(ModelSource(ONE, 0, text_of=OTHER), FEWEST)
    assert "?" in gather(order, opening(one=one, other=other), no_file).token


def test_a_matrix_is_read_with_its_labels(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(60, 4))
    np.save(tmp_path / f"{ONE}.npy", rows)
    (tmp_path / f"{OTHER}.txt").write_text("\n".join(f"row {n}" for n in range(60)))
    files = {ONE: tmp_path / f"{ONE}.npy", OTHER: tmp_path / f"{OTHER}.txt"}
    found = gather(Order(MatrixSource(ONE, OTHER)), opening(), files.__getitem__)
    np.testing.assert_array_equal(found.rows, rows)
    assert found.token[3] == "row 3"
    plain = gather(Order(MatrixSource(ONE)), opening(), files.__getitem__)
    assert set(plain.token) == {""}
    with pytest.raises(LabError, match=r"^There are 3 contexts, and a map needs at least 20"):
        gather(Order(MatrixSource(ONE), unit=1), opening(), files.__getitem__)


def test_of_a_large_matrix_as_many_rows_as_are_asked_for(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(30_000, 2))
    np.save(tmp_path / "rows.npy", rows)
    some = gather(Order(MatrixSource(ONE), 600), opening(), lambda _: tmp_path / "rows.npy")
    assert len(some) == 600
    assert some.note == "600 of 30,000 rows, drawn by chance (seed 0)"
    high = gather(Order(MatrixSource(ONE), 600, 1), opening(), lambda _: tmp_path / "rows.npy")
    assert len(high) == 600


def test_labels_that_the_disk_does_not_give_are_said(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="data directory cannot be used"):
        gather(Order(MatrixSource(ONE, OTHER)), opening(), lambda _: tmp_path)
