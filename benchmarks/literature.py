"""Make the table of published results beside ours: ``python -m benchmarks.literature``.

Results are kept in components/literature.json, row by row, and LITERATURE.md is
made of them. A row whose settings are unchanged is not trained again, unless
``--anew`` is given. All of it takes a quarter of an hour of one core.
"""

import argparse
import json
import os
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from lstm import LabError, fit
from lstm.experiment import Settings, prepare

from .papers import ROWS, Row, changed
from .solved import STATES_AT, state_sizes

ROOT = Path(__file__).parents[1]
JSON = ROOT / "components" / "literature.json"
PAGE = ROOT / "LITERATURE.md"

Run = dict[str, Any]


def main() -> None:
    """Train what is not there yet; write each row as soon as it is whole."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("rows", nargs="*", help=", ".join(row.name for row in ROWS))
    parser.add_argument("--anew", action="store_true", help="train again what is there")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    given = parser.parse_args()
    if unknown := set(given.rows) - {row.name for row in ROWS}:
        parser.error(f"There is no row {sorted(unknown)[0]}.")
    made: dict[str, Any] = {"made": "", "rows": []}
    if JSON.exists():
        made = json.loads(JSON.read_text("utf-8"))
    kept = {row["name"]: row for row in made["rows"]}
    with ProcessPoolExecutor(given.jobs) as pool:
        for row in ROWS:
            old = kept.pop(row.name, None)
            runs = old["runs"] if old is not None and unchanged(row, old["settings"]) else None
            wanted = not given.rows or row.name in given.rows
            if wanted and (runs is None or given.anew):
                runs = runs_of(row, pool)
                made["made"] = datetime.now(UTC).date().isoformat()
            if runs is not None:
                kept[row.name] = entry(row, runs)
                print(f"{row.title}: {kept[row.name]['ours']} | {kept[row.name]['beside']}")
            made["rows"] = [kept[one.name] for one in ROWS if one.name in kept]
            _write(JSON, json.dumps(made, ensure_ascii=False, indent=1) + "\n")
            _write(PAGE, page(made))


def runs_of(row: Row, pool: Executor) -> dict[str, list[Run]]:
    """Train all networks of a row, each with all seeds."""
    tasks = [(row.name, name, seed) for name in networks(row) for seed in range(row.seeds)]
    runs: dict[str, list[Run]] = {name: [] for name in networks(row)}
    for (_, name, _), run in zip(tasks, pool.map(_train, tasks), strict=True):
        runs[name].append(run)
    return runs


def networks(row: Row) -> dict[str, Settings]:
    """Give the settings of all networks of a row: ours under "ours", the others by their words."""
    return {"ours": row.ours, **row.beside}


def settings_of(row: Row) -> dict[str, Any]:
    """Give all that decides a row's figures: where it is unchanged, they are kept."""
    return {
        "networks": {name: one.to_json() for name, one in networks(row).items()},
        "solved": [row.good, row.at_least, row.to_the_end],
        "seeds": row.seeds,
        "every": row.every,
    }


def unchanged(row: Row, stored: dict[str, Any]) -> bool:
    """Tell whether stored settings are still a row's; a new setting has its usual value there."""
    try:
        read = {name: Settings.from_json(one) for name, one in stored["networks"].items()}
    except LabError:
        return False
    return read == networks(row) and {**stored, "networks": None} == {
        **settings_of(row),
        "networks": None,
    }


def train(row: Row, network: str, seed: int) -> Run:
    """Train one network until the task is solved, or as long as is allowed.

    Returns
    -------
    dict
        seed; sequences until it was solved, or None; the figure that was measured
        last; with ``states`` also ‖c‖ in continual streams.
    """
    experiment = prepare(changed(networks(row)[network], seed=seed))
    steps, batch = experiment.settings.steps, experiment.settings.batch
    run: Run = {"seed": seed, "sequences": None}
    for at in fit(experiment.model, experiment.source, experiment.plan):
        if at.step == steps or not (row.to_the_end or at.step % row.every):
            run["figure"] = figure = row.measure(at.model, experiment)
            if figure >= row.good if row.at_least else figure <= row.good:
                run["sequences"] = at.step * batch
                break
    if row.states:
        run["states"] = [round(size, 1) for size in state_sizes(at.model)]
    return run


