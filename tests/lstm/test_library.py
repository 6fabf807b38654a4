"""The data directory: what is kept, for whom, for how long, and what is refused."""

import errno
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm import LabError, disk
from lstm.library import DAY, LONGEST_NAME, Library, data_directory

ANNA, BERT = "anna-" + "a" * 22, "bert-" + "b" * 22
EXTENSIONS = ("safetensors", "json")
ROOM = 2**14  # what the smallest file takes
NOBODY = hashlib.sha256(b"nothing").hexdigest()


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    time: float = 1_000_000_000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.time


@pytest.fixture(name="clock")
def standing_clock() -> Clock:
    return Clock()


@pytest.fixture(name="lab")
def empty_library(tmp_path: Path, clock: Clock) -> Library:
    return Library(tmp_path / "data", now=clock)


def names(lab: Library, owner: str) -> list[str]:
    return [file.name for file in lab.listed(owner)]


def stored(lab: Library) -> set[str]:
    """Name everything in the directory but the lock."""
    return {path.name for path in (lab.root / "opened").iterdir()} - {"lock"}


def small(n: int) -> bytes:
    return b"file %d" % n


# One file


def test_a_kept_file_is_read_by_its_hash(lab: Library, clock: Clock) -> None:
    digest = lab.keep(b"content", ANNA, "model.safetensors")
    assert digest == hashlib.sha256(b"content").hexdigest()
    assert lab.content(digest) == b"content"
    (file,) = lab.listed(ANNA)
    assert file == (digest, "model.safetensors", 7, clock.time, False)
    assert stored(lab) == {f"{digest}.safetensors", f"{digest}.json"}


def test_the_owners_token_is_not_stored(lab: Library) -> None:
    digest = lab.keep(b"content", ANNA, "model")
    text = (lab.root / "opened" / f"{digest}.json").read_text()
    assert ANNA not in text
    entry = {"name": "model", "saved": False, "at": 1e9}
    assert json.loads(text) == {
        "size": 7,
        "opened_at": 1e9,
        "owners": {hashlib.sha256(ANNA.encode()).hexdigest(): entry},
    }


def test_an_empty_library_lists_nothing_and_makes_no_directory(lab: Library) -> None:
    assert lab.listed(ANNA) == []
    assert not lab.root.exists()


def test_the_newest_file_is_listed_first(lab: Library, clock: Clock) -> None:
    for n in range(3):
        lab.keep(small(n), ANNA, f"{n}")
        clock.time += 1
    assert names(lab, ANNA) == ["2", "1", "0"]
    lab.keep(small(0), ANNA, "0 again")
    assert names(lab, ANNA) == ["0 again", "2", "1"]


def test_a_file_that_is_gone_says_so(lab: Library) -> None:
    message = "^The file is no longer here: it was not saved, or deleted. Open it again.$"
    with pytest.raises(LabError, match=message.replace(".", r"\.")):
        lab.content(NOBODY)
    for change in (lab.unsave, lab.delete):
        with pytest.raises(LabError, match=r"^The file is no longer here"):
            change(NOBODY, ANNA)
    with pytest.raises(LabError, match=r"^The file is no longer here"):
        lab.save(NOBODY, ANNA, "name")


# Owners


def test_owners_see_their_own_files_under_their_own_names(lab: Library) -> None:
    digest = lab.keep(b"content", ANNA, "hers")
    assert lab.keep(b"content", BERT, "his") == digest
    lab.keep(b"other", BERT, "another")
    assert names(lab, ANNA) == ["hers"]
    assert sorted(names(lab, BERT)) == ["another", "his"]


def test_a_file_goes_when_its_last_owner_deletes_it(lab: Library) -> None:
    digest = lab.keep(b"content", ANNA, "hers")
    lab.save(digest, BERT, "his")
    lab.delete(digest, ANNA)
    assert names(lab, ANNA) == []
    assert lab.content(digest) == b"content"
    lab.delete(digest, BERT)
    assert stored(lab) == set()


