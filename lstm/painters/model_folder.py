"""A folder with a text-to-image model, as diffusers saves them: whether it can paint here.

That is read from its settings and from the headers of its weights, before anything large
is opened, and without the libraries that open it.
"""

import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import safetensors

from ..errors import LabError

INDEX = "model_index.json"  # by which such a folder is known
HOW_TO_SAVE = "Save the whole pipeline with pipeline.save_pretrained(folder)."
LARGEST_PICTURE = 4096  # pixels to a side

_PARTS = {
    "unet": ("UNet2DConditionModel",),
    "vae": ("AutoencoderKL",),
    "text_encoder": ("CLIPTextModel",),
    "tokenizer": ("CLIPTokenizer", "CLIPTokenizerFast"),
}
_PARTS_XL = {
    "text_encoder_2": ("CLIPTextModelWithProjection",),
    "tokenizer_2": _PARTS["tokenizer"],
}
# Those that draw no noise of their own on the way, which would differ where windows meet.
_STEADY = (
    "DDIMScheduler",
    "DEISMultistepScheduler",
    "DPMSolverMultistepScheduler",
    "DPMSolverSinglestepScheduler",
    "EulerDiscreteScheduler",
    "HeunDiscreteScheduler",
    "LMSDiscreteScheduler",
    "PNDMScheduler",
    "UniPCMultistepScheduler",
)
_WEIGHTS = ("unet", "vae", "text_encoder", "text_encoder_2")
_OTHERS = (".bin", ".ckpt", ".pt", ".msgpack")  # as weights are kept too, most of them pickled


class Facts(NamedTuple):
    """What a folder says of its model.

    Attributes
    ----------
    side : int
        Of the square of latents that it paints at once; even.
    channels : int
        Of a latent.
    scale : int
        Pixels to a latent, along a side.
    scheduler : str
        The name of its class.
    is_xl : bool
        Whether it has two text encoders, as Stable Diffusion XL has.
    empty_is_zero : bool
        Whether no words are zeros to it, and not an empty text.
    parameters : int
        Numbers that it consists of.
    """

    side: int
    channels: int
    scale: int
    scheduler: str
    is_xl: bool
    empty_is_zero: bool
    parameters: int


def facts_of(folder: Path) -> Facts:
    """Find out whether a folder has a model that can paint a map.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    LabError
        Saying what it lacks.
    """
    name = folder.name
    index = _json(folder, INDEX)
    is_xl = "text_encoder_2" in index
    for part, kinds in (_PARTS | (_PARTS_XL if is_xl else {})).items():
        kind = _kind(index, part)
        if kind is None:
            raise LabError(f"'{name}' has no {_in_words(part)}, so it cannot paint. {HOW_TO_SAVE}")
        if kind not in kinds:
            raise LabError(
                f"'{name}' has the {_in_words(part)} {kind[:60]}, which cannot paint a map. Choose "
                "a model like Stable Diffusion 1, 2 or XL."
            )
    scheduler = _kind(index, "scheduler")
    if scheduler is None or not (folder / "scheduler" / "scheduler_config.json").is_file():
        raise LabError(f"'{name}' has no scheduler, so it cannot paint. {HOW_TO_SAVE}")
    if scheduler not in _STEADY:
        raise LabError(
            f"The scheduler of '{name}', {scheduler[:60]}, draws noise at every step, or is not "
            "known here. Save the folder with another one, such as DPMSolverMultistepScheduler."
        )
    side, channels, scale = _sizes(folder)
    files = [file for part in _WEIGHTS if part in index for file in _weights(folder, part)]
    parameters = sum(_count(folder, file) for file in files)
    empty_is_zero = is_xl and index.get("force_zeros_for_empty_prompt") is not False
    return Facts(side, channels, scale, scheduler, is_xl, empty_is_zero, parameters)


def side_of(facts: Facts, size: int) -> int:
    """Give the side of a picture, in pixels.

    Parameters
    ----------
    facts : Facts
    size : int
        How many windows stand side by side.

    Raises
    ------
    LabError
        If that is more than there is room for.
    """
    side = size * facts.side * facts.scale
    if side > LARGEST_PICTURE:
        raise LabError(
            f"The picture would be {side:,} pixels wide; {LARGEST_PICTURE:,} is the most. "
            "Choose fewer windows."
        )
    return side


def variant(folder: Path, part: str) -> str | None:
    """Say which weights of a part are opened: "fp16" where there are no others."""
    return "fp16" if _is_half(_weights(folder, part)[0]) else None


