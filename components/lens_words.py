"""What the Lens page says of lenses, and of what it found."""

import math
from collections.abc import Sequence

from lstm.fitting import Fitted
from lstm.lens import Quality
from lstm.probe import Lens

from .numerals import counted, fixed, percent

LENS_NAMES: dict[str, str] = {
    "affine": "Affine",
    "raw": "Raw",
    "cell": "Cell: tanh(C)",
    "withheld": "Withheld",
}
FOLDER_LENS_NAMES: dict[str, str] = {"raw": "Raw", "final norm": "Final norm"}
LENS_SAYS: dict[Lens, str] = {
    "affine": "Each layer's h goes through the linear map that best predicts the top layer's h, "
    "then through the decoder.",
    "raw": "Each layer's h goes to the decoder as it is.",
    "cell": "What each cell would say if its output gates stood open: tanh(C) in the place of h.",
    "withheld": "The cell lens less the lens: what is stored, and held back by the output gates.",
    "final norm": "Each layer's state goes through the model's final norm, then to the decoder: "
    "what the model would say, were this its last layer (the logit lens).",
}
LENS_WARNS: dict[Lens, str] = {
    "affine": "A map that was fitted can find what the layers above never use.",
    "raw": "Unaligned basis: nothing ties the lower layers of an LSTM to the decoder. Only the "
    "top row is what the model says.",
    "cell": "No layer hears this: with its output gates as they are, it hands on less.",
    "withheld": "Differences of scores, not predictions: rank 1 is the token that would gain "
    "most, and the probabilities are only a way to draw it.",
    "final norm": "All layers add to one stream, which the decoder reads at its end; nothing makes "
    "the lower ones write what it reads. Only the top row is what the model says.",
}
FOLDER_RAW_SAYS = "Each layer's state goes to the decoder as it is, as in the article."
FOLDER_RAW_WARNS = (
    "The states below the top one have not been through the final norm that the decoder expects. "
    "Only the top row is what the model says."
)
NO_SUCH_LENS = (
    "The affine lens, the cell lens and what is withheld are for recurrent layers. Use the raw "
    "lens for this model, or the one with the final norm."
)
NOT_RECURRENT = (
    "A transformer has no gates and no cell state, so there is nothing for Intervene and for the "
    "search for units."
)
NO_BIAS = "Without the decoder's bias, which says how frequent each token is, the context speaks."
BLANK = "____"  # what comes after the last token, which nobody knows


def lens_in_words(kind: Lens, *, recurrent: bool) -> tuple[str, str]:
    """Say what a lens is, and what to beware of."""
    if kind == "raw" and not recurrent:
        return FOLDER_RAW_SAYS, FOLDER_RAW_WARNS
    return LENS_SAYS[kind], LENS_WARNS[kind]


def layer_names(count: int) -> list[str]:
    """Name the layers, from the input upwards.

    Examples
    --------
    >>> layer_names(2)
    ['Layer 1', 'Layer 2']
    """
    return [f"Layer {n + 1}" for n in range(count)]


def fitted_on(fitted: Fitted) -> str:
    """Say what the affine lens was fitted on."""
    return f"Fitted once, on {counted_tokens(fitted.tokens)} of {fitted.text}."


def qualities(fitted: Fitted, kind: Lens) -> list[str]:
    """Say for each layer how close a lens comes to the final prediction, on held-out text.

    Those of the cell are not measured: nothing says what they should be.
    """
    if kind not in ("affine", "raw"):
        return []
    found = fitted.affine_quality if kind == "affine" else fitted.raw_quality
    return [_quality(found, n, name) for n, name in enumerate(layer_names(len(found.divergence)))]


def _quality(found: Quality, n: int, name: str) -> str:
    divergence, agreement = found.divergence[n], found.agreement[n]
    if math.isnan(divergence):
        return f"{name}: cannot be read."
    if n == len(found.divergence) - 1:
        return f"{name}: the model's own prediction."
    return (
        f"{name}: KL {fixed(divergence, 2)} nats to the final prediction (no context: "
        f"{fixed(found.baseline, 2)}), the same first choice at {percent(agreement)}."
    )


def unreadable(widths: Sequence[int], kind: Lens, missing: Sequence[int]) -> dict[str, str]:
    """Say why layers of some widths cannot be read, by their names."""
    names = layer_names(len(widths))
    return {
        names[n]: f"{widths[n]} values, but the decoder reads {widths[-1]}: no "
        f"{LENS_NAMES[kind].lower()} lens. Use the affine one."
        for n in missing
    }


def notes(unknown: Sequence[str], ties: int, generated: int) -> list[str]:
    """Say what to know of this answer: tokens that are not known, ranks that are shared."""
    said = []
    if unknown:
        some = ", ".join(f"'{one[:40]}'" for one in dict.fromkeys(unknown[:5]))
        more = " …" if len(unknown) > 5 else ""
        said.append(
            f"{counted_tokens(len(unknown))} not in the vocabulary ({some}{more}): read as the "
            "one that stands for the unknown."
        )
    if ties:
        shared = "1 rank is" if ties == 1 else f"{ties} ranks are"
        said.append(f"{shared} shared with other tokens of exactly the same score.")
    if generated:
        said.append(f"The last {counted_tokens(generated)} the model wrote.")
    return said


def counted_tokens(count: int) -> str:
    """Write how many tokens there are.

    Examples
    --------
    >>> counted_tokens(1), counted_tokens(1960)
    ('1 token', '1,960 tokens')
    """
    return counted(count, "token").replace(str(count), f"{count:,}")