def test_nobody_deletes_or_changes_the_file_of_another(lab: Library) -> None:
    digest = lab.keep(b"content", ANNA, "hers")
    lab.save(digest, ANNA, "hers")
    before = lab.listed(ANNA)
    lab.delete(digest, BERT)
    lab.unsave(digest, BERT)
    assert lab.listed(ANNA) == before
    assert lab.listed(BERT) == []


def test_whoever_has_the_hash_may_read_and_save(lab: Library) -> None:
    digest = lab.keep(b"content", ANNA, "hers")
    lab.save(digest, BERT, "his copy")
    assert [file.name for file in lab.saved(BERT)] == ["his copy"]
    assert lab.saved(ANNA) == []


def test_a_shared_library_has_one_owner(tmp_path: Path) -> None:
    lab = Library(tmp_path, shared=True)
    digest = lab.keep(b"content", ANNA, "ours")
    assert names(lab, BERT) == ["ours"]
    lab.delete(digest, "")
    assert names(lab, ANNA) == []


def test_one_owner_of_a_shared_library_may_fill_it(tmp_path: Path, clock: Clock) -> None:
    lab = Library(tmp_path, quota=4 * ROOM, now=clock, shared=True)
    for n in range(5):
        lab.keep(small(n), ANNA, f"{n}")
        clock.time += 1
    assert names(lab, BERT) == ["4", "3", "2", "1"]


@pytest.mark.parametrize("owner", ["", "a" * 21, "a" * 65, "../" + "a" * 22, "a" * 22 + "\n", None])
def test_a_forged_owner_is_refused(lab: Library, owner: Any) -> None:
    message = r"^This browser has no valid token for its files\. Reload the page\.$"
    with pytest.raises(LabError, match=message):
        lab.keep(b"content", owner, "name")
    with pytest.raises(LabError, match=message):
        lab.listed(owner)
    assert not lab.root.exists()


@pytest.mark.parametrize(
    "digest", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", "a" * 65, None, 3]
)
def test_a_forged_hash_is_refused(lab: Library, digest: Any) -> None:
    message = r"^This names no file of the lab\. Open the file again\.$"
    with pytest.raises(LabError, match=message):
        lab.content(digest)
    with pytest.raises(LabError, match=message):
        lab.save(digest, ANNA, "name")
    with pytest.raises(LabError, match=message):
        lab.delete(digest, ANNA)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "....etcpasswd"),
        ("C:\\model.safetensors", "C:model.safetensors"),
        ("a\x00b\n\u202ec", "abc"),
        ("é 👩 שלום", "é 👩 שלום"),
        ("x" * 500, "x" * LONGEST_NAME),
        (" / ", "unnamed"),
        ("\ud800", "unnamed"),
    ],
)
def test_a_name_is_shortened_and_made_harmless(lab: Library, given_name: str, kept: str) -> None:
    digest = lab.keep(b"content", ANNA, given_name)
    assert names(lab, ANNA) == [kept]
    assert stored(lab) == {f"{digest}.safetensors", f"{digest}.json"}


# Time


def test_what_nobody_saved_goes_after_a_day(lab: Library, clock: Clock) -> None:
    digest = lab.keep(b"content", ANNA, "name")
    lab.sweep(clock.time + DAY)
    assert lab.content(digest) == b"content"
    lab.sweep(clock.time + DAY + 1)
    assert stored(lab) == set()


def test_what_was_saved_stays(lab: Library, clock: Clock) -> None:
    digest = lab.keep(b"content", ANNA, "name")
    lab.save(digest, ANNA, "kept")
    lab.sweep(clock.time + 1000 * DAY)
    assert [file.name for file in lab.saved(ANNA)] == ["kept"]


