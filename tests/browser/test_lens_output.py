"""An opened model without an output, in the browser: the offer, and the lens on what was fitted."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from playwright.sync_api import expect

from lstm import grammar, load
from lstm.checkpoint import save
from tests.browser.axe import violations

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, Watch

pytestmark = pytest.mark.browser

MODELS = Path(__file__).parents[2] / "models"


def test_an_output_is_fitted_on_a_text_and_the_lens_shows_it(
    lab: "Lab", watch: "Watch", tmp_path: Path
) -> None:
    watch.allow("422")  # the text that is too short
    silent = replace(load(MODELS / "agreement.safetensors"), decoder=None)
    save(silent, tmp_path / "silent.safetensors")
    rng = np.random.default_rng(0)
    text = " ".join(" ".join(grammar.agreement(rng, n % 3)[0]) for n in range(120))
    page = lab.page
    lab.leave()
    page.goto(f"{lab.url}lens")
    expect(page.locator(".lab-lens[data-ready]")).to_be_attached()
    own = page.get_by_role("textbox", name="Text to fit an output on")
    expect(own).to_be_hidden()

    page.locator(".lab-file").set_input_files(tmp_path / "silent.safetensors")
    expect(lab.alert).to_contain_text("This model has no output")
    own.fill("the keys")
    lab.button("Fit an output").click()
    expect(page.locator(".lab-fit-says")).to_contain_text("give at least 200")
    expect(own).to_have_attribute("aria-invalid", "true")
    assert violations(page) == []

    own.fill(text)
    lab.button("Fit an output").click()
    expect(page.locator(".lab-fit-says")).to_contain_text("softmax regression")
    model = page.get_by_role("combobox", name="Model", exact=True)
    chosen = model.locator("option:checked")
    expect(chosen).to_have_text("silent.safetensors with an output")
    expect(own).to_be_hidden()
    expect(lab.alert).to_have_count(0)
    expect(page.locator(".lab-lens-quality li")).to_have_count(3)
