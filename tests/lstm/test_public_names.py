"""What others may rely on, and what importing the engine may not do."""

import subprocess
import sys
from pathlib import Path

import lstm

ROOT = Path(__file__).parents[2]

# A fresh process: in this one, other tests have imported what they like.
IMPORT_AND_REPORT = """
import os, sys
before = dict(os.environ)
import lstm
changed = sorted(set(before.items()) ^ set(os.environ.items()))
heavy = sorted({"dash", "plotly", "flask", "torch"} & set(sys.modules))
print(changed, heavy)
"""


def test_the_public_names_are_these() -> None:
    assert lstm.__all__ == [
        "Array",
        "Batch",
        "Contributions",
        "LabError",
        "Layer",
        "LayerGradients",
        "Linear",
        "Model",
        "ModelTrace",
        "Optimiser",
        "Plan",
        "Progress",
        "Step",
        "Trace",
        "Vocabulary",
        "backward",
        "characters_by_hand",
        "contributions",
        "fit",
        "forward",
        "from_torch",
        "half_life",
        "load",
        "order_units",
        "pre_activations",
        "random_layers",
        "run",
        "saturation",
        "save",
        "sigmoid",
        "split",
        "step",
        "token_vectors",
        "words_by_hand",
    ]


def test_every_public_name_is_there_and_says_what_it_is() -> None:
    for name in lstm.__all__:
        assert getattr(lstm, name).__doc__, name


def test_importing_the_engine_imports_no_page_and_leaves_the_environment_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT_AND_REPORT],
        cwd=ROOT,
        # Empty: what this process set when it imported the engine must not hide a change.
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[] []\n", "")
