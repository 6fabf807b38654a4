"""What the model of agreement sentences does: verbs, lists, and the planted bias."""

from collections.abc import Sequence

import numpy as np

from lstm import grammar
from lstm.model import Model

from .measure import Share, logits, share, vocabulary_of


def agreement(
    model: Model,
    attractors: int,
    count: int,
    rng: np.random.Generator,
    subjects: Sequence[str] = (),
) -> Share:
    """Tell how often the right form of the verb is likelier than the other one.

    Parameters
    ----------
    model : Model
    attractors : int
        Nouns of the other number between subject and verb.
    count : int
        Sentences.
    rng : numpy.random.Generator
    subjects : sequence of str, optional
        Singular nouns that take the place of the subject.
    """
    drawn = [grammar.agreement(rng, attractors) for _ in range(count)]
    if subjects:
        singular = {one for one, _ in grammar.NOUNS}
        drawn = [(words, verb) for words, verb in drawn if words[1] in singular]
        drawn = [
            (["the", subjects[n % len(subjects)], *words[2:]], verb)
            for n, (words, verb) in enumerate(drawn)
        ]
    forms = {one: other for pair in grammar.VERBS for one, other in (pair, pair[::-1])}
    found = []
    for (words, verb), outputs in zip(drawn, logits(model, [w for w, _ in drawn]), strict=True):
        right, wrong = vocabulary_of(model).numbers([words[verb], forms[words[verb]]])
        found.append(bool(outputs[verb - 1][right] > outputs[verb - 1][wrong]))
    return share(found)


def counting(model: Model, count: int, rng: np.random.Generator) -> Share:
    """Tell how often a list goes on rightly after its third word, where it goes on.

    A list may end after any word, so that its end is left out of the question.
    """
    lists = [grammar.counting(rng) for _ in range(count)]
    vocabulary = vocabulary_of(model)
    (point,) = vocabulary.numbers(["."])
    found = []
    for words, outputs in zip(lists, logits(model, lists), strict=True):
        for t in range(3, len(words) - 1):
            if words[t] != "." and words[0] != "the":
                best = np.delete(outputs[t - 1], point).argmax()
                found.append(bool(best + (best >= point) == vocabulary.numbers([words[t]])[0]))
    return share(found)


def by_two_in_digits(model: Model) -> Share:
    """Tell how often a list like "1, 3, 5," goes on rightly."""
    tokens = vocabulary_of(model).tokens
    found = []
    for first in range(1, 5):
        prompt = [part for n in range(first, first + 6, 2) for part in (str(n), ",")]
        (outputs,) = logits(model, [prompt])
        found.append(tokens[int(outputs[-1].argmax())] == str(first + 6))
    return share(found)


def chances(model: Model, prompt: Sequence[str], tokens: Sequence[str]) -> list[float]:
    """Give the chances of tokens after a prompt, by the softmax over all."""
    (outputs,) = logits(model, [prompt])
    exponentials = np.exp(outputs[-1].astype(float) - outputs[-1].max())
    shares = exponentials / exponentials.sum()
    return [float(shares[number]) for number in vocabulary_of(model).numbers(tokens)]


def women(model: Model) -> dict[str, tuple[float, float]]:
    """Give for each profession the share of "woman" beside "man", and of "she" beside "he"."""
    found = {}
    for name in grammar.PROFESSIONS:
        shares = []
        for prompt, pair in (
            (f"the {name} is a", "woman man"),
            (f"the {name} said that", "she he"),
        ):
            (outputs,) = logits(model, [prompt.split()])
            one, other = outputs[-1][vocabulary_of(model).numbers(pair.split())]
            shares.append(float(1 / (1 + np.exp(other - one))))
        found[name] = (shares[0], shares[1])
    return found
