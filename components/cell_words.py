"""What the page says of each kind of cell, and of all of them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from . import cell_words_gru, cell_words_lstm, cell_words_rnn
from .cell_quantity import Words

WORDS: Mapping[str, Words] = {
    **cell_words_lstm.WORDS,
    "gru": cell_words_gru.WORDS,
    "rnn": cell_words_rnn.WORDS,
}

TRAINING = "Press Train: y bends to the dashed target, and the sliders move."
NO_TRAINING = "Only the LSTM learns here: choose it as Cell kind."

TRY = (
    "In the LSTM, play the single pulse and watch C fade. Press Remember and play again. Then "
    "Latch with the sequence Set and clear. Then move one slider while the time stands still, and "
    "see every number that depends on it follow. Switch Training on, choose Latch there, and press "
    "Train. At last choose the Basic RNN as Cell kind, and see how much less it keeps of the pulse."
)


def dictionary(kind: str) -> dict[str, dict[str, Any]]:
    """Give all words of a kind as plain data, for the browser: what is empty is left out."""
    return {
        name: {key: value for key, value in asdict(words).items() if value or key == "operands"}
        for name, words in WORDS[kind].quantities.items()
    }
