"""A text to try: some paragraphs of the lab's own, simple enough to be learnt in a minute."""

_PLACES = ("harbour", "market", "mill", "school")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

_MORNING = """On {day} the old bell of the {place} rang at six, and the baker opened her door.
The bread was warm, the street was cold, and the first boat came home over the grey water.
"What have you caught?" asked the baker. "Little fish and much wind," said the fisher.
"""
_NOON = """At noon the sun stood over the {place}, and the children ran out with bread and apples.
One of them had a kite, two of them had a dog, and all of them had time.
The kite went up, the dog ran after it, and the wind carried both their names over the hill.
"""
_NIGHT = """In the evening the lamps were lit along the {place}, one by one, as on every {day}.
The fisher mended his nets, the baker counted her coins, and the dog slept under the table.
"What will you bake tomorrow?" asked the fisher. "Bread," said the baker, "as on every day."
The bell rang nine, the last lamp went out, and the {place} was quiet until the morning.
"""
_RAIN = """But on {day} it rained. It rained on the {place}, it rained on the boats, it rained on
the hill. Nobody came to buy bread, and nobody went out to catch fish; so the baker and the fisher
sat by the fire, and told each other how the wind had been when they were young.
"""


def _text() -> str:
    parts = []
    for n, day in enumerate(_DAYS):
        place = _PLACES[n % len(_PLACES)]
        told = (_MORNING, _RAIN if n % 3 == 2 else _NOON, _NIGHT)
        parts += [part.format(day=day, place=place) for part in told]
    return "\n".join(parts)


TEXT = _text()
