"""Models of transformers on the Lens page, in folders that whoever runs the lab names.

LSTM_LAB_FOLDERS has the folders, separated as in PATH: each is a model, or holds
models one level down. A browser sends a name of this list, and never a path. Without
the variable nothing is offered, and neither torch nor transformers is imported.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from lstm import LabError
from lstm.language_model import LanguageModel
from lstm.sources.transformers import open_folder

from . import boundary, folders
from .boundary import FieldError

VARIABLE = "LSTM_LAB_FOLDERS"
PREFIX = "folder:"  # of a choice of the select
KEPT = 2  # models that are open at once: the two of a comparison
PATIENCE = 1.0  # seconds that a request waits for a folder before it says what it waits for


class BeingOpened(FieldError):
    """A folder is being opened: the page is to ask again."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "model", f"Opening {name}: the first time this takes a while. It is shown when ready."
        )


def named(environment: Mapping[str, str] = os.environ) -> dict[str, Path]:
    """List the folders that LSTM_LAB_FOLDERS names.

    Parameters
    ----------
    environment : mapping of str to str

    Returns
    -------
    dict of str to Path
        By the name that is shown. What is no model and holds none is listed too:
        whoever opens it is told what it lacks.
    """
    return folders.named(environment.get(VARIABLE, ""), "config.json")


def offered() -> dict[str, str]:
    """Give what the select offers of them: the value of each, and its words."""
    return {PREFIX + name: f"{name} (transformers)" for name in named()}


def speaker_in(name: str) -> LanguageModel:
    """Give the language model of a folder.

    Parameters
    ----------
    name : str
        One of :func:`named`.

    Returns
    -------
    LanguageModel

    Raises
    ------
    FieldError
        About "model": if there is no such folder, it cannot be opened, or it is
        being opened still (:class:`BeingOpened`).
    """
    path = named().get(name)
    if path is None:
        raise FieldError(
            "model",
            f"This lab offers no folder '{boundary.shorten(name)}' now. Choose another model.",
        )
    try:
        return _OPENED.model(path, PATIENCE)
    except TimeoutError as error:
        raise BeingOpened(name) from error
    except LabError as error:
        raise FieldError("model", str(error)) from error


class Folders:
    """The last few folders that were opened; each is opened once, whoever waits for it.

    Parameters
    ----------
    open_ : function of a path
        Gives its language model, or raises LabError.
    kept : int
        How many models stay open.
    """

    def __init__(self, open_: Callable[[Path], LanguageModel], kept: int = KEPT) -> None:
        self._open = open_
        self._kept = kept
        self._lock = threading.Lock()
        self._opened: OrderedDict[Path, Future[LanguageModel]] = OrderedDict()
        # One after another: two at once would take twice the memory for the same time.
        self._pool = ThreadPoolExecutor(1, "folders")

    def model(self, path: Path, patience: float) -> LanguageModel:
        """Give the model of a folder, which goes on being opened where patience ends.

        Raises
        ------
        TimeoutError
            If it is not open after so many seconds.
        LabError
            If it cannot be opened; whoever asks next tries anew.
        """
        with self._lock:
            if path not in self._opened:
                self._opened[path] = self._pool.submit(self._open, path)
            opening = self._opened[path]
            self._opened.move_to_end(path)
            while len(self._opened) > self._kept:
                self._opened.popitem(last=False)
        try:
            return opening.result(patience)
        except LabError:
            with self._lock:
                if self._opened.get(path) is opening:
                    del self._opened[path]
            raise


_OPENED = Folders(open_folder)
