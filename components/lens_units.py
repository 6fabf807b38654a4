"""The search for units that a contrast of two tokens hangs on: each is silenced in turn."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from lstm import LabError, Model, grammar
from lstm.language_model import RecurrentModel
from lstm.silencing import Prompt, Silenced, contrasts, silence_each, strongest, without_unit

from . import boundary
from .boundary import FieldError
from .lens_prompts import check_work, read_prompts, weights
from .lens_settings import model_of
from .lens_speaker import Opened, recurrent_of
from .lens_words import layer_names
from .numerals import fixed

ATTRACTORS = range(5)  # nouns of the other number between a subject and its verb
SEARCHED, MEASURED = 15, 100  # sentences for each of them
NAMED = 5  # units of each layer
MOST_TOGETHER = 24
LOST = 0.2  # of the prompts: what counts as a unit that carries the contrast


def find_units(payload: Mapping[str, Any], opened: Opened) -> dict[str, Any]:
    """Silence each unit of a model, and measure what a contrast loses.

    Parameters
    ----------
    payload : mapping
        ``model``; ``over``, "agreement" for new sentences of subject and verb, or
        "prompts" with ``pair`` and ``prompts`` (:mod:`.lens_prompts`).
    opened : function of a file's hash

    Returns
    -------
    dict
        ``whole`` (of nothing silenced), for each of ``layers`` the strongest
        ``units`` and their ``median``, the ``best`` and the ``median`` loss of
        accuracy of all, how many of the strongest ``together`` lose a fifth of the
        prompts, the ``attractors`` with their accuracy, and all that in words.

    Raises
    ------
    FieldError
        For what a reader can put right.
    BadRequest
        HTTP 400, for what our page never sends.
    """
    speaker = recurrent_of(opened, model_of(payload))
    model = speaker.model
    agreement = boundary.choice(payload.get("over"), ("agreement", "prompts"), "over") == (
        "agreement"
    )
    if agreement:
        prompts = list(chain.from_iterable(sentences(speaker, n, SEARCHED) for n in ATTRACTORS))
    else:
        prompts = list(read_prompts(speaker, payload).prompts)
    check_work(model, prompts, _work(model))
    try:
        whole, found = contrasts(model, prompts), silence_each(model, prompts)
    except LabError as error:
        raise FieldError("prompts", str(error)) from error
    accuracy = np.concatenate([one.accuracy for one in found])
    together = _together(model, prompts, found, float((whole > 0).mean()))
    given: dict[str, Any] = {
        "prompts": len(prompts),
        "whole": {"contrast": float(whole.mean()), "accuracy": float((whole > 0).mean())},
        "layers": [
            {"name": name, "units": _named(one, n), "median": float(np.median(one.contrast))}
            for n, (name, one) in enumerate(zip(layer_names(len(found)), found, strict=True))
        ],
        "best": float(accuracy.max()),
        "median": float(np.median(accuracy)),
        "together": together,
        "attractors": _by_attractors(speaker) if agreement else [],
    }
    return given | {"says": _says(given, strongest(found, 1)[0], found)}


def sentences(speaker: RecurrentModel, attractors: int, count: int) -> list[Prompt]:
    """Draw sentences up to their verb, the same ones always; FieldError for other vocabularies."""
    rng = np.random.default_rng(attractors)
    forms = {one: other for pair in grammar.VERBS for one, other in (pair, pair[::-1])}
    vocabulary = speaker.model.vocabulary
    if vocabulary is None or not set(grammar.VOCABULARY.tokens) <= set(vocabulary.tokens):
        raise FieldError(
            "model",
            "This model does not know the words of the sentences of subject and verb. Write "
            "prompts of your own.",
        )
    found = []
    for _ in range(count):
        words, verb = grammar.agreement(rng, attractors)
        *tokens, right, wrong = vocabulary.numbers([*words[: verb + 1], forms[words[verb]]])
        found.append(Prompt(tuple(int(one) for one in tokens), int(right), int(wrong)))
    return found


def _by_attractors(speaker: RecurrentModel) -> list[dict[str, Any]]:
    found = []
    for count in ATTRACTORS:
        right = contrasts(speaker.model, sentences(speaker, count, MEASURED)) > 0
        found.append({"attractors": count, "count": MEASURED, "accuracy": float(right.mean())})
    return found


def _work(model: Model) -> int:
    """Count what a step of one prompt takes: a unit's silence is heard from its layer up."""
    each = weights(model)
    return sum(layer.hidden_size * sum(each[n:]) for n, layer in enumerate(model.layers))


def _together(
    model: Model, prompts: Sequence[Prompt], found: Sequence[Silenced], whole: float
) -> dict[str, Any]:
    """Silence the strongest units one after another, until a fifth of the prompts is lost."""
    helpful = [Silenced(np.maximum(one.contrast, 0), one.accuracy) for one in found]
    curve = []
    for layer, unit in strongest(helpful, MOST_TOGETHER):
        model = without_unit(model, layer, unit)
        curve.append(float((contrasts(model, prompts) > 0).mean()))
        if curve[-1] <= whole - LOST:
            break
    enough = bool(curve) and curve[-1] <= whole - LOST
    return {"units": len(curve), "accuracy": curve[-1], "enough": enough}


def _named(found: Silenced, layer: int) -> list[dict[str, Any]]:
    return [
        {
            "layer": layer,
            "unit": unit,
            "contrast": float(found.contrast[unit]),
            "accuracy": float(found.accuracy[unit]),
        }
        for _, unit in strongest([found], NAMED)
    ]


def _says(
    given: Mapping[str, Any], strong: tuple[int, int], found: Sequence[Silenced]
) -> list[str]:
    """Say what the search found: a unit that carries the contrast, or that none does alone."""
    layer, unit = strong
    lost = float(found[layer].contrast[unit])
    whole, best, median = given["whole"]["contrast"], given["best"], given["median"]
    said = [
        f"Unit {unit} of layer {layer + 1} changes the contrast most: silenced, it "
        f"{'falls' if lost > 0 else 'rises'} from {fixed(whole, 2)} to {fixed(whole - lost, 2)}.",
        f"Accuracy lost: best unit {_points(best)}, median unit {_points(median)}.",
    ]
    if best - median >= LOST:
        return [*said, "A single unit carries it."]
    together = given["together"]
    if together["enough"]:
        return [
            *said,
            f"It is spread over many: no unit alone costs {_points(LOST)} more than the median "
            f"one. The {together['units']} strongest silenced together leave "
            f"{100 * together['accuracy']:.0f} % right.",
        ]
    return [
        *said,
        f"It is spread over many: even the {together['units']} strongest silenced together "
        f"leave {100 * together['accuracy']:.0f} % right.",
    ]


def _points(share: float) -> str:
    points = f"{100 * share:.0f}".replace("-", "−")
    return f"{points} point" if points == "1" else f"{points} points"
