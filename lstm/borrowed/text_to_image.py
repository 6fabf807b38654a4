"""The parts of a text-to-image model, opened from a folder by diffusers and transformers.

Nothing is downloaded, no code of the folder's is run, and no pickle is opened.
"""

import importlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import LabError
from ..painters import model_folder
from ..painters.model_folder import Facts

HOW_TO_INSTALL = "Install what painting needs with: pip install 'lstm-lab[paint]'"


class TextToImage(NamedTuple):
    """An opened model.

    Attributes
    ----------
    facts : Facts
    unet, vae, scheduler : of diffusers
    texts : list of (tokenizer, encoder), of transformers
        One, or two of XL.
    torch : module
    device : str
        Where it computes.
    """

    facts: Facts
    unet: Any
    vae: Any
    scheduler: Any
    texts: list[tuple[Any, Any]]
    torch: Any
    device: str


class Spoken(NamedTuple):
    """What a model hears of P texts, and of none.

    Attributes
    ----------
    words : tensor of shape (P, tokens, D)
    whole : tensor of shape (P, E), or None
        Each text in one, for XL.
    no_words, no_whole : the same of one text without words
    """

    words: Any
    whole: Any
    no_words: Any
    no_whole: Any


def open_model(folder: Path) -> TextToImage:
    """Open the model of a folder.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    TextToImage
        On the graphics card where there is one.

    Raises
    ------
    LabError
        If a library is missing, the folder lacks something, or there is no room for it.
    """
    torch, diffusers, transformers = _libraries()
    facts = model_folder.facts_of(folder)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    _check_memory(torch, facts, device)
    number = torch.float16 if device == "cuda" else torch.float32
    try:
        texts = [_encoder(transformers, folder, "", transformers.CLIPTextModel, number)]
        if facts.is_xl:
            kind = transformers.CLIPTextModelWithProjection
            texts.append(_encoder(transformers, folder, "_2", kind, number))
        for _, encoder in texts:
            encoder.to(device)
        # With less memory at once it would need another library (accelerate).
        plain = {"low_cpu_mem_usage": False}
        unet = _opened(diffusers.UNet2DConditionModel, folder, "unet", torch_dtype=number, **plain)
        # In half precision that of XL gives no numbers.
        whole = {"torch_dtype": torch.float32, **plain}
        vae = _opened(diffusers.AutoencoderKL, folder, "vae", **whole)
        scheduler = getattr(diffusers, facts.scheduler).from_pretrained(
            folder / "scheduler", local_files_only=True
        )
        return TextToImage(facts, unet.to(device), vae.to(device), scheduler, texts, torch, device)
    except (LabError, MemoryError, torch.OutOfMemoryError):
        raise
    except Exception as error:  # a folder can be wrong in more ways than these libraries name
        # Without the places of this machine.
        reason = str(error).strip().partition("\n")[0].replace(str(folder), folder.name)[:200]
        raise LabError(
            f"'{folder.name}' cannot be opened as a text-to-image model ({reason}). "
            f"{model_folder.HOW_TO_SAVE}"
        ) from error


def read_texts(model: TextToImage, texts: Sequence[str]) -> Spoken:
    """Let the text encoders read texts.

    Parameters
    ----------
    model : TextToImage
    texts : sequence of str, P of them
    """
    torch = model.torch
    each = [_read(model, text) for text in texts]
    no_words, no_whole = _read(model, "")
    if model.facts.empty_is_zero:
        no_words, no_whole = torch.zeros_like(no_words), torch.zeros_like(no_whole)
    whole = torch.cat([one for _, one in each]) if model.facts.is_xl else None
    return Spoken(torch.cat([words for words, _ in each]), whole, no_words, no_whole)


def _read(model: TextToImage, text: str) -> tuple[Any, Any]:
    words, whole = [], None
    for tokenizer, encoder in model.texts:
        told = tokenizer(
            text,
            padding="max_length",
            truncation=True,
            max_length=tokenizer.model_max_length,
            return_tensors="pt",
        ).to(model.device)
        mask = {}
        if getattr(encoder.config, "use_attention_mask", False):
            mask = {"attention_mask": told.attention_mask}
        heard = encoder(told.input_ids, output_hidden_states=True, **mask)
        # XL hears the last layer but one of both, and all of the second in one.
        words.append(heard.hidden_states[-2] if model.facts.is_xl else heard.last_hidden_state)
        whole = heard.text_embeds if len(words) == 2 else None
    return model.torch.cat(words, dim=-1), whole


def _encoder(
    transformers: Any, folder: Path, ending: str, kind: Any, number: Any
) -> tuple[Any, Any]:
    tokenizer = transformers.CLIPTokenizer.from_pretrained(
        folder / f"tokenizer{ending}", local_files_only=True
    )
    return tokenizer, _opened(kind, folder, f"text_encoder{ending}", dtype=number)


def _opened(kind: Any, folder: Path, part: str, **more: Any) -> Any:
    model, told = kind.from_pretrained(
        folder / part,
        local_files_only=True,
        use_safetensors=True,
        variant=model_folder.variant(folder, part),
        output_loading_info=True,
        **more,
    )
    if told["missing_keys"]:
        missing = sorted(told["missing_keys"])[0]
        raise LabError(
            f"'{folder.name}' lacks weights of its {part}, '{missing}' first. "
            f"{model_folder.HOW_TO_SAVE}"
        )
    return model.eval()


def _libraries() -> tuple[Any, Any, Any]:
    try:
        torch = importlib.import_module("torch")
        return torch, importlib.import_module("diffusers"), importlib.import_module("transformers")
    except ImportError as error:
        raise LabError(
            f"Painting needs {error.name}, which is not installed here. {HOW_TO_INSTALL}"
        ) from error


def _check_memory(torch: Any, facts: Facts, device: str) -> None:
    """Refuse a model for which there is no room, before it takes it from others."""
    if device == "cuda":
        free, _ = torch.cuda.mem_get_info()
        model_folder.check_memory(facts.parameters, 2, free, "graphics memory")
        return
    with suppress(OSError):  # where this is not known, there is an error later at the worst
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                free = 1024 * int(line.split()[1])
                model_folder.check_memory(facts.parameters, 4, free, "memory")