def test_a_file_that_somebody_saved_leaves_the_lists_of_others_after_a_day(
    lab: Library, clock: Clock
) -> None:
    digest = lab.keep(b"content", ANNA, "hers")
    lab.save(digest, BERT, "his")
    lab.sweep(clock.time + DAY + 1)
    assert names(lab, ANNA) == []
    assert names(lab, BERT) == ["his"]


def test_opening_a_file_again_keeps_it_for_another_day_and_leaves_it_saved(
    lab: Library, clock: Clock
) -> None:
    digests = [lab.keep(small(n), ANNA, "name") for n in range(2)]
    lab.save(digests[0], ANNA, "her name")
    clock.time += DAY
    for n in range(2):
        lab.keep(small(n), ANNA, "name")
    lab.sweep(clock.time + DAY)
    assert {file.hash for file in lab.listed(ANNA)} == set(digests)
    assert [(file.hash, file.name) for file in lab.saved(ANNA)] == [(digests[0], "her name")]


def test_what_is_no_longer_saved_is_kept_for_a_day_from_then(lab: Library, clock: Clock) -> None:
    digest = lab.keep(b"content", ANNA, "name")
    lab.save(digest, ANNA, "name")
    clock.time += 10 * DAY
    lab.unsave(digest, ANNA)
    assert lab.saved(ANNA) == []
    lab.sweep(clock.time + DAY)
    assert names(lab, ANNA) == ["name"]
    lab.sweep(clock.time + DAY + 1)
    assert names(lab, ANNA) == []


def test_reading_a_file_does_not_keep_it_longer(lab: Library, clock: Clock) -> None:
    digest = lab.keep(b"content", ANNA, "name")
    clock.time += DAY
    lab.content(digest)
    clock.time += 1
    lab.keep(b"another", ANNA, "other")  # sweeps too
    assert names(lab, ANNA) == ["other"]


def test_what_an_ended_process_left_is_swept(lab: Library, clock: Clock) -> None:
    lab.keep(b"content", ANNA, "name")
    old, new = (lab.root / "opened" / f"{age}.part" for age in ("old", "new"))
    for path, age in ((old, DAY + 1), (new, DAY)):
        path.touch()
        os.utime(path, (clock.time - age,) * 2)
    lab.sweep(clock.time)
    assert not old.exists()
    assert new.exists()


# Room


def test_the_oldest_files_that_nobody_saved_make_room(lab: Library, clock: Clock) -> None:
    lab = replace(lab, quota=4 * ROOM)
    digests = []
    for n, owner in enumerate("cdefg"):
        digests.append(lab.keep(small(n), owner * 22, f"{n}"))
        clock.time += 1
        if n == 0:
            lab.save(digests[0], "c" * 22, "saved")
    assert names(lab, "c" * 22) == ["saved"]
    assert names(lab, "d" * 22) == []
    assert stored(lab) == {f"{digests[n]}.{end}" for n in (0, 2, 3, 4) for end in EXTENSIONS}


def test_saved_files_that_fill_the_library_are_never_evicted(lab: Library) -> None:
    lab = replace(lab, quota=4 * ROOM)
    for n, owner in enumerate("cdef"):
        lab.save(lab.keep(small(n), owner * 22, "name"), owner * 22, "name")
    before = stored(lab)
    message = (
        r"^Saved files fill the lab's 0\.0625 MB\. "
        r"Delete saved files that are no longer needed, then open it again\.$"
    )
    with pytest.raises(LabError, match=message):
        lab.keep(b"one more", ANNA, "name")
    assert stored(lab) == before
    lab.keep(small(0), ANNA, "what is there already needs no room")


def test_one_owner_takes_at_most_a_quarter_with_files_that_are_not_saved(
    lab: Library, clock: Clock
) -> None:
    lab = replace(lab, quota=12 * ROOM)
    lab.keep(b"his", BERT, "his")
    shared = lab.keep(small(0), BERT, "both have it")
    for n in range(5):
        clock.time += 1
        lab.keep(small(n), ANNA, f"{n}")
    assert names(lab, ANNA) == ["4", "3", "2"]
    assert sorted(names(lab, BERT)) == ["both have it", "his"]
    assert lab.content(shared) == small(0)