def fingerprint(folder: Path) -> str:
    """Tell a folder's content from another's, without reading all of it: 64 digits.

    Parameters
    ----------
    folder : Path
        All names and sizes count, the settings letter by letter, and of weights the
        beginning, which says what follows.
    """
    digest = hashlib.sha256()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        with path.open("rb") as file:
            start = file.read(2**16)
        told = [path.relative_to(folder).as_posix(), path.stat().st_size]
        digest.update(json.dumps(told).encode() + hashlib.sha256(start).digest())
    return digest.hexdigest()


def check_memory(parameters: int, numbers: int, there: int, where: str) -> None:
    """Refuse a model for which there is no room.

    Parameters
    ----------
    parameters : int
        Of the model.
    numbers : int
        Bytes that one of them takes.
    there : int
        Bytes that are free.
    where : str
        In words.

    Raises
    ------
    LabError
    """
    needed = 1.3 * parameters * numbers  # what it computes needs room too
    if needed > there:
        raise LabError(
            f"The model needs {needed / 2**30:.1f} GB of {where}, and {there / 2**30:.1f} are "
            "free. Choose a smaller model, or run the lab's worker on a larger machine."
        )


def _json(folder: Path, name: str) -> dict[str, Any]:
    path = folder / name
    if not path.is_file():
        what = "so it is no text-to-image model" if name == INDEX else "so it cannot paint"
        raise LabError(f"'{folder.name}' has no {name}, {what}. {HOW_TO_SAVE}")
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise LabError(f"'{folder.name}' has a damaged {name}. {HOW_TO_SAVE}")
    return told


def _kind(index: dict[str, Any], part: str) -> str | None:
    """Give the class of a part; None where the folder has no such part."""
    told = index.get(part)
    if isinstance(told, list) and len(told) == 2 and isinstance(told[1], str):
        return told[1]
    return None


def _in_words(part: str) -> str:
    named = {"unet": "UNet", "vae": "VAE (the decoder of pictures)"}
    return named.get(part, part.replace("_2", " (the second one)").replace("_", " "))


def _sizes(folder: Path) -> tuple[int, int, int]:
    """Give side, channels and scale, where UNet and VAE go together."""
    unet, vae = _json(folder, "unet/config.json"), _json(folder, "vae/config.json")
    try:
        sample = unet["sample_size"]
        side = int(sample if isinstance(sample, int) else min(sample))
        taken, given = int(unet["in_channels"]), int(unet["out_channels"])
        channels, blocks = int(vae["latent_channels"]), len(vae["block_out_channels"])
    except (KeyError, TypeError, ValueError) as error:
        raise LabError(
            f"The settings of '{folder.name}' do not say how large its pictures are. {HOW_TO_SAVE}"
        ) from error
    if (taken, given) != (channels, channels):
        raise LabError(
            f"The UNet of '{folder.name}' takes {taken} channels and gives {given}, where pictures "
            f"have {channels}: it is made for something else, such as inpainting. Choose a "
            "text-to-image model."
        )
    if side < 2 or not 1 <= blocks <= 8:
        raise LabError(f"The pictures of '{folder.name}' have no size that can be painted.")
    return side - side % 2, channels, 2 ** (blocks - 1)


def _weights(folder: Path, part: str) -> Sequence[Path]:
    """List the files with the weights of a part: whole ones before those in half precision."""
    found = sorted((folder / part).glob("*.safetensors"))
    found = [one for one in found if "non_ema" not in one.name]
    whole = [one for one in found if not _is_half(one)]
    if not found:
        other = any(file.suffix in _OTHERS for file in (folder / part).glob("*"))
        how = (
            "They are in another format: save them as safetensors, with "
            "pipeline.save_pretrained(folder, safe_serialization=True)."
            if other
            else HOW_TO_SAVE
        )
        raise LabError(f"'{folder.name}' has no weights of its {_in_words(part)}. {how}")
    return whole or found


def _is_half(path: Path) -> bool:
    return ".fp16." in path.name


def _count(folder: Path, path: Path) -> int:
    try:
        with safetensors.safe_open(path, framework="np") as file:
            return sum(math.prod(file.get_slice(name).get_shape()) for name in file.keys())  # noqa: SIM118
    except (OSError, safetensors.SafetensorError) as error:
        raise LabError(
            f"The weights of '{folder.name}' in {path.parent.name}/{path.name} are damaged, or "
            "not there in full. Copy the folder again."
        ) from error
