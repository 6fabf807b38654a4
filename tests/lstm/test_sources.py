"""Models of other libraries, where these are not installed.

What needs them is in tests/extras.
"""

import sys
from pathlib import Path

import pytest

from lstm import LabError, probing
from lstm.sources.transformers import open_folder


@pytest.mark.parametrize("missing", ["torch", "transformers"])
def test_without_their_library_folders_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str
) -> None:
    for name in ("torch", "transformers"):
        # None: as if it were not installed; the other one is not needed here.
        monkeypatch.setitem(sys.modules, name, None if name == missing else pytest)
    for opener in (open_folder, probing.open):
        with pytest.raises(LabError, match=rf"{missing} is not installed .* 'lstm-lab\[hf\]'"):
            opener(tmp_path)
