"""LSTM Lab as Dash components; installed, this package is ``lstm_lab``."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cell_view import layout as CellView
    from .lab import create_app, register_callbacks
    from .network_view import layout as NetworkView

__all__ = ["CellView", "NetworkView", "create_app", "register_callbacks"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for.

    ``serve`` must be importable before NumPy is, to limit its threads.
    """
    if name == "CellView":
        from .cell_view import layout

        return layout
    if name == "NetworkView":
        from .network_view import layout as network_layout

        return network_layout
    if name in __all__:
        from . import lab

        return getattr(lab, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
