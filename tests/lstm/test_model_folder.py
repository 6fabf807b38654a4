"""Folders with text-to-image models, without the libraries that open them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from lstm import LabError
from lstm.painters.model_folder import check_memory, facts_of, fingerprint, side_of, variant

INDEX: dict[str, Any] = {
    "_class_name": "StableDiffusionPipeline",
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "scheduler": ["diffusers", "PNDMScheduler"],
}
XL: dict[str, Any] = {
    **INDEX,
    "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"],
    "tokenizer_2": ["transformers", "CLIPTokenizer"],
}
UNET = {"sample_size": 64, "in_channels": 4, "out_channels": 4}
VAE = {"latent_channels": 4, "block_out_channels": [128, 256, 512, 512]}


def model_in(
    folder: Path,
    index: dict[str, Any] = INDEX,
    unet: dict[str, Any] = UNET,
    vae: dict[str, Any] = VAE,
) -> Path:
    """Write what a folder has, with weights of six numbers a part."""
    for part in ("unet", "vae", "text_encoder", "text_encoder_2", "scheduler"):
        if part not in index:
            continue
        (folder / part).mkdir(parents=True)
        if part == "scheduler":
            (folder / part / "scheduler_config.json").write_text("{}")
        else:
            save_file({"a": np.ones((2, 3))}, folder / part / "model.safetensors")
    (folder / "unet" / "config.json").write_text(json.dumps(unet))
    (folder / "vae" / "config.json").write_text(json.dumps(vae))
    (folder / "model_index.json").write_text(json.dumps(index))
    return folder


def test_a_folder_says_what_it_paints(tmp_path: Path) -> None:
    facts = facts_of(model_in(tmp_path / "sd"))
    assert facts == (64, 4, 8, "PNDMScheduler", False, False, 18)
    xl = facts_of(model_in(tmp_path / "xl", XL, {**UNET, "sample_size": [129, 131]}))
    assert xl == (128, 4, 8, "PNDMScheduler", True, True, 24)
    index = {**XL, "force_zeros_for_empty_prompt": False}
    assert not facts_of(model_in(tmp_path / "words", index)).empty_is_zero
    assert side_of(facts, 4) == 2048
    with pytest.raises(LabError, match=r"8,192 pixels wide; 4,096 is the most"):
        side_of(xl, 8)


def without(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**INDEX, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (without(unet=None), r"'sd' has no UNet, so it cannot paint\. Save the whole"),
        (without(unet=[None, None]), "has no UNet"),
        (without(vae=None), r"has no VAE \(the decoder of pictures\)"),
        (without(text_encoder=None), "has no text encoder"),
        (without(tokenizer=None), "has no tokenizer"),
        (without(scheduler=None), "has no scheduler, so it cannot paint"),
        ({**XL, "tokenizer_2": None}, r"has no tokenizer \(the second one\)"),
        (
            without(unet=["diffusers", "UNet3DConditionModel"]),
            r"has the UNet UNet3DConditionModel, which .* like Stable Diffusion 1, 2 or XL",
        ),
        (
            without(scheduler=["diffusers", "DDPMScheduler"]),
            r"DDPMScheduler, draws noise at every step.* such as DPMSolverMultistepScheduler",
        ),
    ],
)
def test_what_it_lacks_is_said(index: dict[str, Any], words: str, tmp_path: Path) -> None:
    folder = model_in(tmp_path / "sd")
    (folder / "model_index.json").write_text(json.dumps(index))
    with pytest.raises(LabError, match=words):
        facts_of(folder)


@pytest.mark.parametrize(
    ("unet", "vae", "words"),
    [
        ({**UNET, "in_channels": 9}, VAE, r"takes 9 channels and gives 4, .* such as inpainting"),
        ({**UNET, "out_channels": 8}, VAE, "takes 4 channels and gives 8"),
        ({"in_channels": 4, "out_channels": 4}, VAE, "do not say how large its pictures are"),
        ({**UNET, "sample_size": None}, VAE, "do not say how large"),
        (UNET, {**VAE, "block_out_channels": 4}, "do not say how large"),
        ({**UNET, "sample_size": 1}, VAE, "no size that can be painted"),
        (UNET, {**VAE, "block_out_channels": []}, "no size that can be painted"),
    ],
)
def test_sizes_that_do_not_go_together_are_said(
    unet: dict[str, Any], vae: dict[str, Any], words: str, tmp_path: Path
) -> None:
    with pytest.raises(LabError, match=words):
        facts_of(model_in(tmp_path / "sd", INDEX, unet, vae))


def test_a_folder_without_weights_or_settings_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"'none' has no model_index\.json, so it is no text-to"):
        facts_of(tmp_path / "none")
    folder = model_in(tmp_path / "sd")
    (folder / "scheduler" / "scheduler_config.json").unlink()
    with pytest.raises(LabError, match="has no scheduler"):
        facts_of(folder)
    (folder / "scheduler" / "scheduler_config.json").write_text("{}")
    weights = folder / "unet" / "model.safetensors"
    weights.write_bytes(b"cut off")
    with pytest.raises(LabError, match=r"in unet/model\.safetensors are damaged.*Copy the folder"):
        facts_of(folder)
    weights.unlink()
    with pytest.raises(LabError, match=r"no weights of its UNet\. Save the whole pipeline"):
        facts_of(folder)
    (folder / "unet" / "model.bin").write_bytes(b"a pickle")
    with pytest.raises(LabError, match=r"another format: save them as safetensors"):
        facts_of(folder)
    (folder / "vae" / "config.json").unlink()
    with pytest.raises(LabError, match=r"'sd' has no vae/config\.json, so it cannot paint"):
        facts_of(folder)
    for content in ("{", "[]", "[" * 100_000):
        (folder / "model_index.json").write_text(content)
        with pytest.raises(LabError, match=r"'sd' has a damaged model_index\.json"):
            facts_of(folder)


def test_weights_in_half_precision_are_taken_where_there_are_no_others(tmp_path: Path) -> None:
    folder = model_in(tmp_path / "sd")
    part = folder / "unet"
    assert variant(folder, "unet") is None
    (part / "model.safetensors").rename(part / "model.fp16.safetensors")
    assert variant(folder, "unet") == "fp16"
    assert facts_of(folder).parameters == 18
    save_file({"a": np.ones(5)}, part / "model.safetensors")
    save_file({"a": np.ones(7)}, part / "model.non_ema.safetensors")
    assert variant(folder, "unet") is None
    assert facts_of(folder).parameters == 17


def test_other_content_has_another_fingerprint(tmp_path: Path) -> None:
    one, other = model_in(tmp_path / "one"), model_in(tmp_path / "other")
    assert fingerprint(one) == fingerprint(other)
    assert len(fingerprint(one)) == 64
    save_file({"a": np.ones((2, 4))}, one / "unet" / "model.safetensors")
    assert fingerprint(one) != fingerprint(other)
    known = fingerprint(other)
    (other / "scheduler" / "scheduler_config.json").write_text('{"steps": 1}')
    assert fingerprint(other) != known


def test_a_model_for_which_there_is_no_room_is_refused() -> None:
    check_memory(10**9, 2, 4 * 10**9, "memory")
    with pytest.raises(LabError, match=r"needs 4\.8 GB of graphics memory, and 3\.7 are free"):
        check_memory(10**9, 4, 4 * 10**9, "graphics memory")
