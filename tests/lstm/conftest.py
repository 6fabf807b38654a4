"""What a gradient is held against, whatever it is the gradient of."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from lstm import Array

Slopes = Callable[[Callable[[dict[str, Array]], float], Mapping[str, Array], str], Array]

STEP = 1e-6


@pytest.fixture(scope="session")
def central_differences() -> Slopes:
    """Give a function of a loss, the values that it takes, and the name of one of them.

    It gives the slope of the loss in every entry of that value.
    """

    def slopes(
        loss: Callable[[dict[str, Array]], float], values: Mapping[str, Array], name: str
    ) -> Array:
        found = np.empty_like(values[name])
        for index in np.ndindex(found.shape):
            ends = []
            for sign in (1, -1):
                moved = values[name].copy()
                moved[index] += sign * STEP
                ends.append(loss({**values, name: moved}))
            found[index] = (ends[0] - ends[1]) / (2 * STEP)
        return found

    return slopes
