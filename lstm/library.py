"""The data directory: files that readers opened, by their content's hash.

Each file is stored once, as opened/HASH.safetensors, however many readers opened
it, and beside it opened/HASH.json says who: for each owner the name they know it
by, when they opened it, and whether it is to last. Whoever has the hash can read
the file; only an owner has it in a list, and only the owner's own entry can be
taken away.

How they lie on the disk is :mod:`lstm.shelf`'s.
"""

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from .disk import disk_in_words
from .errors import LabError
from .shelf import LEAST_ROOM, Entry, File, Shelf, gone

DAY = 24 * 3600.0  # seconds
LONGEST_NAME = 80

_OWNER = re.compile(r"[A-Za-z0-9_-]{22,64}")
_SHARE = 4  # one owner's unsaved files may use this part of the quota


class Opened(NamedTuple):
    """One file in an owner's list; times in seconds since 1970, the size in bytes."""

    hash: str
    name: str
    size: int
    opened_at: float
    saved: bool


def data_directory() -> Path:
    """Give the data directory: LSTM_LAB_DATA, or the usual place for a user's data."""
    if chosen := os.environ.get("LSTM_LAB_DATA"):
        return Path(chosen).expanduser()
    usual = Path(os.environ.get("XDG_DATA_HOME", ""))
    # The standard has relative ones ignored.
    return (usual if usual.is_absolute() else Path.home() / ".local" / "share") / "lstm-lab"


