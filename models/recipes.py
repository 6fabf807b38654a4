"""What each shipped model learns from, how large it is and how long it learns."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from lstm.experiment import prepare
from lstm.model import Model
from lstm.optimisers import Optimiser
from lstm.settings import TEXT, Settings
from lstm.training import Plan, Progress, Source, fit
from lstm.untrained import untrained as own_untrained
from lstm.vocabulary import Vocabulary

from . import library_code

STAGES = 25  # in which the learning rate falls
LAST_RATE = 0.01  # of the first


@dataclass(frozen=True)
class Recipe:
    """How a model is made.

    Attributes
    ----------
    settings : Settings
        The learning rate is the first one; it falls along half a cosine.
    data : str
        What it learns from, in words.
    embedding : int, optional
        Numbers that stand for a token; one-hot where left out.
    """

    settings: Settings
    data: str
    embedding: int | None = None

    @property
    def source(self) -> Source:
        """What it learns from."""
        if self.settings.task == TEXT:
            return library_code.source(self.settings.batch, self.settings.unroll)
        return prepare(self.settings).source

    @property
    def vocabulary(self) -> Vocabulary:
        """What its tokens are."""
        if self.settings.task == TEXT:
            return library_code.VOCABULARY
        known = prepare(self.settings).model.vocabulary
        assert known is not None
        return known


RECIPES: dict[str, Recipe] = {
    "reber": Recipe(
        Settings("reber", size=12, rate=0.01, batch=16, steps=6000, seed=1),
        "Strings of the embedded Reber grammar, drawn without end",
    ),
    "counter": Recipe(
        Settings("anbn", size=3, rate=0.01, batch=16, steps=30_000, seed=5),
        "Strings of n times a and n times b between S and T, n from 1 to 10",
    ),
    "brackets": Recipe(
        Settings(
            "brackets",
            options={"length": 160},
            size=96,
            layers=2,
            rate=0.008,
            batch=32,
            steps=6000,
            seed=1,
        ),
        "Words in round, square and curly brackets, nested up to four deep, and in quotes, "
        "drawn without end",
    ),
    "agreement": Recipe(
        Settings("agreement", size=96, layers=3, rate=0.003, batch=32, steps=6000, seed=1),
        "Sentences of a small grammar of English, drawn without end: three in five have a verb "
        "that agrees with its subject over up to four other nouns, one in five a profession "
        "and a man or woman, one in five is a list that counts",
        embedding=64,
    ),
    "python": Recipe(
        Settings(
            TEXT,
            size=256,
            layers=2,
            rate=0.004,
            dropout=0.05,
            batch=32,
            unroll=64,
            steps=12_500,
            seed=1,
        ),
        library_code.describe(),
        embedding=64,
    ),
}


def untrained(recipe: Recipe) -> Model:
    """Draw the model that training starts from, as the lab does it for everybody."""
    settings, vocabulary = recipe.settings, recipe.vocabulary
    V, D = len(vocabulary), recipe.embedding
    if D is None:
        return own_untrained(settings, vocabulary)
    model = own_untrained(settings, None, D, V)
    # As PyTorch draws them: large ones learn faster than small ones or one-hot inputs.
    rows = np.random.default_rng([settings.seed, 1]).normal(size=(V, D))
    return replace(model, embedding=rows.astype(np.float32), vocabulary=vocabulary)


def train(recipe: Recipe, start: Progress | None = None) -> Iterator[Progress]:
    """Train a model, with a learning rate that falls stage by stage.

    Parameters
    ----------
    recipe : Recipe
    start : Progress, optional
        Where to go on.

    Yields
    ------
    Progress
        After every step.
    """
    s, at = recipe.settings, start
    model, source = untrained(recipe), recipe.source
    for stage in range(STAGES):
        fallen = float(1 + np.cos(np.pi * stage / (STAGES - 1))) / 2
        rate = s.rate * (LAST_RATE + (1 - LAST_RATE) * fallen)
        optimiser = Optimiser(s.method, rate, weight_decay=s.weight_decay, clip=s.clip)
        plan = Plan(s.steps * (stage + 1) // STAGES, optimiser, s.dropout, s.seed)
        for progress in fit(model, source, plan, at):
            yield progress
            at = progress