def _train(task: tuple[str, str, int]) -> Run:
    name, network, seed = task
    return train(next(row for row in ROWS if row.name == name), network, seed)


def entry(row: Row, runs: dict[str, list[Run]]) -> dict[str, Any]:
    """Give a row as the JSON has it."""
    words = {name: in_words(row, name, results) for name, results in runs.items()}
    beside = " ".join(f"{name}: {words[name]}." for name in row.beside)
    return {
        "task": row.ours.task,
        "name": row.name,
        "title": row.title,
        "paper": row.paper,
        "experiment": row.experiment or None,
        "theirs": row.theirs,
        "ours": words["ours"],
        "beside": beside or None,
        "seeds": row.seeds,
        "solved": row.solved,
        "differs": row.differs,
        "settings": settings_of(row),
        "runs": runs,
    }


def in_words(row: Row, network: str, runs: Sequence[Run]) -> str:
    """Say how many seeds solved a task, and after how many sequences or how well."""
    settings = networks(row)[network]
    budget = settings.steps * settings.batch
    figures = sorted(run["figure"] for run in runs)
    reached = row.says.format(_range([f"{one:{row.form}}".replace("%", " %") for one in figures]))
    number = sum(run["sequences"] is not None for run in runs)
    if not number:
        said = f"never solved in {budget:,} sequences ({len(runs)} seeds); at the end {reached}"
    elif row.to_the_end:
        said = f"solved with {number} of {len(runs)} seeds, to {reached}"
    else:
        counts = sorted(run["sequences"] or budget + 1 for run in runs)
        amounts = [f"{n:,}" if n <= budget else f"more than {budget:,}" for n in counts]
        said = f"solved with {number} of {len(runs)} seeds; sequences: {_range(amounts)}"
    if row.states:
        sizes = [median(run["states"][k] for run in runs) for k in range(len(STATES_AT))]
        times = ", ".join(f"{t:,}" for t in STATES_AT)
        said += f"; ‖c‖ at t = {times}: {', '.join(f'{size:,.0f}' for size in sizes)}"
    return said


def _range(amounts: Sequence[str]) -> str:
    """Give the median of what is in order, and the ends; of an odd number."""
    middle, first, last = amounts[len(amounts) // 2], amounts[0], amounts[-1]
    return middle if first == last else f"{middle} (median; {first} to {last})"


def page(made: dict[str, Any]) -> str:
    """Make LITERATURE.md of the JSON."""
    lines = [
        "# Published results beside ours",
        "",
        f"Made by `make literature` on {made['made']}; the single runs are in",
        "`components/literature.json`. A paper's figure is quoted only where it is certain. Ours",
        "are those of one configuration, found by trying a few, over all its seeds, the good and",
        "the bad; a seed that does not solve the task counts as more than its budget in the",
        "median. Sequences are counted to the first measurement that finds the task solved.",
        "Basic RNNs too are trained with Adam through whole sequences: not as in the papers.",
        "",
        "| Task | Paper | Theirs | Ours (LSTM) | Beside it |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in made["rows"]:
        paper = ", ".join(filter(None, (row["paper"], row["experiment"])))
        beside = (row["beside"] or "–").replace(". ", ".<br>")
        lines.append(f"| {row['title']} | {paper} | {row['theirs']} | {row['ours']} | {beside} |")
    lines += ["", "## What counts as solved, and what differs", ""]
    for row in made["rows"]:
        lines += [f"**{row['title']}.** Solved: {row['solved']}. Differs: {row['differs']}", ""]
    return "\n".join(lines)


def _write(path: Path, text: str) -> None:
    """Put a file in its place whole: a table that was cut off could not be gone on with."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, "utf-8")
    os.replace(part, path)


if __name__ == "__main__":
    main()
