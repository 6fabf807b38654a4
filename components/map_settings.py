"""What a reader can set on the Map page, as far as the server is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from werkzeug.exceptions import BadRequest

from lstm import LabError
from lstm.atlas import PROJECTIONS, Projection, Wanted
from lstm.contexts import MOST
from lstm.map_source import MatrixSource, ModelSource
from lstm.metric import NAMES, Metric, Name
from lstm.order import FEWEST, Order
from lstm.projection import Umap
from lstm.regions import WAYS, Way

from . import boundary
from .boundary import FieldError
from .network_settings import LARGEST_INDEX, LARGEST_SEED

LONGEST_TEXT = 60_000  # characters: with a typed sequence they fit a request in any script
LONGEST = 300  # tokens of a typed sequence
MOST_CHARACTERS = 40 * LONGEST
MOST_NEIGHBOURS = 200

WHATS: dict[str, str] = {
    "h": "hidden state h",
    "c": "cell state C",
    "i": "input gate i",
    "f": "forget gate f",
    "g": "candidate C̃",
    "o": "output gate o",
    "r": "reset gate r",
    "z": "update gate z",
    "n": "candidate n",
}
METRICS: dict[str, str] = {"cosine": "cosine", "euclidean": "Euclidean"}
PROJECTION_NAMES: dict[str, str] = {"umap": "UMAP", "pca": "PCA"}
WAY_NAMES: dict[str, str] = {"relief": "hills of the relief", "hdbscan": "HDBSCAN"}


class Chosen(NamedTuple):
    """The model or the matrix that a request is about.

    Attributes
    ----------
    kind : "model" or "matrix"
    hash : str
        Of the file.
    labels, tensor : str
        The hash of a matrix's labels, and which array of its file; empty where there
        is none to choose.
    """

    kind: str
    hash: str
    labels: str = ""
    tensor: str = ""


@dataclass(frozen=True)
class MapSettings:
    """Everything that decides which map is shown, and what is walked on it.

    ``layer`` and units count from 0; ``text`` and ``text_of`` are as in
    :class:`lstm.map_source.ModelSource`. The ``sequence`` is typed by the reader, to be
    shown as a path. ``begin`` is whether a map that failed or was stopped is to be made
    again.
    """

    source: Chosen
    layer: int
    what: str
    text: str
    text_of: str
    count: int
    only: int | None
    wanted: Wanted
    sequence: str
    begin: bool = False

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> "MapSettings":
        """Take the settings out of what a browser sent.

        Raises
        ------
        FieldError
            For what a reader can mistype: about "Contexts", "Neighbours", "Minimum
            distance", "Seed", "Pull unit", "Pull", "Only unit", "text" or "sequence".
        BadRequest
            For what our page never sends.
        """
        return cls(
            source=_source(payload.get("source")),
            layer=_index(payload.get("layer"), "layer"),
            what=boundary.choice(payload.get("what"), tuple(WHATS), "what"),
            text=_text(payload, "text", LONGEST_TEXT),
            text_of=boundary.expect(str, payload.get("text_of"), "text_of"),
            count=boundary.whole("Contexts", payload.get("count"), FEWEST, MOST),
            only=_unit(payload.get("only"), "Only unit"),
            wanted=_wanted(payload),
            sequence=_text(payload, "sequence", MOST_CHARACTERS),
            begin=boundary.expect(bool, payload.get("begin", False), "begin"),
        )

    def order(self, layer: int, what: str) -> Order:
        """Write the order of the map, of a layer and a quantity that the model has.

        Raises
        ------
        LabError
            If it names what cannot be.
        """
        source = self.source
        if source.kind == "matrix":
            return Order(
                MatrixSource(source.hash, source.labels, source.tensor),
                self.count,
                self.only,
                self.wanted,
            )
        return Order(
            ModelSource(source.hash, layer, what, self.text, self.text_of),
            self.count,
            self.only,
            self.wanted,
        )


def _source(raw: Any) -> Chosen:
    given = boundary.expect(dict, raw, "source")
    kind = boundary.choice(given.get("kind"), ("model", "matrix"), "kind")
    name = boundary.expect(str, given.get("hash"), "hash")
    if kind == "model":
        return Chosen(kind, name)
    labels = boundary.expect(str, given.get("labels", ""), "labels")
    return Chosen(kind, name, labels, boundary.expect(str, given.get("tensor", ""), "tensor"))


def _wanted(payload: Mapping[str, Any]) -> Wanted:
    """Read how the map is made; what its projection does not ask for is not looked at."""
    projection: Projection = boundary.choice(payload.get("projection"), PROJECTIONS, "projection")
    name: Name = boundary.choice(payload.get("metric"), NAMES, "metric")
    way: Way = boundary.choice(payload.get("way"), WAYS, "way")
    seed = boundary.whole("Seed", payload.get("seed"), 0, LARGEST_SEED)
    umap = Umap(seed=seed)
    if projection == "umap":
        umap = Umap(
            boundary.whole("Neighbours", payload.get("neighbours"), 2, MOST_NEIGHBOURS),
            boundary.number("Minimum distance", payload.get("min_dist"), 0, 1),
            seed,
        )
    return Wanted(projection, _metric(name, payload), umap, way)


def _metric(name: Name, payload: Mapping[str, Any]) -> Metric:
    unit = _unit(payload.get("pull_unit"), "Pull unit")
    strength = 0.0 if unit is None else boundary.number("Pull", payload.get("pull"), 0, 1)
    if unit is None or not strength:  # then the unit is nothing that a map hangs on
        return Metric(name)
    try:
        return Metric(name, unit, strength)
    except LabError as error:
        raise FieldError(
            "Pull unit",
            "The pull mixes with the cosine distance. Choose the cosine metric, or leave Pull "
            "unit empty.",
        ) from error


def _unit(raw: Any, field: str) -> int | None:
    """Read the number of a unit from a field that may be empty."""
    if isinstance(raw, str) and not raw.strip():
        return None
    return boundary.whole(field, raw, 0, LARGEST_INDEX)


def _index(raw: Any, what: str) -> int:
    index = boundary.expect(int, raw, what)
    if not 0 <= index <= LARGEST_INDEX:
        raise BadRequest(f"{what} must be from 0 to {LARGEST_INDEX}.")
    return index


def _text(payload: Mapping[str, Any], name: str, most: int) -> str:
    # Half of a surrogate pair is no character: no file that is taken away could hold it.
    given = boundary.expect(str, payload.get(name), name).encode("utf-16", "surrogatepass")
    text = given.decode("utf-16", "replace")
    if len(text) > most:
        raise FieldError(name, f"The text has {len(text):,} characters. Use at most {most:,}.")
    return text
