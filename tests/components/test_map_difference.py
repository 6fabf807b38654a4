"""Two maps of the same contexts: what is kept, what becomes of regions, in words and arrays."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from werkzeug.exceptions import BadRequest

from components import map_difference_words as words
from components import wire
from components.map_difference import NOT_MEASURED, difference
from components.models import Models, with_the_lab
from lstm import LabError
from lstm.atlas import Wanted
from lstm.cartography import atlas_of
from lstm.linked import linked
from lstm.map_source import MatrixSource, ModelSource
from lstm.maps import Maps
from lstm.metric import Metric
from lstm.order import Order

RNG = np.random.default_rng(3)
PCA = Wanted("pca", Metric("cosine"))
N = 500


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> Maps:
    return Maps(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def models() -> Models:
    return Models()


class Desk:
    """Makes maps, and asks for their difference."""

    def __init__(self, maps: Maps, models: Models, folder: Path) -> None:
        self.maps = maps
        self.models = models
        self.folder = folder

    def file(self, name: str) -> Path:
        """Give the place of a file."""
        return self.folder / name

    def model(self, name: str) -> str:
        """Give the hash of a model that comes with the lab."""
        return next(one.hash for one in with_the_lab().values() if one.name == name)

    def make(self, order: Order) -> str:
        """Make a map where it is not there, and give its key."""
        if not self.maps.has(order.key):
            contexts = self.maps.gathered(order, self.models.opened, self.file)
            self.maps.put(order, atlas_of(contexts, order.wanted, order.to_json()))
        return order.key

    def of(self, layer: int, what: str = "h", count: int = N, name: str = "brackets") -> str:
        """Make a map of a model that reads the text of the brackets model."""
        source = ModelSource(self.model(name), layer, what, text_of=self.model("brackets"))
        return self.make(Order(source, count, wanted=PCA))

    def matrix(self, rows: np.ndarray[Any, Any], digit: str) -> str:
        """Make a map of a matrix."""
        name = 64 * digit
        with self.file(name).open("wb") as file:
            np.save(file, rows)
        return self.make(Order(MatrixSource(name), N, wanted=PCA))

    def ask(self, a: str, b: str, nearest: str = "10") -> dict[str, Any]:
        """Ask as the page does."""
        asked = {"maps": [a, b], "nearest": nearest}
        return difference(
            {}, {}, asked, "dark", maps=lambda: self.maps, opened=self.models.opened, file=self.file
        )


@pytest.fixture
def desk(maps: Maps, models: Models, tmp_path: Path) -> Desk:
    return Desk(maps, models, tmp_path)


def test_two_layers_are_compared_context_by_context(desk: Desk) -> None:
    keys = desk.of(1), desk.of(0)
    answer = desk.ask(*keys)
    a, b = (desk.maps.atlas(key) for key in keys)
    kept = np.array([len({*one} & {*other}) for one, other in zip(a.near, b.near, strict=True)])
    np.testing.assert_array_equal(wire.decode(answer["links"]["to_b"]), np.arange(N))
    np.testing.assert_array_equal(wire.decode(answer["links"]["kept"]), kept)
    assert answer["links"]["of_b"] == N
    assert answer["counts"] == np.bincount(kept, minlength=11).tolist()
    assert answer["chance"] == pytest.approx(100 / (N - 1))
    assert 0.5 < kept.mean() < 9.5
    said = " ".join(answer["says"])
    assert said.startswith("A maps h of layer 2, B h of layer 1: of the 10 nearest contexts in A, ")
    assert f" {kept.mean():.1f} are nearest in B too (by chance 0.20)." in said


def test_it_is_said_which_region_holds_together_and_which_is_torn(desk: Desk) -> None:
    keys = desk.of(1), desk.of(0)
    answer = desk.ask(*keys)
    a, b = (desk.maps.atlas(key) for key in keys)
    kept = wire.decode(answer["links"]["kept"])
    assert len(answer["regions"]) == len(a.regions[0]) > 1
    for told in answer["regions"]:
        mine = a.levels[0] == told["region"]
        assert told["name"] == a.regions[0][told["region"]].name
        assert told["count"] == mine.sum()
        assert told["kept"] == pytest.approx(kept[mine].mean())
        for into in told["into"]:
            assert into["share"] == pytest.approx((b.levels[0][mine] == into["region"]).mean())
            if into["region"] >= 0:
                assert into["name"] == b.regions[0][into["region"]].name
        shares = [into["share"] for into in told["into"]]
        assert shares == sorted(shares, reverse=True)
    order = sorted(answer["regions"], key=lambda told: told["into"][0]["share"])
    torn, best = order[0], order[-1]
    said = answer["torn"]
    most = best["into"][0]["share"]
    assert torn["into"][0]["share"] < 0.9 <= most
    assert f"“{best['name']}” holds together best ({most * 100:.0f} % in “" in said
    less = f"(at most {torn['into'][0]['share'] * 100:.0f} % in “{torn['into'][0]['name']}”"
    assert f"“{torn['name']}” is torn most {less}, {words.few(torn['kept'])} of 10" in said
    assert max(kept[answer["parting"]]) <= np.sort(kept)[20]


def test_where_no_region_is_torn_it_is_said_so(desk: Desk) -> None:
    rows = RNG.normal(size=(N, 3))
    rows[:, 0] += 40 * (np.arange(N) % 2)
    answer = desk.ask(desk.matrix(rows, "7"), desk.matrix(2 * rows, "8"))
    assert len(answer["regions"]) > 1
    assert all(told["into"][0]["share"] >= 0.9 for told in answer["regions"])
    assert "; no region is torn, each lies nearly whole in one of B." in answer["torn"]


def test_more_of_the_nearest_are_looked_for_in_the_rows(desk: Desk) -> None:
    keys = desk.of(1), desk.of(1, "c")
    answer = desk.ask(*keys, nearest="100")
    a, b = (desk.maps.atlas(key) for key in keys)
    rows = [desk.maps.contexts(key, desk.models.opened, desk.file).rows for key in keys]
    found = linked(a, b, lambda: (rows[0], rows[1]), 100)
    assert answer["nearest"] == 100
    np.testing.assert_array_equal(wire.decode(answer["links"]["kept"]), np.rint(100 * found.kept))
    assert "A maps h of layer 2, B C of layer 2: of the 100 nearest" in answer["says"][0]
    assert f" contexts in A, {100 * found.mean:.1f} are nearest in B too" in answer["says"][0]


def test_fewer_contexts_in_one_are_linked_as_far_as_both_go(desk: Desk) -> None:
    a, b = desk.of(1, count=900), desk.of(0)
    answer = desk.ask(a, b)
    to_b, kept = (wire.decode(answer["links"][name]) for name in ("to_b", "kept"))
    both = int((to_b >= 0).sum())
    assert 12 <= both < N
    np.testing.assert_array_equal(kept == NOT_MEASURED, to_b < 0)
    assert f"{both:,} contexts are in both; A has 900, B 500." in answer["says"]


def test_a_map_beside_itself_has_no_difference(desk: Desk) -> None:
    answer = desk.ask(desk.of(1), desk.of(1))
    assert answer["says"] == [words.NOTHING_YET]
    assert answer["links"] is None


def test_matrices_of_as_many_rows_are_linked_by_their_number(desk: Desk) -> None:
    rows = RNG.normal(size=(N, 6))
    a, b = desk.matrix(rows, "a"), desk.matrix(2 * rows[:, ::-1] + 1, "b")
    answer = desk.ask(a, b)
    assert "Of the 10 nearest contexts" in " ".join(answer["says"])
    np.testing.assert_array_equal(wire.decode(answer["links"]["to_b"]), np.arange(N))
    turned = desk.ask(a, desk.matrix(rows[:, ::-1] * 3, "c"))
    assert "Each context has the same 10 nearest in both" in turned["says"][0]


def test_what_cannot_be_linked_is_said_so(desk: Desk) -> None:
    model = desk.of(1)
    matrix = desk.matrix(RNG.normal(size=(N, 6)), "d")
    short = desk.matrix(RNG.normal(size=(450, 6)), "e")
    other = desk.make(Order(ModelSource(desk.model("agreement"), 0), N, wanted=PCA))
    for a, b, why in (
        (model, matrix, "a row of the matrix is no context of the model"),
        (matrix, short, "The matrix of A has 500 rows, that of B 450"),
        (model, other, "Let B read the text of A"),
    ):
        answer = desk.ask(a, b)
        assert answer["links"] is None
        assert why in " ".join(answer["says"])


def test_a_map_that_is_gone_is_an_error_in_words(desk: Desk) -> None:
    with pytest.raises(LabError, match="no longer here"):
        desk.ask(desk.of(1), 64 * "0")


@pytest.mark.parametrize(
    "forged",
    [
        {"maps": ["a" * 64]},
        {"maps": "ab"},
        {"maps": ["../" + 61 * "a", 64 * "a"]},
        {"maps": [1, 2]},
        {"nearest": "7"},
        {"nearest": 10},
    ],
)
def test_what_our_page_never_sends_is_refused(desk: Desk, forged: dict[str, Any]) -> None:
    asked = {"maps": [64 * "a", 64 * "b"], "nearest": "10"} | forged
    with pytest.raises(BadRequest):
        difference(
            {}, {}, asked, "dark", maps=lambda: desk.maps, opened=desk.models.opened, file=desk.file
        )
