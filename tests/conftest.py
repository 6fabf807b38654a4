"""Workers in processes of their own, as they are started by hand, and what they may work with."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

# Before NumPy is imported: two test processes on a busy machine, and threads that wait for
# one another, take a hundred times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from safetensors.numpy import save_file

ROOT = Path(__file__).parents[1]

Worker = subprocess.Popen[bytes]
StartWorker = Callable[..., Worker]
Until = Callable[..., None]


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[StartWorker]:
    """Give a function that starts a worker; it takes options, and changes of the environment."""
    workers: list[Worker] = []
    log = tmp_path / "workers.txt"

    def start(*options: str, **environment: str) -> Worker:
        with log.open("ab") as errors:
            worker = subprocess.Popen(
                [sys.executable, "-m", "components.worker", *options],
                cwd=ROOT,
                env=os.environ | environment,
                stdin=subprocess.PIPE,
                stderr=errors,
            )
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.communicate(timeout=60)
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="session")
def until() -> Until:
    """Give a function that waits until a condition is true; the limit is for what hangs."""

    def wait(condition: Callable[[], object], patience: float = 60) -> None:
        deadline = time.monotonic() + patience
        while not condition():
            assert time.monotonic() < deadline, "It never came true."
            time.sleep(0.01)

    return wait


@pytest.fixture(scope="session")
def diffusion_folder() -> Callable[[Path], Path]:
    """Give a function that writes a text-to-image model, as far as it is looked at unopened."""

    def write(folder: Path) -> Path:
        kinds: dict[str, tuple[str, dict[str, Any]]] = {
            "unet": ("UNet2DConditionModel", {"sample_size": 64, "in_channels": 4}),
            "vae": ("AutoencoderKL", {"latent_channels": 4, "block_out_channels": [1, 1, 1, 1]}),
            "text_encoder": ("CLIPTextModel", {}),
            "tokenizer": ("CLIPTokenizer", {}),
            "scheduler": ("DDIMScheduler", {}),
        }
        for part, (_, config) in kinds.items():
            (folder / part).mkdir(parents=True)
            name = "scheduler_config.json" if part == "scheduler" else "config.json"
            (folder / part / name).write_text(json.dumps({**config, "out_channels": 4}))
            if part in ("unet", "vae", "text_encoder"):
                save_file({"a": np.ones(3)}, folder / part / "model.safetensors")
        index = {part: ["a library", kind] for part, (kind, _) in kinds.items()}
        (folder / "model_index.json").write_text(json.dumps(index))
        return folder

    return write
