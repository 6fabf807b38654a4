"""LSTM Lab as Dash components; installed, this package is ``lstm_lab``."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cell_view import layout as CellView
    from .lab import create_app, register_callbacks
    from .lens_view import layout as LensView
    from .map_view import layout as MapView
    from .models_view import layout as ModelsView
    from .network_view import layout as NetworkView
    from .train_view import layout as TrainView

__all__ = [
    "CellView",
    "LensView",
    "MapView",
    "ModelsView",
    "NetworkView",
    "TrainView",
    "create_app",
    "register_callbacks",
]

_VIEWS = {
    "CellView": "cell_view",
    "LensView": "lens_view",
    "MapView": "map_view",
    "ModelsView": "models_view",
    "NetworkView": "network_view",
    "TrainView": "train_view",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for.

    ``serve`` must be importable before NumPy is, to limit its threads.
    """
    if name in _VIEWS:
        return import_module(f".{_VIEWS[name]}", __name__).layout
    if name in __all__:
        return getattr(import_module(".lab", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
