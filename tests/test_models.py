"""The trained models that come with the lab open, and do what their cards say."""

import re
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from lstm import grammar
from lstm.card import Card
from lstm.cell import Layer
from lstm.checkpoint import dump, read
from lstm.experiment import Settings, prepare
from lstm.model import Linear, Model, run
from lstm.tasks import Brackets, Reber
from models import library_code, measure, measure_code, measure_sentences
from models.make import in_words, write
from models.recipes import LAST_RATE, RECIPES, Recipe, train, untrained

FOLDER = Path(__file__).parents[1] / "models"
MOST_TOGETHER = 20 * 2**20
NAMES = sorted(RECIPES)


@cache
def shipped(name: str) -> tuple[Model, Card]:
    reading = read((FOLDER / f"{name}.safetensors").read_bytes())
    assert reading.ignored == ()
    assert reading.model.card is not None
    return reading.model, reading.model.card


def percentages(sentence: str) -> list[float]:
    return [float(number) / 100 for number in re.findall(r"([\d.]+(?:e-\d+)?) %", sentence)]


@pytest.fixture(name="rng")
def generator() -> np.random.Generator:
    # Another one than the cards were measured with.
    return np.random.default_rng(77)


def test_there_is_a_file_and_a_page_for_each_recipe_and_no_other() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.safetensors")) == NAMES
    assert sorted(path.stem for path in FOLDER.glob("*.md")) == NAMES


def test_together_they_are_small() -> None:
    sizes = [path.stat().st_size for path in FOLDER.glob("*.safetensors")]
    assert sum(sizes) < MOST_TOGETHER


@pytest.mark.parametrize("name", NAMES)
def test_a_model_opens_and_has_a_whole_card(name: str) -> None:
    model, card = shipped(name)
    settings = RECIPES[name].settings
    assert model.vocabulary == RECIPES[name].vocabulary
    assert model.layers[0].W_ih.dtype == np.float32
    assert card.sizes == (settings.size,) * settings.layers
    assert card.settings is not None
    assert Settings.from_json(card.settings) == settings
    assert (card.task, card.steps, card.seed) == (settings.task, settings.steps, settings.seed)
    assert card.data == RECIPES[name].data or name == "python"  # that of another Python
    assert card.loss is not None
    assert card.accuracy is not None
    assert card.can
    assert card.cannot


@pytest.mark.parametrize("name", NAMES)
def test_the_page_of_a_model_is_its_card_in_words(name: str) -> None:
    _, card = shipped(name)
    assert (FOLDER / f"{name}.md").read_text("utf-8") == in_words(name, card)


@pytest.mark.parametrize("name", NAMES)
def test_a_model_is_saved_again_as_the_same_bytes(name: str) -> None:
    assert dump(shipped(name)[0]) == (FOLDER / f"{name}.safetensors").read_bytes()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "python"])
def test_loss_and_accuracy_are_as_the_card_says(name: str) -> None:
    """Measured on other strings, drawn by another seed than the card's."""
    model, card = shipped(name)
    score = prepare(replace(RECIPES[name].settings, seed=4321)).evaluate(model)
    assert card.loss is not None
    assert card.accuracy is not None
    assert score.accuracy is not None
    # The share of chance in a string's length is the most of what differs.
    assert abs(score.loss - card.loss) < 0.05
    assert abs(score.accuracy - card.accuracy) < 0.02


def test_reber_strings_are_foreseen_as_the_card_says(rng: np.random.Generator) -> None:
    model, card = shipped("reber")
    steps, whole = measure.reber(model, [Reber().string(rng) for _ in range(300)])
    said_whole, said_steps = percentages(card.can[0])
    assert abs(whole.value - said_whole) < 0.02
    assert abs(steps.value - said_steps) < 0.005
    assert said_whole > 0.99


def test_the_counter_counts_as_far_as_the_card_says() -> None:
    """By the text of the strings alone, not by the function that measured the card."""
    model, card = shipped("counter")
    found = re.search(r"up to n = (\d+)", card.can[0])
    assert found is not None
    n = int(found.group(1))
    assert n >= 10
    for k in range(1, n + 1):
        (outputs,) = measure.logits(model, ["S" + "a" * k + "b" * k])
        said = "".join("SabcT"[place] for place in outputs[k + 1 :].argmax(axis=-1))
        # Where rounding differs, the last tenth may be lost.
        assert said == "b" * (k - 1) + "T" or k > 0.9 * n
    assert measure.counts_to(model, 2 * n) <= 1.1 * n
    assert f"At n = {n + 1} " in card.cannot[0]


