"""A panorama painted by a text-to-image model: tiled MultiDiffusion.

The loop is our own: noise over the whole canvas, and at each step every window of it
becomes a little clearer by the words of its place; then all windows are blended.
"""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cell import Array
from ..errors import LabError
from ..painters.model_folder import side_of
from ..painters.painting import Painting
from ..painters.prompts import Prompts
from ..painters.windows import Window, blend, windows
from .text_to_image import Spoken, TextToImage, open_model, read_texts

NO_MEMORY = (
    "There was not enough memory to paint with this model. Choose a smaller model, or run the "
    "lab's worker on a larger machine."
)

Report = Callable[[float], None]


def paint(folder: Path, wanted: Painting, prompts: Prompts, report: Report) -> NDArray[np.uint8]:
    """Paint a canvas.

    Parameters
    ----------
    folder : Path
        With a model like Stable Diffusion 1, 2 or XL.
    wanted : Painting
        Its seed, steps, guidance and size count here.
    prompts : Prompts
        Of each window.
    report : function of float
        Is told how much is done, from 0 to 1, after each window. What it raises ends
        the painting.

    Returns
    -------
    ndarray of uint8, of shape (side, side, 3)
        The same for the same seed, on the same machine.

    Raises
    ------
    LabError
        If a library is missing, the folder cannot be opened, or there is no room for it.

    References
    ----------
    Bar-Tal, Yariv, Lipman & Dekel 2023, "MultiDiffusion: Fusing diffusion paths for
    controlled image generation".
    """
    report(0)
    try:
        model = open_model(folder)
        side_of(model.facts, wanted.size)
        with model.torch.inference_mode():
            return _panorama(model, folder.name, wanted, prompts, report)
    except (MemoryError, RuntimeError) as error:
        # Of the processor's memory, PyTorch says it by words alone.
        if isinstance(error, RuntimeError) and "memory" not in str(error).lower():
            raise
        raise LabError(NO_MEMORY) from error


def _panorama(
    model: TextToImage, name: str, wanted: Painting, prompts: Prompts, report: Report
) -> NDArray[np.uint8]:
    """Paint with a model, and tell of each window."""
    try:
        model.scheduler.set_timesteps(wanted.steps, device=model.device)
    except ValueError as error:
        raise LabError(
            f"The scheduler of '{name}' cannot take {wanted.steps} steps. Use more of them."
        ) from error
    # Some take more steps than they are told; decoding takes about as long as one.
    total = len(prompts.shares) * (len(model.scheduler.timesteps) + 1)
    done = 0

    def one_more() -> None:
        nonlocal done
        done += 1
        report(done / total)

    spoken = read_texts(model, prompts.texts)
    heard = [_heard(model, spoken, row) for row in prompts.shares]
    return _decoded(model, _painted(model, wanted, heard, one_more), one_more)


def _heard(model: TextToImage, spoken: Spoken, row: Array) -> dict[str, Any]:
    """Mix the texts of a window by their shares, and put no words before them."""
    torch, facts = model.torch, model.facts
    share = torch.from_numpy(row).to(spoken.words)
    words = torch.tensordot(share, spoken.words, 1)[None]
    heard: dict[str, Any] = {"encoder_hidden_states": torch.cat([spoken.no_words, words])}
    if facts.is_xl:
        side = float(facts.side * facts.scale)
        sizes = torch.tensor([[side, side, 0, 0, side, side]] * 2).to(spoken.words)
        whole = torch.cat([spoken.no_whole, (share @ spoken.whole)[None]])
        heard["added_cond_kwargs"] = {"text_embeds": whole, "time_ids": sizes}
    return heard


def _painted(
    model: TextToImage, wanted: Painting, heard: list[dict[str, Any]], one_more: Callable[[], None]
) -> Array:
    """Go from noise to latents, of shape (channels, length, length)."""
    facts, scheduler = model.facts, model.scheduler
    length = wanted.size * facts.side
    over = windows(length, facts.side)
    # Multistep schedulers remember what a window was: each window has one of its own.
    schedulers = [copy.deepcopy(scheduler) for _ in over]
    noise = np.random.default_rng(wanted.seed).standard_normal((facts.channels, length, length))
    canvas = (noise * float(scheduler.init_noise_sigma)).astype(np.float32)

    def clearer(canvas: Array, t: Any) -> Iterator[Array]:
        for window, own, said in zip(over, schedulers, heard, strict=True):
            seen = _tensor(model, canvas, window)
            noise = _noise(model, own.scale_model_input(seen, t), t, said, wanted.guidance)
            yield own.step(noise, t, seen, return_dict=False)[0][0].cpu().numpy()
            one_more()

    for t in scheduler.timesteps:
        canvas = blend(clearer(canvas, t), over, facts.channels)
    if not np.isfinite(canvas).all():
        raise LabError(
            "The model gave no numbers that a picture could be made of. Choose another number "
            "of steps, less guidance, or another model."
        )
    return canvas


def _noise(model: TextToImage, seen: Any, t: Any, said: dict[str, Any], guidance: float) -> Any:
    """Let the model say what is noise: more by its words than it would without any."""
    both = model.torch.cat([seen, seen]).to(model.unet.dtype)
    without, by_words = model.unet(both, t, return_dict=False, **said)[0].float().chunk(2)
    return without + guidance * (by_words - without)


def _decoded(model: TextToImage, latents: Array, one_more: Callable[[], None]) -> NDArray[np.uint8]:
    """Turn latents into pixels, window by window."""
    facts, config = model.facts, model.vae.config
    scaled = latents / config.scaling_factor + (getattr(config, "shift_factor", None) or 0.0)
    length = latents.shape[1]

    def seen(window: Window) -> Array:
        given = _tensor(model, scaled, window)
        pixels: Array = model.vae.decode(given, return_dict=False)[0][0].cpu().numpy()
        one_more()
        return pixels

    finer = windows(length, facts.side, facts.scale)
    pixels = blend((seen(one) for one in windows(length, facts.side)), finer, 3)
    shown: NDArray[np.uint8] = (255 * np.clip(pixels / 2 + 0.5, 0, 1) + 0.5).astype(np.uint8)
    return shown.transpose(1, 2, 0)


def _tensor(model: TextToImage, canvas: Array, window: Window) -> Any:
    """Give what stands in a window of a canvas, as one picture."""
    part = canvas[None, :, window.rows, window.columns].astype(np.float32)
    return model.torch.from_numpy(part).to(model.device)
