"""The wheel installs as `lstm_lab` and `lstm`, with all that the pages need."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Elsewhere, and with nothing of the repository in sight.
USE_IT = """
import json
from pathlib import Path
import lstm, lstm_lab
from lstm_lab import CellView, create_app, register_callbacks

client = create_app().server.test_client()
paths = ["/", "/health", "/assets/cell.js", "/assets/theme.css", "/assets/diagrams/lstm-wide.svg"]
print(json.dumps({
    "status": {path: client.get(path, buffered=True).status_code for path in paths},
    "from": sorted({str(Path(package.__file__).parents[1]) for package in (lstm, lstm_lab)}),
    "view": CellView("portal").to_plotly_json()["props"]["data-view"],
}))
"""


def pip(*arguments: str | Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", ROOT, "--no-deps", "--no-build-isolation", "--no-index", "-w", folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as file:
        return set(file.namelist())


def files_below(folder: str, pattern: str = "*") -> set[str]:
    """Paths of a folder of the repository, seen from that folder."""
    return {
        path.relative_to(ROOT / folder).as_posix()
        for path in (ROOT / folder).rglob(pattern)
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_has_both_packages_whole(names: set[str]) -> None:
    for folder, package in (("components", "lstm_lab"), ("lstm", "lstm")):
        parts = files_below(folder)  # pages that are taken away are not Python
        assert {"__init__.py"} <= parts
        assert {f"{package}/{part}" for part in parts} <= names


def test_the_wheel_has_every_asset(names: set[str]) -> None:
    assets = files_below("assets")
    assert {"cell.js", "player.js", "diagrams/lstm-wide.svg", "diagrams/lstm-narrow.svg"} <= assets
    assert {f"lstm_lab/assets/{asset}" for asset in assets} <= names


def test_the_wheel_has_every_model_map_and_text_and_not_what_makes_them(names: set[str]) -> None:
    models = {
        path
        for pattern in ("*.safetensors", "maps/*.npz", "texts/*.txt")
        for path in files_below("models", pattern)
    }
    some = {"reber.safetensors", "python.safetensors", "maps/brackets-h-2.npz", "texts/python.txt"}
    assert some <= models
    packed = {name for name in names if name.startswith("lstm_lab/models/")}
    assert packed == {f"lstm_lab/models/{model}" for model in models}


def test_the_wheel_takes_no_other_name(names: set[str]) -> None:
    # A portal has an app.py and a components/ of its own.
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"lstm", "lstm_lab"}
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_the_wheel_gives_two_commands(wheel: Path, names: set[str]) -> None:
    (entry_points,) = (name for name in names if name.endswith("/entry_points.txt"))
    with zipfile.ZipFile(wheel) as file:
        text = file.read(entry_points).decode()
    assert "lstm-lab = lstm_lab.serve:main" in text
    assert "lstm-lab-worker = lstm_lab.worker:main" in text


def test_the_wheel_says_what_it_needs_within_one_major_version(
    wheel: Path, names: set[str]
) -> None:
    (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
    with zipfile.ZipFile(wheel) as file:
        lines = file.read(metadata).decode().splitlines()
    listed = [line.partition(": ")[2] for line in lines if line.startswith("Requires-Dist: ")]
    needed = [line for line in listed if "extra ==" not in line]
    extras = [line.partition(";")[0] for line in listed if "extra ==" in line]
    stated = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    stated = [line for line in stated if line and not line.startswith("#")]
    # Beside the page of the Map there is room for what draws it; a portal may do without.
    of_maps = [line for line in listed if re.search(r"extra == ['\"]map", line)]
    assert len(of_maps) == 3

    def parts(requirement: str) -> tuple[str, frozenset[str]]:
        name = requirement.replace(" ", "")
        cut = min(name.index(sign) for sign in "<>" if sign in name)
        return name[:cut], frozenset(name[cut:].split(","))

    wanted = [*needed, *(line.partition(";")[0] for line in of_maps)]
    assert {parts(line) for line in wanted} == {parts(line) for line in stated}
    assert {parts(line)[0] for line in extras} == {
        "diffusers",
        "pyarrow",
        "scikit-learn",
        "torch",
        "transformers",
        "umap-learn",
    }
    assert all("<" in line and ">=" in line for line in needed + extras)


def test_installed_it_serves_the_lab_from_anywhere(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "site"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    pip("install", "--no-deps", "--no-index", "--no-compile", "--target", place, wheel)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", USE_IT],
        cwd=elsewhere,
        env=os.environ | {"PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    used = json.loads(done.stdout)
    assert set(used["status"].values()) == {200}
    assert used["from"] == [str(place)]
    assert used["view"] == "portal"
