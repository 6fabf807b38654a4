"""Folders of models of transformers in the browser, where they cannot be opened."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, Server

pytestmark = pytest.mark.browser


@pytest.fixture
def serving_folders(
    no_workers: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> "Server":
    monkeypatch.setenv("LSTM_LAB_FOLDERS", str(tmp_path / "empty"))
    (tmp_path / "empty").mkdir()
    server: Server = request.getfixturevalue("own_server")
    return server


def test_a_folder_that_cannot_be_opened_says_why_and_the_page_stays(
    serving_folders: "Server", open_lab: "Callable[..., Lab]"
) -> None:
    lab = open_lab(serving_folders.url)
    page = lab.page
    page.goto(f"{serving_folders.url}lens#v=2&m=folder&hash=gone&lens=raw&text=x")
    expect(page.locator(".lab-lens[data-ready]")).to_be_attached()
    expect(lab.alert).to_contain_text("This lab offers no folder 'gone' now.")

    model = page.get_by_role("combobox", name="Model", exact=True)
    model.select_option(label="empty (transformers)")
    # Whether its libraries are there or not, the page says what is wrong with it.
    expect(lab.alert).to_contain_text(re.compile("not installed here|has no config.json"))
    expect(model).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value("The keys to the cabinet")
    expect(lab.region("Rank matrix")).to_be_visible()  # of the model before

    model.select_option(label="Subject and verb")
    expect(model).not_to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("combobox", name="Lens", exact=True)).to_have_value("affine")
