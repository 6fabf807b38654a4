"""Each example runs by itself, and shows what it says."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from components.wire import decode

EXAMPLES = Path(__file__).parents[1] / "examples"


def run_notebook(path: Path) -> list[Any]:
    """Run a notebook's cells in order, and give what each would show."""
    names: dict[str, Any] = {}
    shown = []
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        *before, last = "".join(cell["source"]).rstrip().split("\n")
        try:
            expression = compile(last, path.name, "eval")
        except SyntaxError:
            exec("\n".join([*before, last]), names)
            continue
        exec("\n".join(before), names)
        shown.append(eval(expression, names))
    return shown


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.ipynb")), ids=lambda path: path.name)
def test_every_notebook_is_stored_without_what_it_showed(path: Path) -> None:
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        assert not cell.get("outputs")


def test_the_network_notebook_draws_the_gates_and_counts_brackets() -> None:
    gates, states, saturation, depth = run_notebook(EXAMPLES / "network.ipynb")
    assert all(isinstance(figure, go.Figure) for figure in (gates, states, saturation))
    assert [trace.name for trace in gates.data] == [
        "Forget gate f",
        "Input gate i",
        "Output gate o",
    ]
    assert decode(gates.data[0].z).shape == (6, 38)
    assert "".join(gates.layout.xaxis.ticktext) == "[[see (the) old] map of the] low lands"
    np.testing.assert_array_equal(decode(states.data[-1].x), np.arange(39))
    assert depth.max() == 3
    assert abs(depth[-1]) == 0


def test_the_lens_notebook_shows_the_article_s_three_figures() -> None:
    texts, predictions, ranks, watched, numbers = run_notebook(EXAMPLES / "lens.ipynb")
    assert texts == ("1", ",", "1", ",", "1", ",", "1", ",", "1")
    assert predictions.data[0].text[-1][0].startswith("1<br>99.")
    assert list(ranks.data[0].text[-1]) == ["1", "1", "1"]  # greedy: the model's own first choice
    assert watched.layout.xaxis.ticktext == ("is", "are")
    assert [list(map(int, row)) for row in watched.data[0].text] == numbers.tolist()
    assert (numbers[:, 1] < numbers[:, 0]).all()
