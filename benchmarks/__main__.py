"""Measure all of it, or the parts that are named: ``python -m benchmarks server``."""

import argparse
import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping

from . import (
    atlas,
    cell_training,
    characters,
    dragging,
    engine,
    lens,
    load,
    loading,
    map_canvas,
    map_page,
    map_tiles,
    network,
    playback,
    server,
    training,
)
from .lab import chromium
from .table import Row, machine, show

PARTS: Mapping[str, Callable[[], Iterable[Row]]] = {
    "engine": engine.measure,
    "training": training.measure,
    "characters": characters.measure,
    "server": server.measure,
    "load": load.measure,
    "loading": loading.measure,
    "dragging": dragging.measure,
    "cell_training": cell_training.measure,
    "playback": playback.measure,
    "network": network.measure,
    "lens": lens.measure,
    "atlas": atlas.measure,
    "map_page": map_page.measure,
    "map_canvas": map_canvas.measure,
    "map_tiles": map_tiles.measure,
}


def main() -> None:
    """Print the machine and the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parts = parser.parse_args().parts or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    print(machine(asyncio.run(_version())))

    def rows() -> Iterator[Row]:
        for part in parts:
            yield from PARTS[part]()

    show(rows())


async def _version() -> str:
    async with chromium() as browser:
        return browser.version


if __name__ == "__main__":
    main()
