"""The models that pages can open: those that readers opened or saved, and the lab's own."""

import functools
from collections.abc import Callable
from typing import Any

from lstm import LabError, Model
from lstm.checkpoint import Reading, read
from lstm.library import Library
from lstm.shipped import Shipped, folder, shipped

from .models_facts import facts
from .models_words import SHIPPED_WORDS
from .network_inputs import sample

KEPT_READINGS = 4
KEPT_FACTS = 1000


def with_the_lab() -> dict[str, Shipped]:
    """Give the models that come with the lab by their hash, in the order they are shown in."""
    there = {one.name: one for one in shipped(folder())}
    names = [*SHIPPED_WORDS, *there]  # with what nobody wrote words for
    return {there[name].hash: there[name] for name in names if name in there}


def title(one: Shipped) -> str:
    """Say what a model that comes with the lab is called."""
    return SHIPPED_WORDS[one.name].title if one.name in SHIPPED_WORDS else one.name


def offered() -> list[dict[str, str]]:
    """List what a select offers of them: the hash, the title, and a text where one was written."""
    return [
        {
            "hash": one.hash,
            "title": title(one),
            "text": SHIPPED_WORDS[one.name].text if one.name in SHIPPED_WORDS else "",
        }
        for one in with_the_lab().values()
    ]


class Models:
    """The models of an app, with the last few of them read."""

    def __init__(self) -> None:
        # The content behind a hash never changes, so what was read stays true.
        self._read: Callable[[str], Reading] = functools.lru_cache(KEPT_READINGS)(self._fresh)
        self._known: Callable[[str], dict[str, Any]] = functools.lru_cache(KEPT_FACTS)(self._facts)

    @property
    def library(self) -> Library:
        """The data directory, as the environment names it now."""
        return Library.from_environment()

    def content(self, name: str) -> bytes:
        """Give the bytes of the file with this hash."""
        one = with_the_lab().get(name)
        return self.library.content(name) if one is None else one.content()

    def reading(self, name: str) -> Reading:
        """Give what was understood of a file."""
        # A file that was deleted must be gone here too, though it was read before.
        return self._read(name) if self._has(name) else self._fresh(name)

    def opened(self, name: str) -> Model:
        """Give the model of a file."""
        return self.reading(name).model

    def text(self, name: str, model: Model) -> str:
        """Give a text that the model can read, and that shows it at work where one was written."""
        one = with_the_lab().get(name)
        return SHIPPED_WORDS[one.name].text if one and one.name in SHIPPED_WORDS else sample(model)

    def entry(self, name: str, called: str) -> dict[str, Any]:
        """Give the hash and the name of a model, and what is known of it: or why nothing is."""
        given = {"hash": name, "name": called}
        try:
            return {**given, **(self._known(name) if self._has(name) else self._facts(name))}
        except LabError as error:
            return {**given, "problem": str(error)}

    def shipped(self) -> list[dict[str, Any]]:
        """List the models that come with the lab."""
        return [self.entry(name, title(one)) for name, one in with_the_lab().items()]

    def own(self, owner: str) -> list[dict[str, Any]]:
        """List an owner's models, the newest first, with the second at which each goes."""
        library = self.library
        return [
            {
                **self.entry(one.hash, one.name),
                "saved": one.saved,
                "goes": None if one.saved else one.opened_at + library.keep_for,
            }
            for one in library.listed(owner)
        ]

    def _fresh(self, name: str) -> Reading:
        return read(self.content(name))

    def _facts(self, name: str) -> dict[str, Any]:
        content = self.content(name)
        reading = read(content)
        return facts(reading, len(content)) | {"text": self.text(name, reading.model)}

    def _has(self, name: str) -> bool:
        return name in with_the_lab() or self.library.has(name)