def test_the_counter_ends_long_strings_where_the_card_says() -> None:
    """Fed its own likeliest symbols, one by one."""
    model, card = shipped("counter")
    found = re.search(r"after (\d+) a it ends the string at (\d+) b", card.cannot[0])
    assert found is not None
    n, stops = map(int, found.groups())
    text = "S" + "a" * n + "b"
    while text[-1] == "b" and len(text) < 5 * n:
        (outputs,) = measure.logits(model, [text])
        text += "SabcT"[outputs[-1].argmax()]
    # A tenth more or less where rounding differs.
    assert abs(text.count("b") - stops) <= 0.1 * stops


def test_brackets_are_closed_as_the_card_says(rng: np.random.Generator) -> None:
    model, card = shipped("brackets")
    found = measure.closings(model, [Brackets().sentence(rng) for _ in range(300)])
    whole, *by_depth = percentages(card.can[0])
    assert abs(measure.share(one.right for one in found).value - whole) < 0.015
    assert min(by_depth) > 0.98
    assert {one.depth for one in found} == set(range(1, len(by_depth) + 1))


def test_verbs_agree_as_the_card_says(rng: np.random.Generator) -> None:
    model, card = shipped("agreement")
    said = percentages(card.can[0])
    assert len(said) == 5
    for attractors, share in enumerate(said):
        found = measure_sentences.agreement(model, attractors, 200, rng).value
        assert abs(found - share) < 0.02
        assert share > 0.98


def test_the_example_that_everybody_knows_is_as_the_card_says() -> None:
    model, card = shipped("agreement")
    assert model.vocabulary is not None
    (sentence,) = (one for one in card.can if "keys to the cabinet" in one)
    shares = percentages(sentence)
    prompts = ("The keys to the cabinet", "The key to the cabinets")
    for prompt, said in zip(prompts, (shares[:2], shares[2:]), strict=True):
        _, numbers = model.vocabulary.read(prompt)
        outputs = run(model, numbers[:, None]).outputs[-1, 0].astype(float)
        chances = np.exp(outputs) / np.exp(outputs).sum()
        for word, share in zip(("is", "are"), said, strict=True):
            assert chances[model.vocabulary.tokens.index(word)] == pytest.approx(share, rel=0.1)
    assert shares[1] > 100 * shares[0]
    assert shares[2] > 100 * shares[3]


def test_the_planted_bias_is_found_again_as_the_card_says() -> None:
    """In the article's own words, by the model's outputs alone."""
    model, card = shipped("agreement")
    assert model.vocabulary is not None
    found = {
        name: (int(planted), int(woman), int(she))
        for name, planted, woman, she in re.findall(r"(\w+) (\d+) \((\d+), (\d+)\)", card.can[-1])
    }
    assert {name: planted for name, (planted, _, _) in found.items()} == {
        name: round(100 * share) for name, share in grammar.PROFESSIONS.items()
    }
    for name, (planted, woman, she) in found.items():
        for prompt, words, said in (
            (f"The {name} is a", "woman man", woman),
            (f"The {name} said that", "she he", she),
        ):
            tokens, _ = model.vocabulary.read(prompt)
            (outputs,) = measure.logits(model, [[token.lower() for token in tokens]])
            chances = np.exp(outputs[-1][model.vocabulary.numbers(words.split())].astype(float))
            assert abs(100 * chances[0] / chances.sum() - said) < 1.5
            assert abs(said - planted) < 6


def test_python_is_foreseen_as_the_card_says() -> None:
    """On a twelfth of the held-out pieces, by the softmax written out."""
    model, card = shipped("python")
    _, held_out = library_code.files()
    size = measure_code.PIECE
    pieces = []
    for path in held_out:
        text = library_code.read(path)
        pieces += [text[k : k + size] for k in range(0, len(text) - size + 1, size)]
    numbers = np.stack([library_code.VOCABULARY.numbers(piece) for piece in pieces[::12]], axis=1)
    outputs = run(model, numbers[:-1]).outputs.astype(float)
    chances = np.exp(outputs) / np.exp(outputs).sum(axis=-1, keepdims=True)
    of_next = np.take_along_axis(chances, numbers[1:, :, None], axis=-1)
    assert card.loss is not None
    assert card.accuracy is not None
    # The spread of pieces is 0.3 nats: two standard errors of 48, and another Python's files.
    assert abs(-np.log(of_next).mean() - card.loss) < 0.1
    assert abs((outputs.argmax(axis=-1) == numbers[1:]).mean() - card.accuracy) < 0.03
    assert card.loss < 1.35


def test_code_is_closed_and_indented_as_the_card_says() -> None:
    model, card = shipped("python")
    _, held_out = library_code.files()
    short = [path for path in held_out if path.stat().st_size < 9000]
    found = measure_code.score(model, [library_code.read(path) for path in short])
    (brackets,), (indents,) = (percentages(sentence) for sentence in card.can[1:3])
    # Within four standard errors of some 300 brackets and 150 indents.
    assert abs(found.brackets.value - brackets) < 0.05
    assert abs(found.indents.value - indents) < 0.12
    # Over all of the files and over these, as the first test has it over its own.
    assert found.loss == pytest.approx(card.loss, abs=0.3)


