"""What the Map page says of maps, and the colours and the curve that it shows."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from components import map_colours, map_state, map_unit, map_words, theme
from components.figures.gain import gain_curve
from components.wire import decode
from lstm import Array
from lstm.atlas import Atlas, Wanted
from lstm.cartography import atlas_of
from lstm.contexts import Contexts
from lstm.map_folder import MapState
from lstm.map_source import ModelSource
from lstm.oddities import Oddities
from lstm.order import Order
from lstm.projection import Umap
from lstm.trust import Trust, trust

RNG = np.random.default_rng(2)
N = 200
GROUPS = np.arange(N) % 5 % 2  # two clouds, far from each other along the first of six numbers


def contexts(traits: Sequence[tuple[str, ...]] | None = None) -> Contexts:
    rows = RNG.normal(size=(N, 6))
    rows[:, 0] += 40 * GROUPS
    token = tuple("ab"[group] for group in GROUPS)
    given = tuple((f"‘{one}’",) for one in token) if traits is None else tuple(traits)
    gates = {"i": np.full(N, 0.5), "f": 0.2 + 0.6 * GROUPS + RNG.normal(size=N) / 50}
    nothing = np.zeros(N, np.int64)
    return Contexts(rows, token, ("",) * N, nothing, np.arange(N), given, gates, "a text")


@pytest.fixture(scope="module", name="drawn")
def a_map_of_two_clouds() -> tuple[Contexts, Atlas]:
    some = contexts()
    return some, atlas_of(some, Wanted("pca"))


def measured(**changes: Any) -> Trust:
    """Give what was found of a map of plane points, which is right; or something else."""
    plane = RNG.normal(size=(80, 2))
    return dataclasses.replace(trust(plane, plane), **changes)


# How far to trust a map


def test_a_map_that_keeps_all_neighbours_is_good() -> None:
    said = map_words.trust_in_words(measured())
    assert said == [
        "Good: few strangers are put near, and few neighbours far (trustworthiness 1, "
        "continuity 1).",
        "Of the 10 nearest contexts in truth 10.0 are among the 10 nearest on the map; by chance "
        "it would be 1.3.",
    ]


@pytest.mark.parametrize(
    ("near", "kept", "said"),
    [
        (0.949, 0.99, "Middling: some strangers are put near (trustworthiness 0.95, continuity"),
        (0.99, 0.9, "Middling: some neighbours are put far away"),
        (0.849, 1.0, "Poor: many strangers are put near"),
        (0.95, 0.95, "Good: "),
    ],
)
def test_the_worse_measure_decides(near: float, kept: float, said: str) -> None:
    found = measured(point_trust=np.full(80, near), point_continuity=np.full(80, kept))
    assert map_words.trust_in_words(found)[0].startswith(said)


def test_a_map_no_better_than_a_shuffled_one_is_not_to_be_trusted() -> None:
    rows = RNG.normal(size=(300, 20))
    found = trust(rows, rows[RNG.permutation(300)][:, :2])
    assert map_words.trust_in_words(found)[0].startswith("Not to be trusted: the same map with")
    assert not map_words.beats_chance(found)


def test_bad_places_and_a_sample_are_counted() -> None:
    recall = np.where(np.arange(80) < 20, 0.2, 0.4)
    sampled = measured(point_recall=recall, of=9000)
    said = map_words.trust_in_words(sampled)
    assert "3.5 are among" in said[1]
    assert said[1].endswith("A place tells of its surroundings, not of its very neighbours.")
    assert said[2:] == [
        "At 25 % of the places at most 2 of them are: colour by trust to see where.",
        "Measured on 80 of 9,000 contexts, drawn by chance; the nearest are those among them.",
    ]


# Regions


def test_a_region_is_said_with_its_unit_and_its_gate(drawn: tuple[Contexts, Atlas]) -> None:
    _, atlas = drawn
    one, other = atlas.regions[0]
    high = one if one.gates["f"] > 0.5 else other
    unit, mean, _, elsewhere = high.units[0]
    first, second = map_words.region_in_words(high, atlas)
    assert unit == 0
    assert first == (
        f"80 contexts · unit 0 high ({mean:.2f}; elsewhere {elsewhere:.2f}) · forget gate "
        f"{high.gates['f']:.2f}"
    )
    assert second.startswith("Of the 10 nearest to each ")
    poor = dataclasses.replace(high, recall=0.2, units=(), gates={}, count=1)
    assert map_words.region_in_words(poor, atlas) == [
        "1 context",
        "Of the 10 nearest to each 2.0 are near here too. Do not read much into this.",
    ]
    unknown = dataclasses.replace(high, recall=None)
    assert map_words.region_in_words(unknown, atlas) == [first]


# A unit, and whether the map bears it out


def test_a_unit_is_explained_and_the_map_bears_it_out(drawn: tuple[Contexts, Atlas]) -> None:
    some, atlas = drawn
    said = map_unit.of_map(some, atlas, some, 0, chosen=False)
    assert said.startswith(
        "The 10 of 200 contexts where unit 0 is highest share: ‘b’ (100 %, of the others 37 %)."
    )
    assert "The map bears this out: one region, “‘b’”, holds 100 % of them." in said


def test_a_region_that_lacks_what_is_said_contradicts_it(drawn: tuple[Contexts, Atlas]) -> None:
    some, atlas = drawn
    all_ = np.arange(N)
    said = map_unit.borne_out(atlas, some.traits, all_, "‘a’")
    assert (
        said == "The map contradicts it: of the 80 of them in the region “‘b’”, 0.0 % have “‘a’”."
    )
    both = tuple((*one, "z") for one in some.traits)
    assert map_unit.borne_out(atlas, both, all_, "z").startswith(
        "The map bears this out: “z” is of most of them in each of the 2 regions"
    )
    nowhere = dataclasses.replace(atlas, levels=(np.full(N, -1, np.int32),))
    assert map_unit.borne_out(nowhere, both, all_, "z").startswith("No region of the map holds")


def test_a_unit_whose_contexts_share_nothing_is_said(drawn: tuple[Contexts, Atlas]) -> None:
    some, atlas = drawn
    bare = dataclasses.replace(some, traits=((),) * N)
    said = map_unit.of_map(bare, atlas, bare, 3, chosen=True)
    assert said.endswith("share no word or sign that tells them from the others.")


# What to know of a map


def test_notes_tell_of_the_text_the_axes_and_what_is_odd(drawn: tuple[Contexts, Atlas]) -> None:
    _, atlas = drawn
    nothing = Oddities(2, np.zeros(0, np.int64))
    told = map_words.notes(atlas, nothing)
    assert told[0] == "A text."
    assert told[1].startswith("Both axes together show 99 % of")
    assert len(told) == 2  # two copies in a hundred rows and more change nothing
    odd = Oddities(1234, np.arange(7))
    assert map_words.oddities_in_words(odd, 4000) == [
        "1,234 of 4,000 rows are copies of others: nothing tells these apart, so of all that are "
        "the same the first count as nearest.",
        "7 units never move: 0, 1, 2, 3, 4 ….",
    ]
    assert map_words.oddities_in_words(Oddities(0, np.array([3])), 9) == ["1 unit never moves: 3."]
    many = dataclasses.replace(atlas, wanted=Wanted(umap=Umap(len(atlas))), share=())
    assert map_words.notes(many, nothing)[1:] == [
        f"UMAP was to look at {len(atlas)} neighbours, but there are only {len(atlas)} contexts: "
        f"it looked at {len(atlas) - 1}."
    ]


def test_another_map_meanwhile_is_said() -> None:
    wanted = Order(ModelSource("f" * 64, 0), 30_000)
    pca = dataclasses.replace(wanted, wanted=Wanted("pca"))
    few = dataclasses.replace(pca, count=4000)
    assert map_words.meanwhile(wanted, pca, fewer=False) == (
        "This is PCA of the contexts, shown while UMAP is made."
    )
    assert map_words.meanwhile(wanted, few, fewer=True) == (
        "This is PCA of 4,000 of the 30,000 contexts, shown while UMAP is made."
    )
    assert map_words.meanwhile(pca, few, fewer=True) == (
        "This is PCA of 4,000 of the 30,000 contexts, shown while the whole map is made."
    )
    # Where there are not even 4,000.
    assert map_words.meanwhile(wanted, few, fewer=False) == (
        "This is PCA of the contexts, shown while UMAP is made."
    )
    assert map_words.meanwhile(pca, few, fewer=False) == (
        "This is PCA of the contexts, shown while the whole map is made."
    )
    one = dataclasses.replace(pca, unit=6)
    assert map_words.meanwhile(one, few, fewer=True) == (
        "This is PCA of contexts of all kinds, shown while those are sought where unit 6 is "
        "highest."
    )
    clusters = dataclasses.replace(wanted, wanted=Wanted("pca", way="hdbscan"))
    assert "while HDBSCAN finds its own" in map_words.meanwhile(clusters, pca, fewer=False)


def test_a_path_tells_of_unknown_tokens_and_far_steps() -> None:
    tokens = [*"abcdefg"]
    assert map_words.path_in_words(tokens, [], []) == ""
    assert map_words.path_in_words(tokens, ["q"], [2]) == (
        "1 token is not in the vocabulary (‘q’): read as the one that stands for the unknown. 1 "
        "of 7 steps is far from all that is mapped (c at t = 3): farther than 99 of 100 contexts "
        "are from their own nearest. What lies near there means little."
    )
    many = map_words.path_in_words(tokens, [*"qqqqqqq"], range(6))
    assert "7 tokens are not" in many
    assert "(‘q’ …)" in many
    assert "6 of 7 steps are far from all that is mapped (a at t = 1," in many
    assert "e at t = 5 …)" in many


# Matrices that are brought


def test_a_matrix_that_is_brought_is_said() -> None:
    plain = Oddities(0, np.zeros(0, np.int64))
    assert map_words.brought(60, 5, 60, plain) == "60 rows of 5 numbers."
    assert map_words.brought(3 * 10**6, 1, 10**5, plain) == (
        "3,000,000 rows of 1 number. At most 100,000 of them are mapped, drawn by chance."
    )
    assert map_words.brought_labels(1) == "1 label."
    assert "takes 2,048 MB; up to 256 MB" in map_words.too_large(2**31, 2**28)


# How far a map is


@pytest.mark.parametrize(
    ("state", "place", "late", "said"),
    [
        (MapState("none"), None, False, "This map is not made yet."),
        (MapState("done", 1.0), None, False, ""),
        (MapState("waiting"), 3, False, "Number 3 in the queue."),
        (MapState("waiting"), None, False, "It begins in a moment."),
        (MapState("waiting"), 1, False, "Number 1 in the queue."),
        (MapState("waiting"), 1, True, map_state.NOBODY),
        (MapState("waiting", message="No queue."), None, False, "No queue."),
        (MapState("making", 0.43, "laying out"), None, False, "Laying out: 43 %."),
        (MapState("making", 0.0), None, False, "Beginning: 0.0 %."),
        (MapState("failed", message="Why."), None, False, "The map could not be made. Why."),
        (MapState("interrupted", message="Make it again."), None, False, "Make it again."),
    ],
)
def test_the_state_of_a_map_in_words(
    state: MapState, place: int | None, late: bool, said: str
) -> None:
    assert map_state.in_words(state, place, late=late) == said


# Colours


def luminance(colour: str) -> float:
    """Give the relative luminance, as the accessibility guidelines define it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("hue", map_colours.HUES)
