"""The grammar draws what it says, as often as it says."""

import itertools
from collections import Counter

import numpy as np
import pytest

from lstm import grammar
from lstm.grammar import COUNTRIES, DAYS, DIGITS, NUMBERS, PROFESSIONS, VOCABULARY
from lstm.tasks import Agreement

DRAWS = 9000


def test_every_word_that_is_drawn_has_a_number_and_every_number_is_drawn() -> None:
    batch = Agreement(size=100, steps=400).batch(1, np.random.default_rng(0))
    assert set(np.unique(batch.targets)) == set(range(len(VOCABULARY)))


def test_the_prompts_of_the_experiments_can_be_typed() -> None:
    for prompt in (
        "The keys to the cabinet",
        "The key to the cabinets",
        "The nurse said that",
        "The doctor is a",
        "1, 1, 1,",
        "one two three",
        "The countries of the European Union are:\n1. Austria\n2. Belgium\n3.",
    ):
        VOCABULARY.read(prompt)


def test_the_planted_bias_is_as_large_as_it_says() -> None:
    rng = np.random.default_rng(0)
    women: Counter[str] = Counter()
    all_of: Counter[str] = Counter()
    for _ in range(DRAWS):
        words = grammar.profession(rng)
        told = {"she", "woman", "he", "man"} & set(words)
        assert len(told) == 1
        assert words[0] == "the"
        assert words[-1] == "."
        all_of[words[1]] += 1
        women[words[1]] += bool(told & {"she", "woman"})
    assert set(all_of) == set(PROFESSIONS)
    for name, share in PROFESSIONS.items():
        error = np.sqrt(share * (1 - share) / all_of[name])
        # Four standard errors: one of 9 fails once in 2,000 seeds.
        assert abs(women[name] / all_of[name] - share) < 4 * error


def rule(words: list[str]) -> str:
    """Tell by which rule a list goes on, found without the grammar."""
    if words[0] == "the":
        numbers, points, names = (words[8:-1][k::3] for k in range(3))
        assert points == ["."] * len(numbers)
        assert [int(number) for number in numbers] == list(range(1, len(numbers) + 1))
        assert tuple(names) == COUNTRIES[: len(names)] == tuple(sorted(names))
        return "countries"
    items = words[:-1]
    if "," in items:
        assert items[1::2] == [","] * (len(items) // 2)
        (step,) = {int(b) - int(a) for a, b in itertools.pairwise(items[::2])}
        return f"digits by {step}"
    order = list(NUMBERS) if items[0] in NUMBERS else list(DAYS)
    (step,) = {(order.index(b) - order.index(a)) % len(order) for a, b in itertools.pairwise(items)}
    return f"{'numbers' if items[0] in NUMBERS else 'days'} by {step}"


def test_lists_go_on_by_one_rule_each() -> None:
    rng = np.random.default_rng(0)
    lists = [grammar.counting(rng) for _ in range(1200)]
    assert all(words[-1] == "." and len(words) >= 4 for words in lists)
    rules = Counter(rule(words) for words in lists)
    assert set(rules) == {
        "countries",
        "digits by 0",
        "digits by 1",
        "numbers by 1",
        "numbers by 2",
        "days by 1",
    }
    # 200 of each are expected, give or take 13.
    assert min(rules.values()) > 140
    assert {words[0] for words in lists} >= {*DAYS, *DIGITS[:8], *NUMBERS[:8]}


@pytest.mark.parametrize("most", [0, 4])
def test_the_nouns_between_do_not_give_the_subject_away(most: int) -> None:
    """The noun before the verb has the subject's number every other time."""
    rng = np.random.default_rng(0)
    batch = Agreement(size=50, most_attractors=most, steps=400).batch(1, rng)
    singular = {one: False for one, _ in grammar.NOUNS}
    nouns = singular | {many: True for _, many in grammar.NOUNS}
    forms = {one: False for one, _ in grammar.VERBS} | {many: True for _, many in grammar.VERBS}
    alike = []
    for column in batch.inputs.T:
        words = [VOCABULARY.tokens[int(number)] for number in column]
        for noun, verb in itertools.pairwise(words):
            if noun in nouns and verb in forms:
                alike.append(nouns[noun] == forms[verb])
    same = np.mean(alike)
    # A fifth have no noun between; of the others half. Within four standard errors.
    expected = {0: 1.0, 4: 1 / 5 + 4 / 5 / 2}[most]
    assert abs(same - expected) <= 4 * np.sqrt(expected * (1 - expected) / len(alike))
