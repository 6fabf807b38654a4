"""Make the maps that come with the lab: ``python -m models.maps``, or those that are named."""

import argparse
import os
import time
from pathlib import Path

from components.processor import blas_settings, cpuinfo

# Before NumPy is imported, which loads BLAS.
if __name__ == "__main__":
    os.environ.update(blas_settings(os.environ, cpuinfo()))

from lstm.atlas import Atlas
from lstm.atlas_file import dump_atlas
from lstm.cartography import atlas_of
from lstm.checkpoint import load
from lstm.map_source import ModelSource
from lstm.model import Model
from lstm.order import Order, gather
from lstm.shipped import Shipped, shipped

MODELS = Path(__file__).parent
FOLDER = MODELS / "maps"

# By the name of the file: the model, the layer and what of it.
MAPS = {
    "brackets-h-2": ("brackets", 1, "h"),
    "brackets-c-2": ("brackets", 1, "c"),
    "brackets-h-1": ("brackets", 0, "h"),
    "agreement-h-3": ("agreement", 2, "h"),
    "python-h-2": ("python", 1, "h"),
    "reber-h-1": ("reber", 0, "h"),
}


def main() -> None:
    """Make and write the maps."""
    parser = argparse.ArgumentParser(prog="python -m models.maps", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(MAPS))
    names = parser.parse_args().names or list(MAPS)
    if unknown := set(names) - set(MAPS):
        parser.error(f"no such map: {', '.join(unknown)}; there are {', '.join(MAPS)}")
    FOLDER.mkdir(exist_ok=True)
    for name in names:
        start = time.monotonic()
        atlas = made(order(name))
        (FOLDER / f"{name}.npz").write_bytes(dump_atlas(atlas))
        print(f"{name}: {in_words(atlas)} ({time.monotonic() - start:.0f} s)", flush=True)


def order(name: str) -> Order:
    """Give the order of a map: what its page asks for when nothing was changed."""
    model, layer, what = MAPS[name]
    return Order(ModelSource(_there()[model].hash, layer, what))


def made(wanted: Order) -> Atlas:
    """Make a map of a shipped model."""
    contexts = gather(wanted, opened, _no_file)
    return atlas_of(contexts, wanted.wanted, wanted.to_json())


def opened(hash: str) -> Model:
    """Read the shipped model of a hash."""
    (one,) = (one for one in _there().values() if one.hash == hash)
    return load(one.path)


def in_words(atlas: Atlas) -> str:
    """Say how far a map can be trusted, and what its regions are called."""
    found = atlas.trust
    names = "; ".join(f"{region.name} ({region.count})" for region in atlas.regions[0])
    return (
        f"gain {found.gain[found.peak]:.2f} at k = {found.ks[found.peak]} of {len(atlas):,}, "
        f"shuffled {abs(found.control_gain).max():.3f}, trustworthiness "
        f"{found.trustworthiness:.3f}, continuity {found.continuity:.3f}: {names}"
    )


def _there() -> dict[str, Shipped]:
    return {one.name: one for one in shipped(MODELS)}


def _no_file(hash: str) -> Path:
    raise AssertionError(f"No shipped map is made from a file like {hash}.")


if __name__ == "__main__":
    main()