def test_saved_files_do_not_count_for_the_quarter(lab: Library, clock: Clock) -> None:
    lab = replace(lab, quota=8 * ROOM)
    for n in range(4):
        clock.time += 1
        digest = lab.keep(small(n), ANNA, f"{n}")
        if n < 2:
            lab.save(digest, ANNA, f"{n}")
    assert names(lab, ANNA) == ["3", "2", "1", "0"]


def test_a_file_larger_than_the_quarter_is_refused(lab: Library) -> None:
    lab = replace(lab, quota=2**22)
    message = r"^The file takes 1\.5 MB; one reader's files may take 1 MB\. Open a smaller one\.$"
    with pytest.raises(LabError, match=message):
        lab.keep(bytes(3 * 2**19), ANNA, "name")
    lab.keep(bytes(2**20), ANNA, "name")


# A disk that does not do its part


@pytest.mark.parametrize(
    "sidecar",
    [
        b"",
        b"no json",
        b"\xff",
        b"[]",
        b"3",
        b"{}",
        b"[" * 100_000,
        b'{"opened_at": 3, "owners": []}',
        b'{"opened_at": "x", "owners": {}}',
        b'{"opened_at": 3, "owners": {"a": 3}}',
        b'{"opened_at": 3, "owners": {"a": {"name": 3, "saved": true, "at": 3}}}',
        b'{"opened_at": 3, "owners": {"a": {"name": "x", "saved": 1, "at": 3}}}',
        b'{"opened_at": 1' + b"0" * 400 + b', "owners": {}}',
        b'{"opened_at": NaN, "owners": {}}',
        None,
    ],
)
def test_a_file_with_a_broken_record_is_one_that_nobody_saved(
    lab: Library, clock: Clock, sidecar: bytes | None
) -> None:
    digest = lab.keep(b"content", ANNA, "name")
    path = lab.root / "opened" / f"{digest}.json"
    path.unlink()
    if sidecar is not None:
        path.write_bytes(sidecar)
    assert lab.listed(ANNA) == []
    lab.delete(digest, BERT)
    assert lab.content(digest) == b"content"
    lab.save(digest, BERT, "his")
    assert names(lab, BERT) == ["his"]
    path.write_bytes(sidecar or b"")
    lab.sweep(clock.time + DAY + 1)
    assert stored(lab) == set()


def test_files_of_others_in_the_directory_are_left_alone(lab: Library, clock: Clock) -> None:
    lab.keep(b"content", ANNA, "name")
    for name in ("notes.safetensors", "notes.json"):
        (lab.root / "opened" / name).touch()
    lab.sweep(clock.time + DAY + 1)
    assert stored(lab) == {"notes.safetensors", "notes.json"}


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (
            errno.ENOSPC,
            r"^The lab's disk is full\. Delete saved files that are no longer needed\.$",
        ),
        (errno.EIO, r"^The lab's data directory cannot be used \(Input/output error\)\. Whoever "),
    ],
)
def test_a_disk_that_cannot_write_is_said_and_leaves_nothing_behind(
    lab: Library, monkeypatch: pytest.MonkeyPatch, number: int, message: str
) -> None:
    lab.keep(b"content", ANNA, "name")
    before = stored(lab)
    real = os.fdopen

    class Full:
        """A file on a full disk: the operating system's part, which no test can fill."""

        def __init__(self, file: IO[Any]) -> None:
            self.file = file

        def __enter__(self) -> "Full":
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def write(self, _: bytes) -> None:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fdopen", lambda handle, mode: Full(real(handle, mode)))
    with pytest.raises(LabError, match=message):
        lab.keep(b"more", ANNA, "name")
    assert stored(lab) == before


