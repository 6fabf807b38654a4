"""What a reader can set on the Lens page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from werkzeug.exceptions import BadRequest

from lstm.generation import Choice
from lstm.lens import KINDS
from lstm.probe import Lens

from . import boundary
from .boundary import FieldError
from .network_settings import LARGEST_INDEX, LARGEST_SEED

LONGEST = 300  # tokens of the text with those that follow, and as many before it
MOST_CHARACTERS = 40 * LONGEST
MOST_GENERATED = 60
MOST_WATCHED = 8
LONGEST_WATCHED = 80  # characters
HIGHEST_TEMPERATURE = 10
LARGEST_TOP_K = 1_000_000

LENSES: tuple[Lens, ...] = (*KINDS, "final norm")
Source = Literal["file", "folder"]

Metric = Literal["rank", "probability", "surprise", "entropy", "divergence"]
METRICS: dict[str, str] = {
    "rank": "Rank",
    "probability": "Probability",
    "surprise": "Surprise (nats)",
    "entropy": "Entropy (nats)",
    "divergence": "KL to the final prediction (nats)",
}


class Chosen(NamedTuple):
    """The model that a request is about.

    Attributes
    ----------
    source : "file" or "folder"
    name : str
        The hash of a file, or the name of a folder (:mod:`.lens_folders`).
    """

    source: Source
    name: str


@dataclass(frozen=True)
class LensSettings:
    """Everything that decides what the layers are asked, and which of it is drawn.

    ``layer``, from 0, is drawn beside the top one. What the ``interventions`` are, and
    the one that the reader is ``adding``, depends on the model: :mod:`.interventions`
    reads them.
    """

    model: Chosen
    text: str
    prefix: str
    generate: int
    choice: Choice
    seed: int
    lens: Lens
    bias: bool
    metric: Metric
    watch: tuple[str, ...]
    layer: int | None = None
    interventions: Any = None
    adding: Any = None

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> "LensSettings":
        """Take the settings out of what a browser sent.

        Raises
        ------
        FieldError
            For what a reader can mistype: about "Tokens", "Temperature", "Top k",
            "Top p", "Seed", "text", "prefix" or "watch".
        BadRequest
            For what our page never sends.
        """
        return cls(
            model=model_of(payload),
            text=text_of(payload, "text"),
            prefix=text_of(payload, "prefix"),
            generate=boundary.whole("Tokens", payload.get("generate"), 0, MOST_GENERATED),
            choice=_choice(payload),
            seed=boundary.whole("Seed", payload.get("seed"), 0, LARGEST_SEED),
            lens=boundary.choice(payload.get("lens"), LENSES, "lens"),
            bias=boundary.expect(bool, payload.get("bias"), "bias"),
            metric=boundary.choice(payload.get("metric"), get_args(Metric), "metric"),
            watch=_watched(payload.get("watch")),
            layer=_layer(payload.get("layer")),
            interventions=payload.get("interventions"),
            adding=payload.get("adding"),
        )


def model_of(payload: Mapping[str, Any]) -> Chosen:
    """Give the model that a request is about."""
    model = boundary.expect(dict, payload.get("model"), "model")
    source = boundary.choice(model.get("source"), get_args(Source), "source")
    return Chosen(source, boundary.expect(str, model.get("hash"), "hash"))


def text_of(payload: Mapping[str, Any], name: str) -> str:
    """Give a text of a request; FieldError if it is far too long."""
    # Half of a surrogate pair is no character: no file that is taken away could hold it.
    given = boundary.expect(str, payload.get(name), name).encode("utf-16", "surrogatepass")
    text = given.decode("utf-16", "replace")
    if len(text) > MOST_CHARACTERS:
        raise FieldError(
            name, f"The text has {len(text):,} characters. Use at most {MOST_CHARACTERS:,}."
        )
    return text


def _choice(payload: Mapping[str, Any]) -> Choice:
    temperature = boundary.number("Temperature", payload.get("temperature"), 0, HIGHEST_TEMPERATURE)
    k, p = payload.get("top_k"), payload.get("top_p")
    return Choice(
        temperature,
        None if _blank(k) else boundary.whole("Top k", k, 1, LARGEST_TOP_K),
        None if _blank(p) else boundary.number("Top p", p, 1e-6, 1),
    )


def _blank(raw: Any) -> bool:
    """Tell whether a field that may be empty is."""
    return isinstance(raw, str) and not raw.strip()


def _watched(raw: Any) -> tuple[str, ...]:
    given = boundary.expect(list, raw, "watch")
    if len(given) > MOST_WATCHED:
        raise FieldError(
            "watch", f"{MOST_WATCHED} tokens are watched, as many as can be. Remove one."
        )
    texts = [boundary.expect(str, one, "A watched token") for one in given]
    for text in texts:
        if len(text) > LONGEST_WATCHED:
            raise FieldError("watch", f"'{boundary.shorten(text)}' is too long for one token.")
    return tuple(dict.fromkeys(texts))


def _layer(raw: Any) -> int | None:
    if raw is None:
        return None
    layer = boundary.expect(int, raw, "layer")
    if not 0 <= layer <= LARGEST_INDEX:
        raise BadRequest(f"layer must be from 0 to {LARGEST_INDEX}.")
    return layer
