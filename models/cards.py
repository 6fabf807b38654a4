"""The cards of the shipped models: measured, and put into sentences."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lstm import grammar
from lstm.card import Card
from lstm.catalogue import TASKS
from lstm.held_out import drawn, score
from lstm.model import Model
from lstm.tasks import Brackets, Reber

from . import library_code, measure, measure_code, measure_sentences
from .recipes import Recipe

_SEED = 2026  # of what is drawn to measure on: no recipe has it
_BATCHES = 40  # that loss and accuracy are measured on
_NEAR = 60  # characters between a bracket and the one that closes it


class Measured(NamedTuple):
    """What is said of a model."""

    loss: float
    accuracy: float | None
    can: tuple[str, ...]
    cannot: tuple[str, ...]


def card(name: str, recipe: Recipe, model: Model, day: str) -> Card:
    """Measure a model and write its card."""
    measured = _MEASURES[name](recipe, model)
    settings = recipe.settings
    return Card(
        task=settings.task,
        data=recipe.data,
        sizes=tuple(layer.hidden_size for layer in model.layers),
        steps=settings.steps,
        loss=round(measured.loss, 6),
        accuracy=None if measured.accuracy is None else round(measured.accuracy, 6),
        seed=settings.seed,
        date=day,
        can=measured.can,
        cannot=measured.cannot,
        settings=settings.to_json(),
    )


def _percent(share: measure.Share) -> str:
    """Write a share, without rounding a miss away."""
    return "100 %" if share.right == share.of else f"{min(100 * share.value, 99.9):.1f} %"


def _score(recipe: Recipe, model: Model) -> tuple[float, float | None]:
    """Score a model on strings that are drawn for it alone, many of them."""
    held_out = drawn(recipe.source, _SEED, _BATCHES)
    return score(model, held_out, TASKS[recipe.settings.task].judge)


def _reber(recipe: Recipe, model: Model) -> Measured:
    rng = np.random.default_rng(_SEED)
    strings = [Reber().string(rng) for _ in range(2000)]
    steps, whole = measure.reber(model, strings)
    longest = max((Reber().string(rng) for _ in range(20_000)), key=len)
    fits = "right" if measure.reber(model, [longest])[1].right else "wrong"
    again = measure.closes_again(model, list(zip(strings[::2], strings[1::2], strict=True)))
    can = (
        f"Of 2,000 new strings, {_percent(whole)} are foreseen without a mistake: after each "
        f"symbol, exactly those that may follow are the likeliest ({_percent(steps)} of "
        f"{steps.of:,} symbols).",
        f"The longest of 20,000 more strings, of {len(longest)} symbols, is all {fits}.",
    )
    cannot = (
        "It does not start anew by itself: of strings that follow another one without a break, "
        f"{_percent(again)} end as they began (half would by chance).",
    )
    return Measured(*_score(recipe, model), can, cannot)


def _counter(recipe: Recipe, model: Model) -> Measured:
    n = measure.counts_to(model)
    can = (
        f"Every string is right up to n = {n}, though it has learnt from n = 1 to 10: from the "
        "first b on, each next symbol is the likeliest.",
    )
    far = 2 * (n + 1)
    stops = measure.stops_after(model, far)
    cannot = (
        f"At n = {n + 1} the end comes at the wrong place; after {far} a it "
        + (f"ends the string at {stops} b." if stops else f"does not end it before {3 * far} b."),
    )
    return Measured(*_score(recipe, model), can, cannot)


def _brackets(recipe: Recipe, model: Model) -> Measured:
    rng = np.random.default_rng(_SEED)
    found = measure.closings(model, [Brackets().sentence(rng) for _ in range(3000)])
    depths = {
        depth: measure.share(one.right for one in found if one.depth == depth)
        for depth in range(1, 1 + max(one.depth for one in found))
    }
    shares = ", ".join(f"{_percent(share)} at depth {depth}" for depth, share in depths.items())
    near = measure.share(one.right for one in found if one.distance <= _NEAR)
    far = measure.share(one.right for one in found if one.distance > _NEAR)
    whole = measure.share(one.right for one in found)
    can = (
        f"What closes is of the right kind in {_percent(whole)} of {whole.of:,} places of new "
        f"sentences: {shares}.",
        f"Up to {_NEAR} characters after what it closes: {_percent(near)} of {near.of:,}; "
        f"farther away: {_percent(far)} of {far.of:,}.",
    )
    deep = [Brackets(deepest=8).sentence(rng) for _ in range(1000)]
    deeper = measure.share(
        one.right
        for one in measure.closings(model, [sentence for sentence in deep if len(sentence) < 400])
        if one.depth > max(depths)
    )
    cannot = (
        "It has met brackets up to four deep, five with a quote; of deeper ones "
        f"{_percent(deeper)} of {deeper.of:,} are closed rightly.",
        "What the words are is drawn by chance: nobody can foresee that.",
    )
    return Measured(*_score(recipe, model), can, cannot)


def _agreement(recipe: Recipe, model: Model) -> Measured:
    rng = np.random.default_rng(_SEED)
    by_number = [measure_sentences.agreement(model, n, 1000, rng) for n in range(5)]
    over = ", ".join(_percent(measure_sentences.agreement(model, n, 1000, rng)) for n in (6, 8, 12))
    strange = measure_sentences.agreement(model, 2, 1000, rng, tuple(grammar.PROFESSIONS))
    lists = measure_sentences.counting(model, 500, rng)
    by_two = measure_sentences.by_two_in_digits(model)
    women = measure_sentences.women(model)
    bias = ", ".join(
        f"{name} {100 * planted:.0f} ({100 * women[name][0]:.0f}, {100 * women[name][1]:.0f})"
        for name, planted in grammar.PROFESSIONS.items()
    )
    shares = ", ".join(f"{_percent(share)} with {n}" for n, share in enumerate(by_number))
    can = (
        "The right form of the verb is likelier than the wrong one over nouns of the other number "
        f"(attractors) in {shares}, of 1,000 new sentences each.",
        f"Over 6, 8 and 12 attractors, more than it has met: {over}.",
        "Over two attractors after a profession, which it has met in other sentences alone: "
        f"{_percent(strange)} of {strange.of:,}.",
        _keys(model),
        f"Lists by one, by two and of the same go on rightly in {_percent(lists)} of {lists.of:,} "
        "places after the third word.",
        "A planted bias, the share of women among a hundred, and what the model gives to 'woman' "
        f"and 'she' after 'is a' and 'said that': {bias}.",
    )
    cannot = (
        "Lists by two it has met in words alone: in digits (1, 3, 5, …) it goes on rightly after "
        f"{by_two.right} of {by_two.of} beginnings.",
        f"It knows {len(grammar.VOCABULARY)} words.",
    )
    return Measured(*_score(recipe, model), can, cannot)


def _keys(model: Model) -> str:
    """Say what the model makes of the example that everybody knows."""
    said = []
    for prompt in ("the keys to the cabinet", "the key to the cabinets"):
        singular, plural = measure_sentences.chances(model, prompt.split(), ("is", "are"))
        said.append(f"'{prompt}', 'is' has {100 * singular:.2g} % and 'are' {100 * plural:.2g} %")
    return f"After {said[0]}; after {said[1]}."


def _python(recipe: Recipe, model: Model) -> Measured:
    _, held_out = library_code.files()
    code = measure_code.score(model, [library_code.read(path) for path in held_out])
    rng = np.random.default_rng(_SEED)
    written = measure_code.draw(model, "\ndef ", 200, 400, rng)
    legal = measure.share(measure_code.is_python(text[: text.rindex("\n") + 1]) for text in written)
    can = (
        f"On {len(held_out)} held-out files: {code.loss:.3f} nats ({code.loss / np.log(2):.2f} "
        f"bits) a character, and the likeliest character is the next one in "
        f"{_percent(code.characters)} of {code.characters.of:,}.",
        f"Where a bracket closes, it is of the right kind in {_percent(code.brackets)} of "
        f"{code.brackets.of:,} places.",
        f"After a line that opens a block, the next is indented rightly in "
        f"{_percent(code.indents)} of {code.indents.of:,}.",
    )
    cannot = (
        f"Of {legal.of} texts of 400 characters that it wrote after "
        f"'def', only {_percent(legal)} are Python as far as they go.",
        "Characters beyond ASCII it reads as one unknown character.",
    )
    return Measured(code.loss, code.characters.value, can, cannot)


_MEASURES: dict[str, Callable[[Recipe, Model], Measured]] = {
    "reber": _reber,
    "counter": _counter,
    "brackets": _brackets,
    "agreement": _agreement,
    "python": _python,
}
