"""LSTM Lab as Dash components; installed, this package is ``lstm_lab``."""

from .cell_view import layout as CellView
from .lab import create_app, register_callbacks

__all__ = ["CellView", "create_app", "register_callbacks"]
