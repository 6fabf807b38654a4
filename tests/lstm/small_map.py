"""A map of places that a test chooses."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from lstm.atlas import Atlas, Region, Wanted
from lstm.painters import Look
from lstm.regions import Frame
from lstm.trust import trust

DARK = Look(
    "#121826",
    "#E6EDF7",
    ("#2C6CAE", "#97590A", "#0D7A5E", "#A44C81", "#766A10", "#7A58B4", "#B0481C", "#5E6B81"),
    "#56B4E9",
    "#8A9BB8",
)
LIGHT = DARK._replace(ground="#FFFFFF", text="#111827", positive="#0E7C86", negative="#6B7A93")


def small_map(
    places: ArrayLike,
    token: Sequence[str] = (),
    before: Sequence[str] = (),
    region: ArrayLike = (),
    names: Sequence[str] = (),
) -> Atlas:
    """Give a map of the unit square, whose y runs UP, with one level of regions."""
    at = np.asarray(places, np.float32).reshape(-1, 2)
    N = len(at)
    n = np.arange(N)
    level = np.asarray(region, np.int32) if np.size(region) else np.zeros(N, np.int32)
    five = np.arange(10.0).reshape(5, 2)
    regions = tuple(
        Region(
            name,
            int((level == number).sum()),
            float(at[level == number, 0].mean()),
            float(at[level == number, 1].mean()),
            (),
            (),
            {},
            None,
            None,
            (),
        )
        for number, name in enumerate(names)
    )
    return Atlas(
        {},
        Wanted("pca"),
        "",
        at,
        (),
        Frame(0, 0, 1),
        tuple(token) or ("a",) * N,
        tuple(before) or ("",) * N,
        n,
        n,
        {},
        np.zeros((N, 1), np.int32),
        (level,),
        (regions,),
        (),
        trust(five, five),
    )


def hills(N: int = 600, seed: int = 3) -> Atlas:
    """Give a map of some hills, with many tokens and some regions."""
    rng = np.random.default_rng(seed)
    hill = rng.integers(6, size=N)
    tops = rng.uniform(0.1, 0.9, (6, 2))
    places = np.clip(tops[hill] + rng.normal(size=(N, 2)) * 0.05, 0.03, 0.97)
    token = [("a", "bc", " ", "<", "&", "\n")[n] for n in rng.integers(6, size=N)]
    before = [f'text "{n}" <b> & so on, ' for n in range(N)]
    return small_map(places, token, before, hill - 1, [f"hill {n}" for n in range(5)])
