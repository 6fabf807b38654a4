"""An output for an opened model that has none, so that the lens can read it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from werkzeug.exceptions import BadRequest

from lstm import LabError
from lstm.checkpoint import dump
from lstm.next_token import NextToken, fit_next_token

from .boundary import FieldError
from .lens_settings import model_of, text_of
from .lens_speaker import NoOutput, speaker_of
from .models import Models
from .numerals import fixed

FIELD = "own text"


def fit_output(payload: Mapping[str, Any], models: Models, owner: str) -> dict[str, Any]:
    """Fit an output to a model on a reader's text, and keep both as a model of the reader's.

    Parameters
    ----------
    payload : mapping
        ``model``, the ``name`` that it has on the page, and the ``own text``.
    models : Models
    owner : str
        Whose model it becomes.

    Returns
    -------
    dict
        ``hash`` and ``name`` of the new model, and ``says``, how good its output is.

    Raises
    ------
    FieldError
        About "own text", if it cannot be fitted on that.
    BadRequest
        HTTP 400, for what our page never sends, such as a model with an output.
    """
    chosen = model_of(payload)
    try:
        speaker_of(models.opened, chosen)
    except NoOutput:
        model = models.opened(chosen.name)
    else:
        raise BadRequest("This model has an output.")
    text = text_of(payload, FIELD)
    assert model.vocabulary is not None  # or it would lack that, and not only an output
    try:
        found = fit_next_token(model, model.vocabulary.read(text)[1])
    except LabError as error:
        raise FieldError(FIELD, str(error)) from error
    name = f"{text_of(payload, 'name')[:60]} with an output"
    content = dump(replace(model, decoder=found.decoder))
    return {
        "hash": models.library.keep(content, owner, name),
        "name": name,
        "says": _says(found),
    }


def _says(found: NextToken) -> str:
    gained = found.baseline - found.surprise
    better = (
        f"{fixed(gained, 2)} less than by frequency alone"
        if gained > 0
        else "no less than by frequency alone: its state says nothing of the next token, or the "
        "text is too short"
    )
    return (
        f"An output was fitted by softmax regression, on {found.tokens:,} tokens: on the text's "
        f"end, held out, the mean surprise is {fixed(found.surprise, 2)} nats, {better}. It says "
        "what can be read from the top layer, not what the model was trained to say."
    )