@dataclass(frozen=True)
class Library:
    """The files that readers opened.

    Attributes
    ----------
    root : Path
        The data directory; it is made when the first file comes.
    quota : int
        The bytes that all files may take.
    keep_for : float
        Seconds that a file is kept that nobody saved.
    now : function
        Gives the time, in seconds since 1970.
    shared : bool
        One common library: everybody is the same owner.
    shelf, suffix : str
        The folder of these files in the data directory, and how their names end.

    Raises
    ------
    LabError
        From every method: if the hash or the owner's token is none, the file is
        gone, or the disk does not do its part.

    Examples
    --------
    >>> import tempfile
    >>> owner = "an-unguessable-token-of-22"
    >>> with tempfile.TemporaryDirectory() as root:
    ...     library = Library(Path(root))
    ...     hash = library.keep(b"content", owner, "model.safetensors")
    ...     library.content(hash), [file.name for file in library.listed(owner)]
    (b'content', ['model.safetensors'])
    """

    root: Path
    quota: int = field(default=2**30, kw_only=True)
    keep_for: float = field(default=DAY, kw_only=True)
    now: Callable[[], float] = field(default=time.time, kw_only=True)
    shared: bool = field(default=False, kw_only=True)
    shelf: str = field(default="opened", kw_only=True)
    suffix: str = field(default=".safetensors", kw_only=True)

    @classmethod
    def from_environment(cls, **more: Any) -> "Library":
        """Make the library that LSTM_LAB_DATA and LSTM_LAB_SHARED describe."""
        return cls(data_directory(), shared=os.environ.get("LSTM_LAB_SHARED") == "1", **more)

    def keep(self, content: bytes, owner: str, name: str) -> str:
        """Store a file that somebody opened, and put it in their list.

        Files that nobody saved make room for it, the oldest first.

        Parameters
        ----------
        content : bytes
        owner : str
            The token of whoever opened it.
        name : str
            What they call it; shortened, and never used as a path.

        Returns
        -------
        str
            The SHA-256 of the content, in 64 hexadecimal digits.
        """
        digest = hashlib.sha256(content).hexdigest()
        self._keep(digest, len(content), owner, name, lambda to: self._shelf.write(to, content))
        return digest

    def keep_pieces(
        self, pieces: Iterable[bytes], owner: str, name: str, check: Callable[[Path], object]
    ) -> str:
        """Store a file that comes piece by piece, and is never whole in memory.

        Parameters
        ----------
        pieces : iterable of bytes
            What it raises leaves nothing behind.
        owner, name : str
            As :meth:`keep` takes them.
        check : function of a path
            Looks at the whole file; what it raises keeps it out.

        Returns
        -------
        str
            As :meth:`keep`.
        """
        self._key(owner)  # before anything is written
        digest, size = hashlib.sha256(), 0
        with self._shelf.arriving() as part:
            with part.open("wb") as file:
                for piece in pieces:
                    digest.update(piece)
                    size += file.write(piece)
            check(part)
            self._keep(digest.hexdigest(), size, owner, name, part.replace)
        return digest.hexdigest()

    def _keep(
        self, digest: str, size: int, owner: str, name: str, put: Callable[[Path], object]
    ) -> None:
        """Put a file in an owner's list; its content too, where nobody brought it before."""
        key = self._key(owner)
        with self._shelf.changing():
            self._sweep(self.now())
            known = self._shelf.find(digest)
            if known is None:
                room = max(size, LEAST_ROOM)
                self._make_own_room(room, key)
                self._make_room(room)
                put(self._shelf.path(digest))
            earlier = known.owners if known else {}
            mine = earlier.get(key)
            if mine and mine.saved:  # it keeps the name that it was saved under
                entry = replace(mine, at=self.now())
            else:
                entry = Entry(plain(name), False, self.now())
            self._shelf.store(File(digest, size, self.now(), {**earlier, key: entry}))

    def has(self, hash: str) -> bool:
        """Tell whether a file is here, whoever opened it, and somebody's time for it lasts.

        What has no record is nobody's, and here until it is swept away.
        """
        last = self.now() - self.keep_for
        with disk_in_words():
            file = self._shelf.find(hash)
        if file is None or not file.owners:
            return file is not None
        return any(_lasts(entry, last) for entry in file.owners.values())

    def path(self, hash: str) -> Path:
        """Give the place of a file, to be read and not changed, to whoever has its hash."""
        if not self.has(hash):
            raise gone()
        return self._shelf.path(hash)

    def content(self, hash: str) -> bytes:
        """Give a file's content to whoever has its hash."""
        with disk_in_words():
            try:
                content = self._shelf.path(hash).read_bytes()
            except FileNotFoundError as error:
                raise gone() from error
        if not self.has(hash):  # its time is over, though nobody has swept it away yet
            raise gone()
        return content

    def listed(self, owner: str) -> list[Opened]:
        """Give an owner's files, saved or not, the newest first."""
        key, last = self._key(owner), self.now() - self.keep_for
        with disk_in_words():
            mine = [
                Opened(file.hash, entry.name, file.size, entry.at, entry.saved)
                for file in self._shelf.files()
                if (entry := file.owners.get(key)) and _lasts(entry, last)
            ]
        return sorted(mine, key=lambda file: (-file.opened_at, file.hash))

    def saved(self, owner: str) -> list[Opened]:
        """Give the files that an owner saved, the newest first."""
        return [file for file in self.listed(owner) if file.saved]

    def save(self, hash: str, owner: str, name: str) -> None:
        """Make a file last, under a name, in the list of whoever has its hash."""
        self._put(hash, owner, lambda _: Entry(plain(name), True, self.now()))

    def rename(self, hash: str, owner: str, name: str) -> None:
        """Call a file in the owner's list by another name; it lasts no longer for that."""
        if not name.strip():
            raise LabError("The name is empty. Type one, like Brackets 2.")

        def renamed(entry: Entry | None) -> Entry:
            if entry is None:
                raise LabError("Only who has the model in a list can rename it. Save it first.")
            return replace(entry, name=plain(name))

        self._put(hash, owner, renamed)

    def unsave(self, hash: str, owner: str) -> None:
        """Let a file of the owner's go again: from now on it is kept as if just opened."""
        self._put(hash, owner, lambda entry: entry and replace(entry, saved=False, at=self.now()))

    def delete(self, hash: str, owner: str) -> None:
        """Take a file from the owner's list; it goes when it is in nobody's."""
        self._put(hash, owner, lambda _: None)

    def sweep(self, now: float) -> None:
        """Delete what was opened too long before ``now``, and saved by nobody."""
        with self._shelf.changing():
            self._sweep(now)

    def _put(self, hash: str, owner: str, change: Callable[[Entry | None], Any]) -> None:
        """Replace the owner's entry by another, or by none."""
        key = self._key(owner)
        with self._shelf.changing():
            file = self._shelf.find(hash)
            if file is None:
                raise gone()
            entry = change(file.owners.get(key))
            if entry is not None:
                self._shelf.store(replace(file, owners={**file.owners, key: entry}))
            elif key in file.owners:
                self._take(file, key)

    def _take(self, file: File, key: str) -> None:
        owners = {other: entry for other, entry in file.owners.items() if other != key}
        if owners:
            self._shelf.store(replace(file, owners=owners))
        else:
            self._shelf.remove(file.hash)

    def _sweep(self, now: float) -> None:
        last = now - self.keep_for
        for file in self._shelf.files():
            owners = {key: entry for key, entry in file.owners.items() if _lasts(entry, last)}
            if not owners and (file.owners or not file.opened_at >= last):
                self._shelf.remove(file.hash)
            elif len(owners) < len(file.owners):
                self._shelf.store(replace(file, owners=owners))
        self._shelf.tidy(last)

    def _make_own_room(self, room: int, key: str) -> None:
        """Let one owner's unsaved files take only a part of the quota."""
        limit = self.quota if self.shared else self.quota // _SHARE
        if room > limit:
            raise LabError(
                f"The file takes {_megabytes(room)}; one reader's files may take "
                f"{_megabytes(limit)}. Open a smaller one."
            )
        mine = [f for f in self._shelf.files() if key in f.owners and not f.owners[key].saved]
        mine.sort(key=lambda file: file.owners[key].at)
        used = sum(file.room for file in mine)
        for file in mine:
            if used + room <= limit:
                break
            self._take(file, key)
            used -= file.room

    def _make_room(self, room: int) -> None:
        """Remove the oldest files that nobody saved, until there is room for another."""
        files = self._shelf.files()
        free = self.quota - sum(file.room for file in files)
        unsaved = sorted((f for f in files if not f.saved), key=lambda file: file.opened_at)
        if free + sum(file.room for file in unsaved) < room:
            raise LabError(
                f"Saved files fill the lab's {_megabytes(self.quota)}. "
                "Delete saved files that are no longer needed, then open it again."
            )
        for file in unsaved:
            if free >= room:
                break
            self._shelf.remove(file.hash)
            free += file.room

    @property
    def _shelf(self) -> Shelf:
        return Shelf(self.root / self.shelf, self.now, self.suffix)

    def _key(self, owner: str) -> str:
        return owner_key(owner, shared=self.shared)


def owner_key(owner: str, *, shared: bool) -> str:
    """Give what is stored of an owner: the token itself is the right to delete, and is not.

    Raises
    ------
    LabError
        If it is no token.
    """
    if shared:
        return "everybody"
    if not isinstance(owner, str) or not _OWNER.fullmatch(owner):
        raise LabError("This browser has no valid token for its files. Reload the page.")
    return hashlib.sha256(owner.encode()).hexdigest()


def _lasts(entry: Entry, last: float) -> bool:
    return entry.saved or entry.at >= last


def plain(name: str) -> str:
    """Shorten a name, and leave out what could pass for a path or play tricks on the page."""
    kept = "".join(c for c in name if c.isprintable() and c not in "/\\")
    return kept.strip()[:LONGEST_NAME] or "unnamed"


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.3g} MB"
