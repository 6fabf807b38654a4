"""The PyTorch scripts of the Network page against its runs, where PyTorch is (make test-extras)."""

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from components import downloads
from components.network_code import script
from components.network_run import Run
from components.network_settings import NetworkSettings
from lstm.checkpoint import read

pytestmark = pytest.mark.extras

CLAMP = {"kind": "clamp", "what": "f", "unit": 1, "layer": 1, "first": 2, "last": 4, "value": 0.5}
CASES: dict[str, dict[str, Any]] = {
    "new": {},
    "held": {"interventions": [{**CLAMP, "on": True}]},
    "one-hot": {"source": "characters", "text": "((a) [b])"},
    "numbers": {"reads": "numbers", "text": "0.1, -0.5\n1e-3, 2"},
    "projection": {"source": "file", "text": "1, 0, 0.5, 0\n0, 0, 0, 0\n0, 1, 0, -2"},
}


def with_a_projection() -> bytes:
    rng = np.random.default_rng(0)
    shapes: dict[str, tuple[int, ...]]
    shapes = {"weight_ih_l0": (24, 4), "weight_hh_l0": (24, 2), "weight_hr_l0": (2, 6)}
    shapes |= {"bias_ih_l0": (24,), "bias_hh_l0": (24,)}
    content: bytes = save({name: rng.normal(size=shape) / 2 for name, shape in shapes.items()})
    return content


@pytest.mark.parametrize("case", CASES)
def test_a_pytorch_script_prints_the_run_from_the_exported_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    # Imported at the top, it would cost every collection seconds.
    pytest.importorskip("torch")
    changes = CASES[case]
    model = {"source": changes.get("source", "new"), "size": "5", "layers": "2", "seed": "0"}
    model |= {"kind": "glorot", "forget_bias": "1", "hash": "f" * 64}
    settings = {"text": "a (b) c", "reads": "characters", "layer": 0, "unit": 0, "order": "given"}
    settings |= {"first": None, "candidate": False, "as_heat": False, **changes, "model": model}
    one = Run.of(NetworkSettings.read(settings), lambda _: read(with_a_projection()).model)
    (tmp_path / "model.safetensors").write_bytes(downloads.model(one))
    text, name = script(one, "pytorch")
    said = io.StringIO()
    with monkeypatch.context() as patch, contextlib.redirect_stdout(said):
        patch.chdir(tmp_path)
        exec(compile(text, name, "exec"), {"__name__": "__main__"})
    lines = said.getvalue().splitlines()
    assert len(lines) == sum(2 * len(layer.c) for layer in one.trace.layers)
    for line in lines:
        _, layer, _, t, quantity, *values = line.split()
        wanted = getattr(one.trace.layers[int(layer) - 1], quantity.lower())[int(t) - 1, 0]
        # Half of the last digit, and what float32 loses.
        np.testing.assert_allclose(np.array(values, float), wanted, rtol=0, atol=8e-6)
