"""The lens as a library: what a model says next, and what each layer would have said.

>>> from lstm import probing
>>> lm = probing.open("models/agreement.safetensors")
>>> output = lm.generate("the keys to the cabinet", generate=1)
>>> output.rankings_watch(["is", "are"], position=5).probability[-1].round(3)
array([[0.   , 0.064]])
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .checkpoint import load
from .fitting import fit_lens
from .generation import Choice
from .language_model import LanguageModel, RecurrentModel
from .lens import AffineLens, fit_affine
from .model import Model
from .name_map import load_names
from .output import Output
from .probe import Lens, Probe
from .sources import transformers
from .token_list import load_tokens

LARGEST_FILE = 2 * 2**30  # bytes: a file of one's own, which no server's readers share


@dataclass(frozen=True, eq=False)
class Opened:
    """A language model to look into.

    Attributes
    ----------
    probe : Probe
        The model, with a lens on its layers.
    """

    probe: Probe

    def generate(
        self, text: str, generate: int = 0, choice: Choice | None = None, seed: int = 0
    ) -> Output:
        """Read a text, and go on with it.

        Parameters
        ----------
        text : str
        generate : int
            How many tokens are to follow.
        choice : Choice, optional
            How each is chosen; by default the likeliest.
        seed : int
            Of what is drawn.

        Returns
        -------
        Output

        Raises
        ------
        LabError
            If the text is empty, too long, or has a token that the model does not know.
        """
        speaker = self.probe.speaker
        prompt = speaker.tokens_of(text)
        more = speaker.continue_(
            prompt.tolist(), generate, choice or Choice(), np.random.default_rng(seed)
        )
        return Output(self.probe, speaker.read([*prompt.tolist(), *more]), len(prompt))


def open(  # as in the article's three lines, though Python has one
    path: str | Path,
    *,
    names: str | Path | None = None,
    vocabulary: str | Path | None = None,
    texts: Sequence[str] = (),
) -> Opened:
    """Open a language model to look into.

    Parameters
    ----------
    path : path of a safetensors file, the lab's or PyTorch's, or of a folder
        A folder is opened as a causal language model of transformers.
    names : path of a JSON file, optional
        What PyTorch would call the tensors of a file (:mod:`lstm.name_map`).
    vocabulary : path of a text file, optional
        The tokens of a file that does not say them (:mod:`lstm.token_list`).
    texts : sequence of str, optional
        To fit the affine lens on: text like that which the model was made for. By
        default a model of the lab has it fitted on new sequences of the task that its
        card names, or on text that it writes itself (:mod:`lstm.fitting`).

    Returns
    -------
    Opened
        Its lens is the affine one for several recurrent layers, else the raw one.

    Raises
    ------
    LabError
        If there is no such file, or it is no language model.
    """
    if Path(path).is_dir():
        return _with_lens(transformers.open_folder(path), "raw", None, texts)
    speaker = RecurrentModel(_load(path, names, vocabulary))
    lens: Lens = "affine" if len(speaker.model.layers) > 1 else "raw"
    return _with_lens(speaker, lens, lambda: fit_lens(speaker.model).affine, texts)


def _with_lens(
    speaker: LanguageModel,
    lens: Lens,
    alone: Callable[[], AffineLens] | None,
    texts: Sequence[str],
) -> Opened:
    def on_texts() -> AffineLens:
        return fit_affine([speaker.read(speaker.tokens_of(text)) for text in texts])

    return Opened(Probe(speaker, lens, on_texts if texts else alone))


def _load(path: str | Path, names: str | Path | None, vocabulary: str | Path | None) -> Model:
    mapping = None if names is None else load_names(names)
    if vocabulary is None:
        return load(path, mapping, largest=LARGEST_FILE)
    tokens = load_tokens(vocabulary)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No vocabulary")
        model = load(path, mapping, largest=LARGEST_FILE)
    return replace(model, vocabulary=tokens)
