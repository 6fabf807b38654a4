"""Make the models that come with the lab: ``python -m models.make``, or those that are named."""

import argparse
import math
import os
import time
from datetime import UTC, datetime
from pathlib import Path

from components.processor import blas_settings, cpuinfo

# Before NumPy is imported, which loads BLAS.
if __name__ == "__main__":
    os.environ.update(blas_settings(os.environ, cpuinfo()))

from dataclasses import replace

from lstm.card import Card
from lstm.catalogue import TASKS
from lstm.checkpoint import dump, load
from lstm.model import Model

from .cards import card
from .recipes import RECIPES, Recipe, train

FOLDER = Path(__file__).parent
_SHOWN = 500  # steps between two lines about the loss


def main() -> None:
    """Train, measure and write the models."""
    parser = argparse.ArgumentParser(prog="python -m models.make", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(RECIPES))
    parser.add_argument(
        "--cards",
        action="store_true",
        help="measure the models that are there anew, without training",
    )
    given = parser.parse_args()
    names = given.names or list(RECIPES)
    if unknown := set(names) - set(RECIPES):
        parser.error(f"no such model: {', '.join(unknown)}; there are {', '.join(RECIPES)}")
    for name in names:
        there = FOLDER / f"{name}.safetensors"
        write(name, load(there) if given.cards else trained(name, RECIPES[name]))


def trained(name: str, recipe: Recipe) -> Model:
    """Train a model of a recipe, and show how it goes."""
    start = time.monotonic()
    for progress in train(recipe):
        if progress.step % _SHOWN == 0:
            minutes = (time.monotonic() - start) / 60
            print(f"{name} {progress.step:,}: {progress.loss:.4f} ({minutes:.1f} min)", flush=True)
    return progress.model


def write(name: str, model: Model, folder: Path = FOLDER) -> None:
    """Write a model's file and its card in words."""
    path = folder / f"{name}.safetensors"
    # One that is only measured anew was trained when its card says.
    day = model.card.date if model.card else datetime.now(UTC).date().isoformat()
    known = card(name, RECIPES[name], model, day)
    if path.exists() and (before := load(path).card) is not None:
        # The same model as before keeps its day, and so all of its bytes.
        same = replace(known, date=before.date)
        if dump(replace(model, card=same)) == path.read_bytes():
            known = same
    path.write_bytes(dump(replace(model, card=known)))
    (folder / f"{name}.md").write_text(in_words(name, known), "utf-8")


def in_words(name: str, known: Card) -> str:
    """Write a card for reading."""
    settings = known.settings or {}
    layers = f"{len(known.sizes)} × " if known.sizes[1:] else ""
    accuracy = ""
    if known.accuracy is not None:
        counted = TASKS[known.task].measures if known.task in TASKS else "The next character"
        # Downwards: a miss is not rounded away.
        accuracy = f", accuracy {math.floor(10_000 * known.accuracy) / 100:.2f} % ({counted})"
    lines = [
        f"# {name}",
        "",
        f"{known.data}.",
        "",
        f"- Task: {known.task}",
        f"- Layers: {layers}{known.sizes[0]} units",
        f"- Training: {known.steps:,} batches of {settings.get('batch')}, seed {known.seed}; "
        f"Adam, whose learning rate falls from {settings.get('rate')} along half a cosine",
        f"- On held-out data: loss {known.loss:.4f} nats a token{accuracy}",
        f"- Date: {known.date}",
        "",
        "It can:",
        "",
        *[f"- {sentence}" for sentence in known.can],
        "",
        "It cannot:",
        "",
        *[f"- {sentence}" for sentence in known.cannot],
        "",
        f"Made by `make models` ([{Path(__file__).name}]({Path(__file__).name})).",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
