"""What a map is asked for."""

import pytest

from lstm import LabError
from lstm.atlas import Wanted


def test_there_is_no_other_projection() -> None:
    with pytest.raises(LabError, match=r"no projection 'tsne'\. Use one of umap, pca"):
        Wanted("tsne")  # type: ignore[arg-type]