def test_hues_stand_out_and_letters_on_them_can_be_read(hue: str) -> None:
    assert contrast(hue, theme.SURFACES["dark"].text) >= 4.5
    assert contrast(hue, "#FFFFFF") >= 4.5
    for surface in theme.SURFACES.values():
        assert contrast(hue, surface.panel) >= 3


def test_a_look_has_eight_hues_and_regions_take_them_in_turn() -> None:
    look = map_colours.look("light")
    assert look.ground == theme.SURFACES["light"].panel
    assert len(set(look.hues)) == 8
    assert [map_colours.hue_of(n) for n in (0, 7, 8, -1)] == [0, 7, 0, 7]


# The gain


def line(figure: dict[str, Any], name: str) -> tuple[Array, Array]:
    (found,) = (one for one in figure["data"] if one["name"] == name)
    return decode(found["x"]), decode(found["y"])


@pytest.mark.parametrize("theme_name", ["dark", "light"])
def test_the_gain_is_drawn_over_shares_with_its_peak(theme_name: theme.ThemeName) -> None:
    ks, gain, control = [1, 10, 100], [0.2, 0.71, 0.0], [0.001, -0.001, 0.0]
    figure = gain_curve(ks, gain, control, 101, theme_name)
    go.Figure(figure)  # it is valid
    share, drawn = line(figure, "gain")
    np.testing.assert_allclose(share, [0.01, 0.1, 1.0])
    np.testing.assert_allclose(drawn, gain, atol=1e-3)
    np.testing.assert_allclose(line(figure, "shuffled")[1], control, atol=1e-3)
    peak = figure["data"][-1]
    assert (peak["x"], peak["y"], peak["text"]) == ([0.1], [0.71], ["0.71"])
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < -0.001 < 0.71 < high == 1.0
    left, right = figure["layout"]["xaxis"]["range"]
    assert left < -2 < 0 < right
    assert figure["layout"]["xaxis"]["ticktext"] == ["k = 1 %", "10 %", "100 %"]
