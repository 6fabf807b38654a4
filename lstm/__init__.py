"""LSTMs as glass boxes: an engine in NumPy that keeps every gate and state.

>>> import numpy as np
>>> from lstm import Layer, forward
>>> cell = Layer.scalar(i=(.5, .5, 0), f=(.5, .5, 0), g=(.5, .5, 0), o=(.5, .5, 0))
>>> pulse = np.zeros((4, 1, 1))
>>> pulse[0] = 1
>>> forward(cell, pulse).c.ravel().round(3)
array([0.288, 0.195, 0.126, 0.08 ])
"""

from .backward import LayerGradients, backward
from .cell import Array, Layer, Step, Trace, forward, half_life, pre_activations, sigmoid, step
from .checkpoint import from_torch, load, save
from .errors import LabError
from .handset import characters_by_hand, words_by_hand
from .initial import random_layers, token_vectors
from .model import Linear, Model, ModelTrace, run
from .optimisers import Optimiser
from .training import Batch, Plan, Progress, fit
from .units import Contributions, contributions, order_units, saturation
from .vocabulary import Vocabulary, split

__all__ = [
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
