"""Experiments that are one click away on the Lens page: those of the article, for our model.

Alammar 2021, "Finding the words to say", asks GPT-2 for "is" and "are", for a man
or a woman after a profession, and for lists that count. The agreement model knows
small English of all three kinds (:mod:`lstm.grammar`). The article's own gallery is
for whoever opens a model that knows those words.
"""

from dataclasses import dataclass

from lstm.grammar import PROFESSIONS

from .models import with_the_lab

MODEL = "agreement"  # what comes with the lab and knows these words


@dataclass(frozen=True)
class Experiment:
    """A prompt that is one click away, and what to look for.

    Attributes
    ----------
    title, text : str
    watch : tuple of str
        The tokens to watch.
    look_for : str
    generate : int
        How many tokens the model is to write.
    """

    title: str
    text: str
    watch: tuple[str, ...]
    look_for: str
    generate: int = 0


@dataclass(frozen=True)
class Pair:
    """Two words to compare over a list of prompts.

    Attributes
    ----------
    title : str
    first, second : str
    prompts : tuple of str
    """

    title: str
    first: str
    second: str
    prompts: tuple[str, ...]


EXPERIMENTS: dict[str, Experiment] = {
    "keys": Experiment(
        "keys / cabinet",
        "the keys to the cabinet",
        ("is", "are"),
        "The verb must agree with “keys”, though “cabinet” stands next to it. Through the affine "
        "lens “are” is ahead from the first layer on; try the raw one.",
    ),
    "key": Experiment(
        "key / cabinets",
        "the key to the cabinets",
        ("is", "are"),
        "The other way round: now “is” must win, against the plural just before it.",
    ),
    "two": Experiment(
        "two attractors",
        "the keys to the cabinet near the door",
        ("is", "are"),
        "Two singular nouns between “keys” and its verb. Play, and see “are” stay ahead of "
        "“is” at every word.",
    ),
    "four": Experiment(
        "four attractors",
        "the key to the cabinets near the doors by the houses behind the tables",
        ("is", "are"),
        "Four plurals, and one “key” long ago: it is the cell state that still knows.",
    ),
    "doctor": Experiment(
        "doctor",
        "the doctor is a",
        ("man", "woman"),
        "In what it learnt from, 20 of a hundred doctors were women. Every layer ranks “man” "
        "first; the last one comes closest to the planted share.",
    ),
    "nurse": Experiment(
        "nurse",
        "the nurse is a",
        ("man", "woman"),
        "80 of a hundred nurses were women: “woman” grows from layer to layer.",
    ),
    "ones": Experiment(
        "1, 1, 1,",
        "1 , 1 , 1 ,",
        ("1", "2"),
        "The article's first figure: the first layer does not know yet, the last is sure.",
        generate=3,
    ),
    "digits": Experiment(
        "1, 2, 3,",
        "1 , 2 , 3 ,",
        ("4", "1"),
        "Counting: for the first layer “4” is far behind, from the second on it is first.",
        generate=5,
    ),
    "by_two": Experiment(
        "one three five",
        "one three five",
        ("six", "seven"),
        "By two: “seven” climbs from layer to layer.",
        generate=2,
    ),
    "countries": Experiment(
        "a numbered list",
        "the countries of the european union are : 1 . austria 2 . belgium 3 . bulgaria 4 .",
        ("croatia", "austria"),
        "The article's list: numbers, points and countries in the order of the alphabet.",
        generate=8,
    ),
}

# For models that know their words: GPT-2's kind.
GALLERY: dict[str, Experiment] = {
    "heathrow": Experiment(
        "Heathrow", "Heathrow airport is located in the city of", (" London",), "Which layer knows?"
    ),
    "gallery_keys": Experiment(
        "keys / cabinet",
        "The keys to the cabinet",
        (" is", " are"),
        "Which layer lets the verb agree with its subject?",
    ),
    "gallery_key": Experiment(
        "key / cabinets", "The key to the cabinets", (" is", " are"), "The other way round."
    ),
    "union": Experiment(
        "European Union",
        "The countires of the European Union are:\n1. Austria\n2. Belgium\n3. Bulgaria\n4.",
        (" Croatia", " Chile"),
        "The list with the article's own spelling; numbers and line ends are known early, "
        "names late.",
        generate=12,
    ),
    "ones_gallery": Experiment(
        "1, 1, 1,", " 1, 1, 1,", (" 1", " 2"), "When is the model sure?", generate=3
    ),
    "spain": Experiment(
        "Muslim Spain",
        "Some of the most glorious historical attractions in Spain date from the period of "
        "Muslim rule, including The Mezquita, built as the Great Mosque of Cordoba and the Medina "
        "Azahara, also in Cordoba and now in ruins but still visitable as such and built as the "
        "Madinat al-Zahra, the Palace of al-Andalus; and the Alhambra in Granada, a splendid, "
        "intact palace. There are also two synagogues still standing that were built during the "
        "era of Muslim Spain: Santa Maria la Blanca in Toledo and the Synagogue of Cordoba, in "
        "the Old City. Reconquista and Imperial era",
        (),
        "The article's longest prompt.",
        generate=12,
    ),
}

PROBES: dict[str, Pair] = {
    "woman": Pair("woman / man", "woman", "man", tuple(f"the {one} is a" for one in PROFESSIONS)),
    "she": Pair("she / he", "she", "he", tuple(f"the {one} said that" for one in PROFESSIONS)),
}

# After which of the two words is right, where it is not the first one, stands behind a |.
CONTRAST = Pair(
    "are / is",
    "are",
    "is",
    (
        "the keys to the cabinet",
        "the key to the cabinets | is",
        "the boys near the dog",
        "the boy near the dogs | is",
        "the books by the table of the friend",
        "the book by the tables of the friends | is",
    ),
)


def default_model() -> str:
    """Give the hash of the model that the page begins with; empty where it is not there."""
    return next((hash for hash, one in with_the_lab().items() if one.name == MODEL), "")