def test_a_record_that_cannot_be_read_now_is_not_taken_for_damaged(lab: Library) -> None:
    digest = lab.keep(b"content", ANNA, "name")
    lab.save(digest, ANNA, "name")
    record = lab.root / "opened" / f"{digest}.json"
    whole = record.rename(record.with_suffix(".elsewhere"))
    record.mkdir()
    for attempt in (lambda: lab.keep(b"content", BERT, "his"), lambda: lab.listed(ANNA)):
        with pytest.raises(LabError, match=r"^The lab's data directory cannot be used \("):
            attempt()
    record.rmdir()
    whole.rename(record)
    assert names(lab, ANNA) == ["name"]


def test_a_directory_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    lab = Library(tmp_path / "file")
    message = r"^The lab's data directory cannot be used \("
    with pytest.raises(LabError, match=message):
        lab.keep(b"content", ANNA, "name")
    with pytest.raises(LabError, match=message):
        lab.content(NOBODY)


def test_it_works_where_there_are_no_locks(lab: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "fcntl", None)
    lab.keep(b"content", ANNA, "name")
    assert names(lab, ANNA) == ["name"]


# Many processes

WRITER = """
import sys
from pathlib import Path
from lstm.library import Library
lab, owner = Library(Path(sys.argv[1])), sys.argv[2] * 22
print("ready", flush=True)
sys.stdin.readline()
for n in range(40):
    hash = lab.keep(b"file %d" % n, owner, f"{n}")
    if n % 2:
        lab.save(hash, owner, f"{n}")
    if n % 4 == 0:
        lab.delete(hash, owner)
"""


def test_two_processes_lose_nothing_of_each_other(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), owner],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for owner in "cd"
    ]
    for writer in writers:  # both are there before either begins
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    lab = Library(tmp_path)
    for owner in ("c" * 22, "d" * 22):
        assert sorted(names(lab, owner), key=int) == [str(n) for n in range(40) if n % 4]
        assert len(lab.saved(owner)) == 20
    assert len(stored(lab)) == 2 * 30


@given(st.binary(max_size=200))
def test_whatever_a_record_holds_the_library_goes_on(record: bytes) -> None:
    with tempfile.TemporaryDirectory() as root:
        lab = Library(Path(root))
        digest = lab.keep(b"content", ANNA, "name")
        (lab.root / "opened" / f"{digest}.json").write_bytes(record)
        assert lab.listed(ANNA) == []
        assert lab.keep(b"content", ANNA, "again") == digest
        assert names(lab, ANNA) == ["again"]