def test_code_is_measured_as_it_stands() -> None:
    """A model that always says the same, by counting in the text."""
    V = len(library_code.VOCABULARY)
    chances = np.full(V, 0.5 / (V - 1))
    (number,) = library_code.VOCABULARY.numbers(" ")
    chances[number] = 0.5
    layer = Layer(np.zeros((4, V)), np.zeros((4, 1)), np.zeros(4))
    says = Linear(np.zeros((V, 1)), np.log(chances))
    constant = Model([layer], says, vocabulary=library_code.VOCABULARY)
    text = "def f(x):\n    return [x, (1)]\n\n\n" * 40
    found = measure_code.score(constant, [text])
    counted = [c for k, c in enumerate(text) if k % measure_code.PIECE]
    spaces = counted.count(" ")
    loss = -(spaces * np.log(0.5) + (len(counted) - spaces) * np.log(0.5 / (V - 1))) / len(counted)
    assert abs(found.loss - loss) < 1e-6
    assert found.characters == (spaces, len(counted))
    # Of three that are equally likely, the first is taken: ")". One list spans two pieces.
    assert found.brackets.right == 40 * 2
    assert found.brackets.of in (40 * 3, 40 * 3 - 1, 40 * 3 - 2)
    # It never stops to indent.
    assert found.indents.right == 0
    assert found.indents.of in (39, 40)


def test_what_counts_as_python_is_whole_as_far_as_it_goes() -> None:
    assert measure_code.is_python("def f(x):\n    return (x +\n")
    assert measure_code.is_python("x = 1\n")
    assert not measure_code.is_python("def f(x:\n    return\n")
    assert not measure_code.is_python("if x:\nreturn\n")


def test_programs_are_drawn_by_the_models_own_chances(rng: np.random.Generator) -> None:
    """Of a model that always says the same: as often as it says."""
    V = len(library_code.VOCABULARY)
    chances = np.full(V, 1e-9)
    numbers = library_code.VOCABULARY.numbers("ab")
    chances[numbers] = 0.2, 0.8
    layer = Layer(np.zeros((4, V)), np.zeros((4, 1)), np.zeros(4))
    says = Linear(np.zeros((V, 1)), np.log(chances))
    model = Model([layer], says, vocabulary=library_code.VOCABULARY)
    texts = measure_code.draw(model, "def ", 50, 40, rng)
    drawn = "".join(text.removeprefix("def ") for text in texts)
    assert len(drawn) == 2000
    assert set(drawn) == {"a", "b"}
    # Within four standard errors.
    assert abs(drawn.count("a") / 2000 - 0.2) < 4 * np.sqrt(0.2 * 0.8 / 2000)


def small(name: str, steps: int) -> Recipe:
    return replace(RECIPES[name], settings=replace(RECIPES[name].settings, steps=steps))


def test_the_same_recipe_makes_the_same_bytes() -> None:
    one, two = ([*train(small("agreement", 30))][-1].model for _ in range(2))
    assert dump(one) == dump(two)


def test_the_learning_rate_falls_to_a_hundredth() -> None:
    """Where gradients hardly change, Adam's steps are as long as the rate: first and last."""
    recipe = small("counter", 500)
    moved = []
    before = untrained(recipe).decoder
    for progress in train(recipe):
        after = progress.model.decoder
        assert before is not None
        assert after is not None
        moved.append(float(np.abs(after.b - before.b).max()))
        before = after
    rate = recipe.settings.rate
    assert abs(moved[0] - rate) < 0.01 * rate
    assert max(moved[-20:]) < 3 * LAST_RATE * rate


def test_a_model_that_is_made_again_keeps_its_day_and_another_has_its_own(tmp_path: Path) -> None:
    model, _ = shipped("reber")
    path = tmp_path / "reber.safetensors"
    write("reber", model, tmp_path)
    card = read(path.read_bytes()).model.card
    assert card is not None
    before = dump(replace(model, card=replace(card, date="2020-01-01")))
    path.write_bytes(before)
    write("reber", model, tmp_path)
    assert path.read_bytes() == before
    assert (tmp_path / "reber.md").read_text("utf-8").count("2020-01-01") == 1
    assert model.decoder is not None
    other = Linear(model.decoder.W, model.decoder.b + np.float32(0.001))
    changed = replace(model, decoder=other, card=None)
    write("reber", changed, tmp_path)
    again = read(path.read_bytes()).model.card
    assert again is not None
    assert date.fromisoformat(again.date) > date(2020, 1, 1)
