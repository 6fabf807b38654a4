"""A tiny text-to-image model of diffusers paints panoramas (make test-extras)."""

import importlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from lstm import LabError
from lstm.atlas import Wanted
from lstm.borrowed.diffusion import paint
from lstm.cartography import atlas_of
from lstm.contexts import Contexts
from lstm.map_source import ModelSource
from lstm.maps import Maps
from lstm.order import Order
from lstm.painters.model_folder import facts_of, fingerprint
from lstm.painters.paint_job import carry_out
from lstm.painters.painting import Painting
from lstm.painters.paintings import Paintings
from lstm.painters.prompts import Prompts

pytestmark = [
    pytest.mark.extras,
    # Of diffusers' own, with NumPy 2.
    pytest.mark.filterwarnings("ignore:__array_:DeprecationWarning"),
]

SIDE, SCALE, D = 8, 8, 16  # latents and pixels of the model's squares; units of its text encoder
STEPS = 3
WORDS = ("an", "aerial", "photograph", "of", "quotes", "brackets", "in")
WANTED = Painting("0" * 64, "tiny", "0" * 64, steps=STEPS, size=2)
TEXT = "an aerial photograph of quotes"


@pytest.fixture(name="libraries", scope="module")
def the_libraries() -> Iterator[tuple[Any, Any, Any]]:
    torch, diffusers, transformers = (
        pytest.importorskip(name) for name in ("torch", "diffusers", "transformers")
    )
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # for a model as small as this, more are in each other's way
    yield torch, diffusers, transformers
    torch.set_num_threads(threads)


def tokenizer_in(folder: Path) -> Any:
    """Make a tokenizer of letters and a few words, as CLIP keeps it."""
    letters = [chr(code) for code in range(33, 127)]
    pieces = [*letters, *(f"{one}</w>" for one in letters)]
    merges = []
    for word in WORDS:
        left = word[0]
        for at, letter in enumerate(word[1:], start=1):
            right = letter + ("</w>" if at == len(word) - 1 else "")
            merges.append(f"{left} {right}")
            left += right
            pieces.append(left)
    vocabulary = {one: n for n, one in enumerate(dict.fromkeys(pieces))}
    for one in ("<|startoftext|>", "<|endoftext|>"):
        vocabulary[one] = len(vocabulary)
    folder.mkdir(parents=True)
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    merges = list(dict.fromkeys(merges))
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]))
    transformers = importlib.import_module("transformers")
    return transformers.CLIPTokenizer.from_pretrained(folder, model_max_length=16)


def encoder_of(transformers: Any, tokenizer: Any, kind: str, projection: int) -> Any:
    config = transformers.CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=D,
        intermediate_size=2 * D,
        num_hidden_layers=3,
        num_attention_heads=2,
        max_position_embeddings=16,
        projection_dim=projection,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return getattr(transformers, kind)(config)


def make_model(
    libraries: tuple[Any, Any, Any],
    folder: Path,
    *,
    scheduler: str = "DDIMScheduler",
    in_channels: int = 4,
    is_xl: bool = False,
) -> Path:
    """Write a folder as a pipeline's save_pretrained does, with random weights."""
    torch, diffusers, transformers = libraries
    torch.manual_seed(0)
    tokenizer = tokenizer_in(folder / "tokenizer")
    tokenizer.save_pretrained(folder / "tokenizer")
    more: dict[str, Any] = {"cross_attention_dim": D}
    if is_xl:
        more = {
            "cross_attention_dim": 2 * D,
            "addition_embed_type": "text_time",
            "addition_time_embed_dim": 8,
            "projection_class_embeddings_input_dim": 8 * 6 + D,
        }
    parts = {
        "unet": diffusers.UNet2DConditionModel(
            sample_size=SIDE,
            in_channels=in_channels,
            out_channels=4,
            block_out_channels=(4, 8),
            layers_per_block=1,
            norm_num_groups=2,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            attention_head_dim=2,
            **more,
        ),
        "vae": diffusers.AutoencoderKL(
            block_out_channels=(4, 4, 8, 8),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            norm_num_groups=2,
            latent_channels=4,
            sample_size=SIDE * SCALE,
        ),
        "scheduler": getattr(diffusers, scheduler)(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear"
        ),
        "text_encoder": encoder_of(transformers, tokenizer, "CLIPTextModel", D),
    }
    if is_xl:
        tokenizer.save_pretrained(folder / "tokenizer_2")
        parts["text_encoder_2"] = encoder_of(
            transformers, tokenizer, "CLIPTextModelWithProjection", D
        )
    index: dict[str, Any] = {"_class_name": "StableDiffusion" + "XL" * is_xl + "Pipeline"}
    for name, part in parts.items():
        part.save_pretrained(folder / name)
        library = "transformers" if name.startswith("text") else "diffusers"
        index[name] = [library, type(part).__name__]
    index["tokenizer"] = ["transformers", "CLIPTokenizer"]
    if is_xl:
        index["tokenizer_2"] = ["transformers", "CLIPTokenizer"]
    (folder / "model_index.json").write_text(json.dumps(index))
    return folder


