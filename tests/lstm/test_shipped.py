"""The models that come with the lab: found by hash, and left out where damaged."""

import hashlib
import logging
from pathlib import Path

import numpy as np
import pytest

from lstm import LabError, Layer, Model
from lstm.card import Card
from lstm.checkpoint import LARGEST_FILE, dump, load
from lstm.shipped import folder, shipped

ROOT = Path(__file__).parents[2]
CARD = Card("reber", "drawn strings", (2,), 300, 0.5, 0.9, 1, "2026-03-01", ("It counts.",), ())


def model(seed: int, card: Card | None = None) -> Model:
    rng = np.random.default_rng(seed)
    return Model([Layer(rng.normal(size=(8, 3)), rng.normal(size=(8, 2)), np.zeros(8))], card=card)


def write(place: Path, **contents: bytes) -> None:
    for name, content in contents.items():
        (place / f"{name}.safetensors").write_bytes(content)


def test_they_are_listed_by_name_with_hash_size_and_card(tmp_path: Path) -> None:
    one, other = dump(model(1, CARD)), dump(model(2))
    write(tmp_path, second=other, first=one)
    (tmp_path / "first.md").write_text("words beside it")
    first, second = shipped(tmp_path)
    assert (first.name, second.name) == ("first", "second")
    assert first.hash == hashlib.sha256(one).hexdigest()
    assert second.hash == hashlib.sha256(other).hexdigest()
    assert (first.size, second.size) == (len(one), len(other))
    assert (first.card, second.card) == (CARD, None)
    assert (first.content(), second.content()) == (one, other)


@pytest.mark.parametrize("content", [b"", b"no safetensors", dump(model(1))[:200]], ids=len)
def test_a_damaged_one_is_left_out_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    write(tmp_path, broken=content, whole=dump(model(2)))
    with caplog.at_level(logging.WARNING, logger="lstm.shipped"):
        assert [one.name for one in shipped(tmp_path)] == ["whole"]
    (record,) = caplog.records
    assert "broken.safetensors" in record.getMessage()
    assert "left out" in record.getMessage()


def test_one_that_cannot_be_read_is_left_out_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a folder.safetensors").mkdir()
    assert shipped(tmp_path) == ()
    assert "a folder" in caplog.text


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert shipped(tmp_path / "nothing") == ()


def test_they_are_read_once(tmp_path: Path) -> None:
    write(tmp_path, one=dump(model(1)))
    before = shipped(tmp_path)
    write(tmp_path, two=dump(model(2)))
    assert shipped(tmp_path) is before


def test_one_that_is_gone_since_is_said_with_what_to_do(tmp_path: Path) -> None:
    write(tmp_path, one=dump(model(1)))
    (one,) = shipped(tmp_path)
    one.path.unlink()
    with pytest.raises(LabError, match=r"'one'.*cannot be read.*install it again"):
        one.content()


def test_the_lab_s_own_lie_in_the_repository_are_small_and_have_cards() -> None:
    assert folder() == ROOT / "models"
    ours = shipped(folder())
    assert [one.path for one in ours] == sorted((ROOT / "models").glob("*.safetensors"))
    assert ours
    assert sum(one.size for one in ours) < 20 * 2**20 < LARGEST_FILE
    for one in ours:
        card = load(one.path).card
        assert card is not None, one.name
        assert card == one.card
        assert card.can, one.name
        assert card.cannot, one.name