# Where it is


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LSTM_LAB_DATA": "/data/lab", "XDG_DATA_HOME": "/x"}, "/data/lab"),
        ({"LSTM_LAB_DATA": "~/lab"}, "/home/reader/lab"),
        ({"XDG_DATA_HOME": "/x"}, "/x/lstm-lab"),
        ({"XDG_DATA_HOME": "relative"}, "/home/reader/.local/share/lstm-lab"),
        ({}, "/home/reader/.local/share/lstm-lab"),
    ],
)
def test_the_environment_says_where_the_data_is(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name in ("LSTM_LAB_DATA", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/reader")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert data_directory() == Path(expected)
    assert Library.from_environment().root == Path(expected)


@pytest.mark.parametrize(("value", "shared"), [("1", True), ("0", False), (None, False)])
def test_the_environment_says_whether_it_is_shared(
    monkeypatch: pytest.MonkeyPatch, value: str | None, shared: bool
) -> None:
    monkeypatch.delenv("LSTM_LAB_SHARED", raising=False)
    if value is not None:
        monkeypatch.setenv("LSTM_LAB_SHARED", value)
    assert Library.from_environment().shared is shared


def test_a_library_knows_what_it_has(tmp_path: Path) -> None:
    library = Library(tmp_path)
    name = library.keep(b"content", "owner" * 6, "a")
    assert library.has(name)
    library.delete(name, "owner" * 6)
    assert not library.has(name)


def test_a_file_whose_time_is_over_is_gone_before_anybody_sweeps(tmp_path: Path) -> None:
    clock = [1e6]
    library = Library(tmp_path, now=lambda: clock[0])
    owner, other = "owner" * 6, "other" * 6
    kept, saved = (library.keep(content, owner, "a") for content in (b"one", b"two"))
    library.save(saved, other, "b")
    clock[0] += 24 * 3600
    assert library.has(kept)
    assert library.content(kept) == b"one"
    clock[0] += 1
    assert not library.has(kept)
    with pytest.raises(LabError, match="Open it again"):
        library.content(kept)
    assert library.listed(owner) == []
    assert library.content(saved) == b"two"
    assert [file.hash for file in library.listed(other)] == [saved]


# Names


def test_a_renamed_file_keeps_its_time_and_what_others_call_it(lab: Library, clock: Clock) -> None:
    digest = lab.keep(b"content", ANNA, "hers")
    lab.keep(b"content", BERT, "his")
    clock.time += 100
    lab.rename(digest, ANNA, "Counter\n/2")
    (file,) = lab.listed(ANNA)
    assert file == (digest, "Counter2", 7, clock.time - 100, False)
    assert names(lab, BERT) == ["his"]
    lab.save(digest, ANNA, "Counter2")
    lab.rename(digest, ANNA, "Counter 3")
    assert [(file.name, file.saved) for file in lab.listed(ANNA)] == [("Counter 3", True)]


def test_a_file_of_others_or_of_nobody_is_not_renamed(lab: Library) -> None:
    digest = lab.keep(b"content", ANNA, "hers")
    with pytest.raises(LabError, match="Save it first"):
        lab.rename(digest, BERT, "his")
    with pytest.raises(LabError, match="no longer here"):
        lab.rename(NOBODY, ANNA, "name")
    assert names(lab, ANNA) == ["hers"]
    assert names(lab, BERT) == []


@pytest.mark.parametrize("name", ["", " ", "\n\t"])
def test_a_file_is_not_renamed_to_nothing(lab: Library, name: str) -> None:
    digest = lab.keep(b"content", ANNA, "hers")
    with pytest.raises(LabError, match="The name is empty"):
        lab.rename(digest, ANNA, name)
    assert names(lab, ANNA) == ["hers"]


def test_a_file_may_come_piece_by_piece(lab: Library) -> None:
    seen: list[bytes] = []
    kept = lab.keep_pieces(iter([b"a ", b"file"]), ANNA, "f", lambda p: seen.append(p.read_bytes()))
    assert kept == lab.keep(b"a file", BERT, "the same")
    assert seen == [b"a file"]
    assert lab.path(kept).read_bytes() == lab.content(kept) == b"a file"
    assert names(lab, ANNA) == ["f"]
    assert lab.keep_pieces([b"a file"], ANNA, "g", lambda _: None) == kept
    assert stored(lab) == {f"{kept}.{one}" for one in EXTENSIONS}


def test_what_comes_and_is_refused_leaves_nothing_behind(lab: Library) -> None:
    def cut_off() -> Iterator[bytes]:
        yield b"a part"
        raise LabError("The line is cut.")

    def refuse(_: Path) -> None:
        raise LabError("No matrix.")

    with pytest.raises(LabError, match="cut"):
        lab.keep_pieces(cut_off(), ANNA, "f", refuse)
    with pytest.raises(LabError, match="No matrix"):
        lab.keep_pieces([b"a"], ANNA, "f", refuse)
    with pytest.raises(LabError, match="no valid token"):
        lab.keep_pieces([b"a"], "short", "f", refuse)
    assert stored(lab) == set()
    with pytest.raises(LabError, match="no longer here"):
        lab.path(NOBODY)