def prompts(text: str, size: int = 2) -> Prompts:
    """Say one text in the upper half, and another one in the lower one."""
    across = 2 * size - 1
    lower = np.repeat(np.linspace(0, 1, across), across)
    return Prompts((text, "an aerial photograph of brackets"), np.stack([1 - lower, lower], axis=1))


@pytest.fixture(scope="module")
def folder(libraries: tuple[Any, Any, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder like Stable Diffusion 1's."""
    return make_model(libraries, tmp_path_factory.mktemp("models") / "tiny")


def painted(folder: Path, text: str = TEXT, **changes: Any) -> NDArray[np.uint8]:
    wanted = replace(WANTED, **changes)
    return paint(folder, wanted, prompts(text, wanted.size), lambda _: None)


def test_the_same_seed_paints_the_same_and_others_paint_other_pictures(folder: Path) -> None:
    first = painted(folder)
    assert first.shape == (2 * SIDE * SCALE, 2 * SIDE * SCALE, 3)
    assert first.dtype == np.uint8
    assert first.std(axis=(0, 1)).min() > 5  # something is to be seen
    np.testing.assert_array_equal(first, painted(folder))
    others = [
        painted(folder, seed=1),
        painted(folder, steps=STEPS + 1),
        painted(folder, guidance=1.0),
        painted(folder, text="brackets"),
    ]
    for other in others:
        assert (other != first).mean() > 0.01


def test_what_is_said_below_changes_nothing_above(folder: Path) -> None:
    # One step: after more of them what is below has come to be heard above too.
    above, other = (
        paint(folder, replace(WANTED, steps=1, guidance=9.0), said, lambda _: None)
        for said in (
            Prompts((TEXT, "in brackets"), np.repeat([[1.0, 0.0], [0.0, 1.0]], [6, 3], axis=0)),
            Prompts((TEXT, "quotes"), np.repeat([[1.0, 0.0], [0.0, 1.0]], [6, 3], axis=0)),
        )
    )
    half = SIDE * SCALE // 2  # the upper windows' own
    np.testing.assert_array_equal(above[:half], other[:half])
    assert (above[-half:] != other[-half:]).mean() > 0.01


def test_no_seam_shows_where_windows_meet(folder: Path) -> None:
    picture = painted(folder, size=4).astype(float)
    for axis in (0, 1):
        steps = np.abs(np.diff(picture, axis=axis)).mean(axis=(1 - axis, 2))
        # Where a window of pixels begins or ends, beside all other places.
        edges = np.zeros(len(steps), bool)
        edges[np.arange(1, 2 * 4) * SIDE * SCALE // 2 - 1] = True
        # The decoder's own grid of blocks is seen everywhere: within it, the same phase.
        phase = np.arange(len(steps)) % SCALE == SCALE - 1
        assert steps[edges].mean() < 1.5 * steps[phase & ~edges].mean()


def test_one_window_is_what_the_parts_paint_without_us(
    libraries: tuple[Any, Any, Any], folder: Path
) -> None:
    torch, diffusers, transformers = libraries
    said = Prompts((TEXT,), np.ones((9, 1)))
    unet = diffusers.UNet2DConditionModel.from_pretrained(folder / "unet")
    vae = diffusers.AutoencoderKL.from_pretrained(folder / "vae")
    encoder = transformers.CLIPTextModel.from_pretrained(folder / "text_encoder")
    tokenizer = transformers.CLIPTokenizer.from_pretrained(folder / "tokenizer")
    scheduler = diffusers.DDIMScheduler.from_pretrained(folder / "scheduler")
    numbers = tokenizer(["", TEXT], padding="max_length", max_length=16, return_tensors="pt")
    length = 2 * SIDE
    noise = np.random.default_rng(0).standard_normal((1, 4, length, length)).astype(np.float32)
    latents = torch.from_numpy(noise)
    scheduler.set_timesteps(STEPS)
    with torch.no_grad():
        words = encoder(numbers.input_ids).last_hidden_state
        for t in scheduler.timesteps:
            total, weights = torch.zeros_like(latents), torch.zeros(1, 1, length, length)
            for top in (0, SIDE // 2, SIDE):
                for left in (0, SIDE // 2, SIDE):
                    at = (..., slice(top, top + SIDE), slice(left, left + SIDE))
                    seen = latents[at]
                    none, some = unet(torch.cat([seen, seen]), t, words).sample.chunk(2)
                    clearer = scheduler.step(none + 7.5 * (some - none), t, seen).prev_sample
                    tent = 1 - (torch.arange(SIDE) - (SIDE - 1) / 2).abs() / (SIDE / 2 + 0.5)
                    weight = tent[:, None] * tent
                    total[at] += weight * clearer
                    weights[at] += weight
            latents = total / weights
        corner = vae.decode(latents[..., :SIDE, :SIDE] / vae.config.scaling_factor).sample[0]
    expected = 255 * (corner / 2 + 0.5).clamp(0, 1).numpy().transpose(1, 2, 0)
    found = paint(folder, WANTED, said, lambda _: None)
    alone = SIDE * SCALE // 2  # as far as no other window reaches
    np.testing.assert_allclose(found[:alone, :alone], expected[:alone, :alone], atol=1.01)


@pytest.mark.parametrize(
    "scheduler",
    [
        "DEISMultistepScheduler",
        "DPMSolverMultistepScheduler",
        "DPMSolverSinglestepScheduler",
        "EulerDiscreteScheduler",
        "HeunDiscreteScheduler",
        "LMSDiscreteScheduler",
        "PNDMScheduler",
        "UniPCMultistepScheduler",
    ],
)
def test_schedulers_that_remember_keep_a_memory_for_each_window(
    libraries: tuple[Any, Any, Any], folder: Path, tmp_path: Path, scheduler: str
) -> None:
    other = with_scheduler(libraries, folder, tmp_path, scheduler)
    told: list[float] = []
    one, again = (paint(other, WANTED, prompts(TEXT), told.append) for _ in range(2))
    np.testing.assert_array_equal(one, again)
    assert one.std() > 1
    assert (max(told), told[len(told) // 2 - 1]) == (1.0, 1.0)


def with_scheduler(
    libraries: tuple[Any, Any, Any], folder: Path, place: Path, scheduler: str, **more: Any
) -> Path:
    """Give a copy of a folder with another scheduler."""
    other = shutil.copytree(folder, place / "other")
    kind = getattr(libraries[1], scheduler)
    known = {"skip_prk_steps": True} if scheduler == "PNDMScheduler" else {}
    shutil.rmtree(other / "scheduler")
    kind(beta_end=0.012, beta_schedule="scaled_linear", **{**known, **more}).save_pretrained(
        other / "scheduler"
    )
    index = json.loads((other / "model_index.json").read_text())
    index["scheduler"] = ["diffusers", scheduler]
    (other / "model_index.json").write_text(json.dumps(index))
    return Path(other)


def test_too_few_steps_for_a_scheduler_are_said(
    libraries: tuple[Any, Any, Any], folder: Path, tmp_path: Path
) -> None:
    other = with_scheduler(libraries, folder, tmp_path, "PNDMScheduler", skip_prk_steps=False)
    with pytest.raises(LabError, match="'other' cannot take 3 steps"):
        painted(other)


def test_a_model_with_two_text_encoders_paints_too(
    libraries: tuple[Any, Any, Any], tmp_path: Path
) -> None:
    folder = make_model(libraries, tmp_path / "xl", is_xl=True, scheduler="EulerDiscreteScheduler")
    assert facts_of(folder).is_xl
    first = painted(folder)
    np.testing.assert_array_equal(first, painted(folder))
    assert (painted(folder, text="brackets") != first).mean() > 0.01


def test_it_can_be_stopped_after_any_window(folder: Path) -> None:
    class Enough(Exception):
        """What a worker raises."""

    told: list[float] = []

    def report(done: float) -> None:
        told.append(done)
        if done > 0.3:
            raise Enough

    with pytest.raises(Enough):
        paint(folder, WANTED, prompts(TEXT), report)
    assert told == sorted(told)
    assert len(told) == 1 + int(0.3 * 9 * (STEPS + 1)) + 1


def test_folders_that_cannot_paint_say_why(
    libraries: tuple[Any, Any, Any], folder: Path, tmp_path: Path
) -> None:
    inpainting = make_model(libraries, tmp_path / "inpainting", in_channels=9)
    with pytest.raises(LabError, match="such as inpainting"):
        painted(inpainting)
    noisy = make_model(libraries, tmp_path / "noisy", scheduler="DDPMScheduler")
    with pytest.raises(LabError, match="draws noise at every step"):
        painted(noisy)

    def without(*names: str) -> Path:
        other = tmp_path / f"without {names[0].replace('/', ' ')}"
        shutil.copytree(folder, other)
        for name in names:
            path = other / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        return other

    weights = "unet/diffusion_pytorch_model.safetensors"
    with pytest.raises(LabError, match="no weights of its UNet"):
        painted(without(weights))
    with pytest.raises(LabError, match="no weights of its text encoder"):
        painted(without("text_encoder"))
    with pytest.raises(LabError, match="has no scheduler"):
        painted(without("scheduler"))
    with pytest.raises(LabError, match=r"cannot be opened as a text-to-image model .*Save"):
        painted(without("tokenizer/vocab.json", "tokenizer/tokenizer.json"))
    with pytest.raises(LabError, match=r"no model_index\.json"):
        painted(tmp_path / "nothing")
    few = without("unet/config.json")
    (few / "unet" / "config.json").write_text((folder / "unet" / "config.json").read_text())
    tensors = load_file(few / weights)
    tensors.pop("conv_in.weight")
    save_file(tensors, few / weights)
    with pytest.raises(LabError, match=r"lacks weights of its unet, 'conv_in\.weight' first"):
        painted(few)


def test_a_worker_paints_a_map(folder: Path, tmp_path: Path) -> None:
    n = np.arange(60)
    rows = np.random.default_rng(0).normal(size=(60, 3))
    contexts = Contexts(rows, ("a",) * 60, ("",) * 60, n, n, (("quotes",),) * 60, {})
    order = Order(ModelSource("0" * 64, 0), wanted=Wanted("pca"))
    maps, paintings = Maps(tmp_path, shipped=tmp_path), Paintings(tmp_path)
    maps.put(order, atlas_of(contexts, Wanted("pca")))
    wanted = replace(WANTED, map=order.key, model=fingerprint(folder))
    found = []
    for _ in range(2):
        paintings.begin(wanted)
        carry_out(paintings, maps, wanted.key, {"tiny": folder}.__getitem__)
        assert paintings.state(wanted.key).state == "done"
        found.append(paintings.painter(wanted.key).tile(0, 0, 0).content)
        shutil.rmtree(paintings.job(wanted.key).path)
    assert found[0] == found[1]
