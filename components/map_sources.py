"""What can be mapped of the model or the matrix that a request names."""

from dataclasses import dataclass

from lstm import LabError, Model
from lstm.matrix_file import chosen, opened
from lstm.model_contexts import quantities
from lstm.order import Opened

from .boundary import FieldError
from .lens_words import layer_names
from .map_matrix import file_of
from .map_settings import WHATS, MapSettings
from .models import title, with_the_lab


@dataclass(frozen=True)
class Mapped:
    """What is mapped.

    Attributes
    ----------
    title : str
    layers, whats : tuple of str
        What can be chosen; nothing of a matrix.
    layer : int
        From 0: the top one where there are fewer than were asked for.
    what : str
        The hidden state, where this layer has not what was asked for.
    units : int
        D, the numbers of a row.
    model : Model, or None
    rows : int, or None
        Of a matrix.
    """

    title: str
    layers: tuple[str, ...]
    whats: tuple[str, ...]
    layer: int
    what: str
    units: int
    model: Model | None
    rows: int | None = None

    @classmethod
    def of(cls, settings: MapSettings, model_of: Opened) -> "Mapped":
        """Look at what a request names.

        Raises
        ------
        FieldError
            About "source", if it is gone or cannot be mapped; about "Only unit" or
            "Pull unit", if it has no such unit.
        """
        try:
            found = (
                _matrix(settings)
                if settings.source.kind == "matrix"
                else _model(settings, model_of)
            )
        except LabError as error:
            raise FieldError("source", str(error)) from error
        pulled = settings.wanted.metric.unit
        for field, unit in (("Only unit", settings.only), ("Pull unit", pulled)):
            if unit is not None and unit >= found.units:
                raise FieldError(
                    field,
                    f"{field} is {unit}, but there are the units 0 to {found.units - 1}. Choose "
                    "one of them, or leave the field empty.",
                )
        return found


def _model(settings: MapSettings, model_of: Opened) -> Mapped:
    name = settings.source.hash
    model = model_of(name)
    if not model.takes_tokens:
        raise LabError(
            "This model reads numbers, not tokens, so its states have no contexts. Choose a model "
            "of text."
        )
    layer = min(settings.layer, len(model.layers) - 1)
    whats = quantities(model, layer)
    what = settings.what if settings.what in whats else "h"
    one = model.layers[layer]
    known = with_the_lab().get(name)
    return Mapped(
        title(known) if known else f"Model {name[:8]}",
        tuple(layer_names(len(model.layers))),
        whats,
        layer,
        what,
        one.output_size if what == "h" else one.hidden_size,
        model,
    )


def _matrix(settings: MapSettings) -> Mapped:
    source = settings.source
    table = chosen(opened(file_of(source.hash)), source.tensor or None)
    if source.labels:
        file_of(source.labels)
    N, D = table.shape
    return Mapped(f"Matrix of {N:,} rows", (), (), 0, "h", D, None, N)


def says_what(found: Mapped, settings: MapSettings) -> list[str]:
    """Say where something else is shown than was asked for."""
    if found.model is None or found.what == settings.what:
        return []
    return [f"This layer has no {WHATS[settings.what]}: its {WHATS['h']} is shown."]
