"""Causal language models of Hugging Face's transformers, from a folder on this machine.

Nothing is downloaded, no code of the folder's is run, and no pickle is opened. What
the lens takes for granted is tried on each model when it is opened.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..cell import Array
from ..errors import LabError
from ..generation import Choice
from ..language_model import LONGEST, Norm, fitting, one_token
from ..model import Linear
from ..states import HiddenStates
from .trial import final_norm, head_of

HOW_TO_SAVE = "Save both with model.save_pretrained(folder) and tokenizer.save_pretrained(folder)."

# Left to itself, transformers asks at the keyboard whether to run code of the folder's.
_AS_IT_IS = {"local_files_only": True, "trust_remote_code": False}

# One of them must be there: without, a tokenizer of no words would be made up.
_TOKENIZERS = ("tokenizer.json", "vocab.json", "vocab.txt", "*.model", "*.tiktoken", "tekken.json")


@dataclass(frozen=True, eq=False)
class TransformersModel:
    """A causal language model of transformers, as a language model of the lab's.

    Attributes
    ----------
    network : transformers.PreTrainedModel
    tokenizer : transformers.PreTrainedTokenizerBase
    decoder : Linear
        Its head, which shares the memory of the model.
    norm : function of an ndarray of shape (T, H), to one of that shape; or None
        The final norm: the states below the top one have not been through it.
    longest : int
    """

    network: Any
    tokenizer: Any
    decoder: Linear
    norm: Norm | None
    longest: int = LONGEST

    def tokens_of(self, text: str) -> NDArray[np.int64]:
        """Give the numbers of a text's tokens, a mark at its beginning among them."""
        return np.asarray(self.tokenizer(_whole(text)).input_ids, np.int64)

    def token_of(self, text: str) -> int:
        """Give the number of the one token that a text is; a space before it makes it another.

        Raises
        ------
        LabError
            If it is none, or several.
        """
        numbers = self.tokenizer(_whole(text), add_special_tokens=False).input_ids
        if len(numbers) != 1:
            raise one_token(text, [self.text_of(number) for number in numbers])
        return int(numbers[0])

    def text_of(self, number: int) -> str:
        """Give a token as it stands in a text; a part of a character as its own name."""
        piece = self.tokenizer.convert_ids_to_tokens(int(number))
        if piece is None:  # a head may have more rows than there are tokens
            return f"[{number}]"
        text = str(self.tokenizer.decode([int(number)], clean_up_tokenization_spaces=False))
        if "\ufffd" in text or not text:
            return str(piece)
        # Some decoders take the space off what they believe begins a text.
        spaced = piece.startswith(("Ġ", "▁")) and not text.startswith(" ")
        return f" {text}" if spaced else text

    def read(self, tokens: ArrayLike) -> HiddenStates:
        """Run over tokens, of shape (T,).

        The embeddings, which transformers gives first, are no layer and left out.
        """
        torch = importlib.import_module("torch")
        numbers = self._checked(tokens)
        with torch.inference_mode():
            # Without the head: the scores of a long text would take hundreds of MB.
            done = self.network.base_model(
                torch.from_numpy(numbers)[None], output_hidden_states=True, use_cache=False
            )
        return HiddenStates(numbers, tuple(one[0].numpy() for one in done.hidden_states[1:]))

    def logits(self, tokens: ArrayLike) -> Array:
        """Give the model's own scores after each token, of shape (T, V)."""
        torch = importlib.import_module("torch")
        with torch.inference_mode():
            done = self.network(torch.from_numpy(self._checked(tokens))[None], use_cache=False)
        scores: Array = done.logits[0].numpy()
        return scores

    def continue_(
        self, tokens: Sequence[int], count: int, choice: Choice, rng: np.random.Generator
    ) -> list[int]:
        """Give the tokens that follow; fewer where the model ends its text."""
        torch = importlib.import_module("torch")
        prompt = torch.from_numpy(self._checked(tokens, count))[None]
        if not count:
            return []

        def only_the_chosen(_: Any, scores: Any) -> Any:
            """Leave transformers, which knows every model's memory, one token to take."""
            token = choice.next(scores[0].numpy(), rng)
            return torch.full_like(scores, -torch.inf).index_fill(1, torch.tensor([token]), 0)

        with torch.inference_mode():
            whole = self.network.generate(
                prompt,
                attention_mask=torch.ones_like(prompt),
                max_new_tokens=count,
                logits_processor=[only_the_chosen],
            )
        return [int(token) for token in whole[0, prompt.shape[1] :]]

    def _checked(self, tokens: ArrayLike, count: int = 0) -> NDArray[np.int64]:
        numbers = fitting(tokens, self.longest, count)
        V = self.network.get_input_embeddings().weight.shape[0]
        if numbers.min() < 0 or numbers.max() >= V:
            raise LabError(
                f"Tokens have numbers from 0 to {V - 1} here. The tokenizer in the folder may be "
                f"another model's. {HOW_TO_SAVE}"
            )
        return numbers


def open_folder(path: str | Path) -> TransformersModel:
    """Open a causal language model that transformers has saved.

    Parameters
    ----------
    path : path of a folder with config.json, model.safetensors and a tokenizer

    Returns
    -------
    TransformersModel
        In float32, on the CPU.

    Raises
    ------
    LabError
        If transformers or torch is not installed, or the folder has no causal
        language model with its tokenizer whose states its head reads as they are.
    """
    torch, transformers = _libraries()
    folder = Path(path)
    if not (folder / "config.json").is_file():
        raise LabError(f"'{folder.name}' has no config.json, so it is no model. {HOW_TO_SAVE}")
    if not any(file for name in _TOKENIZERS for file in folder.glob(name)):
        raise LabError(f"'{folder.name}' has no tokenizer, so no text can be read. {HOW_TO_SAVE}")
    network, tokenizer = _load(torch, transformers, folder)
    # What the folder says of repetitions and the like would come between scores and choice.
    ends = network.generation_config.eos_token_id
    network.generation_config = transformers.GenerationConfig(eos_token_id=ends, pad_token_id=0)
    head = head_of(network)
    norm = final_norm(torch, network.eval(), head)
    places = getattr(network.config, "max_position_embeddings", None) or LONGEST
    return TransformersModel(network, tokenizer, head, norm, min(places, LONGEST))


def _load(torch: Any, transformers: Any, folder: Path) -> tuple[Any, Any]:
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **_AS_IT_IS)
        network, told = transformers.AutoModelForCausalLM.from_pretrained(
            folder,
            **_AS_IT_IS,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    except Exception as error:  # a folder can be wrong in more ways than these libraries name
        # Without the places of this machine.
        reason = str(error).strip().partition("\n")[0].replace(str(folder), folder.name)[:200]
        raise LabError(
            f"'{folder.name}' cannot be opened as a causal language model ({reason}). {HOW_TO_SAVE}"
        ) from error
    if told["missing_keys"]:
        missing = sorted(told["missing_keys"])[0]
        raise LabError(
            f"'{folder.name}' lacks weights of a causal language model, '{missing}' first. "
            "Save the model with its language model head."
        )
    return network, tokenizer


def _libraries() -> tuple[Any, Any]:
    try:
        return importlib.import_module("torch"), importlib.import_module("transformers")
    except ImportError as error:
        raise LabError(
            f"This is a model of transformers, and {error.name} is not installed here. "
            "Install both with: pip install 'lstm-lab[hf]'"
        ) from error


def _whole(text: str) -> str:
    """Put a question mark for half a surrogate pair, which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode()
