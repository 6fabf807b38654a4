"""LSTMs as glass boxes: an engine in NumPy that keeps every gate and state.

>>> import numpy as np
>>> from lstm import Layer, forward
>>> cell = Layer.scalar(i=(.5, .5, 0), f=(.5, .5, 0), g=(.5, .5, 0), o=(.5, .5, 0))
>>> pulse = np.zeros((4, 1, 1))
>>> pulse[0] = 1
>>> forward(cell, pulse).c.ravel().round(3)
array([0.288, 0.195, 0.126, 0.08 ])
"""

from .cell import Array, Layer, Step, Trace, forward, half_life, pre_activations, sigmoid, step
from .errors import LabError
from .model import Linear, Model, ModelTrace, run

__all__ = [
    "Array",
    "LabError",
    "Layer",
    "Linear",
    "Model",
    "ModelTrace",
    "Step",
    "Trace",
    "forward",
    "half_life",
    "pre_activations",
    "run",
    "sigmoid",
    "step",
]
