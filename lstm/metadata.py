"""What a file says in words beside its tensors: vocabulary, card, and what the lab adds.

Anybody may have written it, so each part is checked before it is believed.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .card import Card
from .errors import LabError
from .model import Model
from .vocabulary import Vocabulary

FORMAT = 1  # of the files that the lab writes
METADATA = "lstm_lab"

_REASON = 200  # characters of a message about what stands in the file


def to_metadata(model: Model) -> dict[str, str]:
    """Write down what the tensors of a model do not say."""
    vocabulary = model.vocabulary
    own = {
        "format": FORMAT,
        "vocabulary": None if vocabulary is None else vocabulary.to_json(),
        "input_names": model.input_names,
        "unit_names": model.unit_names,
        "card": None if model.card is None else model.card.to_json(),
    }
    return {METADATA: json.dumps(own)}


def own_metadata(metadata: Mapping[str, str]) -> dict[str, Any] | None:
    """Read what the lab writes beside the tensors; None in a file of somebody else."""
    if METADATA not in metadata:
        return None
    try:
        own = json.loads(metadata[METADATA])
        version = own["format"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _broken() from error
    if isinstance(version, int) and version > FORMAT:
        raise LabError(
            f"The file is of format {str(version)[:9]}; this lab reads up to format {FORMAT}. "
            "Update the lab, or save the model with this one."
        )
    if version != FORMAT:
        raise _broken()
    return dict(own)


def own_names(own: Mapping[str, Any] | None) -> dict[str, Any]:
    """Read the names of inputs and units; the model checks how many there are."""
    inputs, units = ((own or {}).get(name) for name in ("input_names", "unit_names"))
    lists = [] if inputs is None else [inputs]
    if units is not None:
        if not isinstance(units, list):
            raise _broken()
        lists += units
    if not all(isinstance(names, list) and all(map(_is_text, names)) for names in lists):
        raise _broken()
    return {
        "input_names": None if inputs is None else tuple(inputs),
        "unit_names": None if units is None else tuple(tuple(names) for names in units),
    }


def with_card(model: Model, own: Mapping[str, Any] | None) -> tuple[Model, list[str]]:
    """Give the model its card; one that is broken or another's is only complained of."""
    data = (own or {}).get("card")
    if data is None:
        return model, []
    try:
        return replace(model, card=Card.from_json(data)), []
    except LabError as error:  # it may quote the sizes of a thousand layers
        return model, [
            f"The card is left out, so that nothing is said of the training. {str(error)[:_REASON]}"
        ]


def _broken() -> LabError:
    return LabError(
        f"What the lab wrote beside the tensors ('{METADATA}') is damaged. "
        "Open another copy of the file, or save the model again."
    )


def read_vocabulary(
    metadata: Mapping[str, str], own: Mapping[str, Any] | None
) -> tuple[Vocabulary | None, list[str]]:
    """Read the vocabulary; in a file of somebody else, a broken one is only complained of."""
    if own is not None:
        return _tokens(own.get("vocabulary")), []
    if "vocabulary" not in metadata:
        return None, []
    try:
        return _tokens(json.loads(metadata["vocabulary"])), []
    except RecursionError:
        reason = "It is nested too deeply."
    except LabError as error:
        reason = str(error)
    except ValueError:
        reason = "It is no JSON."
    return None, [
        f"The vocabulary is left out, so that tokens are shown by number. {reason} "
        "Save it as metadata={'vocabulary': json.dumps(tokens)}."
    ]


def _tokens(data: Any) -> Vocabulary | None:
    if data is None:
        return None
    if not isinstance(data, dict | list):
        raise LabError("It must be a list of tokens.")
    try:
        vocabulary = Vocabulary.from_json(data if isinstance(data, dict) else {"tokens": data})
    except LabError as error:  # it may quote a token of a megabyte
        raise LabError(str(error)[:_REASON]) from error
    if not all(map(_is_text, vocabulary.tokens)):
        raise LabError("A token is half a character (a lone surrogate).")
    return vocabulary


def _is_text(value: Any) -> bool:
    """Tell whether a value is text that can be sent: JSON may hold lone surrogates."""
    return isinstance(value, str) and not any("\ud800" <= c <= "\udfff" for c in value)
