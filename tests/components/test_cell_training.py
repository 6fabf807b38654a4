"""Training on the Cell page over HTTP: its numbers, its words, and what it refuses."""

import base64
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient

from components import create_app, theme
from components.cell_settings import DEFAULTS, LARGEST_PARAMETER, PARAMETERS
from components.cell_training import MOST_EPOCHS, RATES
from components.cell_training_panel import EXAMPLES
from components.figures.loss import loss_curve
from components.wire import decode
from lstm import Layer, Linear, Model, run

Request = dict[str, Any]
Answer = dict[str, Any]

INPUTS = "1, 0, 0.5, -1, 0, 0.25"
TARGET = "0, 1, 0, 0.5, -1, 0"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    client: FlaskClient = create_app().server.test_client()
    return client


def text_of(numbers: Any) -> dict[str, str]:
    return {name: repr(float(value)) for name, value in zip(PARAMETERS, numbers, strict=True)}


def training_request(**changes: Any) -> Request:
    request = {
        "n": 1,
        "theme": "dark",
        "sequence": INPUTS,
        "target": TARGET,
        "separate": False,
        "numbers": text_of(DEFAULTS.values()),
        "method": "adam",
        "rate": "0.05",
        "epochs": 10,
        "epoch": 0,
        "age": 0,
        "memory": None,
    }
    return request | changes


def send(client: FlaskClient, sent: Any, *, question: str = "training", reply: str) -> Any:
    def own(part: str) -> dict[str, str]:
        return {"aio_id": "cell", "part": part, "view": "cell"}

    body = {
        "output": f'{{"aio_id":["MATCH"],"part":"{reply}","view":"cell"}}.data',
        "outputs": {"id": own(reply), "property": "data"},
        "inputs": [{"id": own(question), "property": "data", "value": sent}],
        "changedPropIds": [f'{{"aio_id":"cell","part":"{question}","view":"cell"}}.data'],
        "parsedChangedPropsIds": [own(question)],
    }
    return client.post("/_dash-update-component", json=body)


def answer_to(client: FlaskClient, sent: Request, **parts: str) -> Answer:
    reply = parts.get("reply", "trained")
    response = send(client, sent, question=parts.get("question", "training"), reply=reply)
    assert response.status_code == 200, response.text
    name = f'{{"aio_id":"cell","part":"{reply}","view":"cell"}}'
    answer: Answer = json.loads(response.text)["response"][name]["data"]
    return answer


def cell_answer(client: FlaskClient, **changes: Any) -> Answer:
    return answer_to(client, training_request(**changes), question="request", reply="answer")


def loss_of(numbers: Any, inputs: str = INPUTS, target: str = TARGET) -> float:
    """Run the engine over the inputs and give the mean squared error."""
    p = dict(zip(PARAMETERS, numbers, strict=True))
    gates = {
        gate: (p[f"W_{letter}"], p[f"U_{letter}"], p[f"b_{letter}"])
        for gate, letter in zip("figo", "fiCo", strict=True)
    }
    decoder = Linear(np.array([[p["W_out"]]]), np.array([p["b_out"]]))
    x = np.array([float(value) for value in inputs.split(",")])
    wanted = np.array([float(value) for value in target.split(",")])
    outputs = run(Model([Layer.scalar(**gates)], decoder), x[:, None, None]).outputs
    return float(np.mean((outputs.ravel() - wanted) ** 2))


def train(client: FlaskClient, epochs: int, chunk: int, **changes: Any) -> Iterator[list[float]]:
    """Train in chunks as the page does, and give the bytes' numbers of every epoch."""
    request = training_request(**changes)
    done = 0
    while done < epochs:
        answer = answer_to(client, request | {"epochs": chunk, "epoch": done})
        assert answer["error"] is None
        assert answer["stopped"] is None
        assert answer["epochs"] == chunk
        weights, losses, memory = (decode(answer[name]) for name in ("weights", "losses", "memory"))
        rows = (weights.reshape(chunk, -1), losses[:, None], memory.reshape(chunk, -1))
        yield from np.hstack(rows).tolist()
        done += chunk
        request |= {
            "numbers": text_of(rows[0][-1]),
            "age": done,
            "memory": {
                "dtype": "f8",
                "bdata": base64.b64encode(np.ascontiguousarray(rows[2][-1]).tobytes()).decode(),
            },
        }


# Numbers


@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("method", RATES)
def test_training_in_ten_chunks_gives_the_same_bytes_as_in_one(
    client: FlaskClient, method: str, separate: bool
) -> None:
    how = {"method": method, "rate": "0.1", "separate": separate}
    one = list(train(client, 100, 100, **how))
    assert list(train(client, 100, 10, **how)) == one
    assert len(one) == 100


@pytest.mark.parametrize("separate", [False, True])
def test_the_first_step_of_sgd_goes_down_the_gradient_of_central_differences(
    client: FlaskClient, separate: bool
) -> None:
    numbers = dict(zip(PARAMETERS, np.random.default_rng(0).normal(size=14), strict=True))
    if not separate:
        numbers |= {f"U_{gate}": numbers[f"W_{gate}"] for gate in "fiCo"}
    sent = {"numbers": text_of(numbers.values()), "separate": separate}
    (first,) = train(client, 1, 1, method="sgd", rate="0.5", **sent)
    for name, new in zip(PARAMETERS, first[:14], strict=True):
        if not separate and name.startswith("U_"):
            assert new == first[list(PARAMETERS).index(f"W_{name[-1]}")]
            continue
        # A tied weight stands in two places at once.
        moved = [name, *([f"U_{name[-1]}"] if not separate and name[:2] == "W_" else [])]
        moved = [one for one in moved if one in PARAMETERS]

        def loss(step: float, moved: list[str] = moved) -> float:
            return loss_of((numbers | {one: numbers[one] + step for one in moved}).values())

        slope = (loss(1e-6) - loss(-1e-6)) / 2e-6
        assert new == pytest.approx(numbers[name] - 0.5 * slope, abs=1e-8), name


def test_the_loss_of_an_epoch_is_that_of_its_weights(client: FlaskClient) -> None:
    for row in train(client, 20, 20):
        assert row[14] == pytest.approx(loss_of(row[:14]), rel=1e-12)


def test_the_page_s_loss_of_the_same_weights_is_the_same_number(client: FlaskClient) -> None:
    *_, last = train(client, 20, 20)
    answer = cell_answer(client, numbers=text_of(last[:14]))
    assert answer["training"] == {"target": [0, 1, 0, 0.5, -1, 0], "loss": last[14]}


def test_another_optimiser_starts_with_an_empty_memory(client: FlaskClient) -> None:
    *_, last = train(client, 5, 5, method="adam")
    numbers = text_of(last[:14])
    fresh = list(train(client, 3, 3, method="sgd", numbers=numbers))
    again = answer_to(client, training_request(method="sgd", numbers=numbers, epochs=3, epoch=5))
    assert decode(again["losses"]).tolist() == [row[14] for row in fresh]


# The examples

TARGETS: dict[str, Callable[[list[float]], list[float]]] = {
    "copy": lambda x: x,
    "delay": lambda x: [0, 0, *x[:-2]],
    "parity": lambda x: [count % 2 for count in itertools.accumulate(x)],
    "latch": lambda x: [next(filter(None, x[n::-1]), 0.0) for n in range(len(x))],
    "average": lambda x: [
        sum(0.2 * 0.8 ** (n - k) * x[k] for k in range(n + 1)) for n in range(len(x))
    ],
}


def losses_of(client: FlaskClient, name: str, method: str, epochs: int) -> list[float]:
    """Train on an example from the weights of a fresh page; the first is the untrained loss."""
    x = [float(value) for value in EXAMPLES[name].inputs.split(",")]
    target = ", ".join(map(str, TARGETS[name](x)))
    sent = {"sequence": EXAMPLES[name].inputs, "target": target, "method": method}
    first = cell_answer(client, **sent)["training"]["loss"]
    rate = f"{RATES[method]:g}"  # type: ignore[index]
    return [first, *(row[14] for row in train(client, epochs, 100, rate=rate, **sent))]


@pytest.mark.parametrize("method", RATES)
@pytest.mark.parametrize("name", ["copy", "latch", "average"])
def test_an_example_is_learnt_within_a_hundred_epochs(
    client: FlaskClient, name: str, method: str
) -> None:
    losses = losses_of(client, name, method, 100)
    assert losses[-1] < losses[0] / 10


def test_pulses_that_stand_apart_can_be_delayed(client: FlaskClient) -> None:
    losses = losses_of(client, "delay", "adam", 300)
    assert losses[-1] < losses[0] / 10
    slow = losses_of(client, "delay", "sgd", 500)
    assert slow[-1] < slow[0] / 2


def test_a_dense_sequence_cannot_be_delayed_by_one_tied_cell(client: FlaskClient) -> None:
    x = [float(value) for value in EXAMPLES["parity"].inputs.split(",")]
    target = TARGETS["delay"](x)
    sent = {"sequence": EXAMPLES["parity"].inputs, "target": ", ".join(map(str, target))}
    *_, last = train(client, 1000, 200, **sent)
    # Saying the mean throughout costs the variance.
    assert last[14] > 0.7 * np.var(target)


def test_parity_is_found_by_adam_after_a_plateau_and_not_by_sgd(client: FlaskClient) -> None:
    adam = losses_of(client, "parity", "adam", 600)
    assert min(adam[:351]) > 0.2
    assert adam[-1] < 0.02
    assert min(losses_of(client, "parity", "sgd", 600)) > 0.2


# Explosions


@pytest.mark.parametrize("method", RATES)
def test_a_learning_rate_of_ten_explodes_and_says_so(client: FlaskClient, method: str) -> None:
    sent = training_request(method=method, rate="10", epochs=100, epoch=40)
    answer = answer_to(client, sent)
    assert answer["error"] is None
    assert answer["stopped"]["field"] == "rate"
    message = answer["stopped"]["message"]
    assert message.startswith(f"Training exploded at epoch {40 + answer['epochs'] + 1}: ")
    assert "What was learned before is kept." in message
    assert message.endswith(f"Use a smaller learning rate, like {RATES[method]:g}.")  # type: ignore[index]


def test_what_was_learnt_before_an_explosion_comes_with_the_news(client: FlaskClient) -> None:
    answer = answer_to(client, training_request(method="sgd", rate="3", epochs=100))
    assert 0 < answer["epochs"] < 100
    weights = decode(answer["weights"]).reshape(-1, 14)
    assert len(weights) == len(decode(answer["losses"])) == answer["epochs"]
    assert np.abs(weights).max() <= LARGEST_PARAMETER


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"rate": "1000"}, "would leave the range from −100 to 100"),
        ({"rate": "10"}, "the loss rose from "),
        (
            # At rest, with feedback of 100: along 500 steps the gradient leaves all numbers.
            {
                "sequence": ", ".join(["0"] * 500),
                "target": ", ".join(["1"] * 500),
                "separate": True,
                "numbers": text_of([0, 0, 50, 0, 0, 50, 0, 100, 0, 0, 0, 50, 1, 0]),
            },
            "the loss is no number any more",
        ),
    ],
)
def test_an_explosion_says_why(client: FlaskClient, changes: Request, why: str) -> None:
    stopped = answer_to(client, training_request(**changes))["stopped"]
    assert why in stopped["message"]


def test_a_usual_rate_that_explodes_is_advised_to_be_smaller_still(client: FlaskClient) -> None:
    numbers = text_of(DEFAULTS.values()) | {"W_out": "99.999", "b_out": "-50"}
    sent = training_request(numbers=numbers, target=", ".join(["1000"] * 6))
    assert answer_to(client, sent)["stopped"]["message"].endswith("like 0.005.")


def test_a_high_loss_that_falls_is_no_explosion(client: FlaskClient) -> None:
    numbers = text_of(DEFAULTS.values()) | {"b_out": "90"}
    answer = answer_to(client, training_request(numbers=numbers, epochs=50))
    assert answer["stopped"] is None
    losses = decode(answer["losses"])
    assert losses[0] > 1000
    assert losses[-1] < losses[0]


# What a reader can mistype


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"rate": "fast"}, "rate", "Learning rate is 'fast'. Use a number between 0 and 1,000"),
        ({"rate": ""}, "rate", "Learning rate is empty."),
        ({"rate": "-1"}, "rate", "Learning rate is -1, out of range."),
        ({"rate": "0"}, "rate", "Learning rate is 0: nothing would be learnt."),
        ({"rate": "1e-400"}, "rate", "Learning rate is 0: nothing would be learnt."),
        ({"rate": "1001"}, "rate", "out of range"),
        ({"target": "1, 0"}, "target", "has 2 numbers and the input sequence 6. Give one number"),
        ({"target": ""}, "target", "has 0 numbers and the input sequence 6."),
        ({"target": "0, 1, x, 0, 0, 0"}, "target", "target(3) is 'x'. Use a number between"),
        ({"target": "0, 1, 0, 0, 0, 1e7"}, "target", "target(6) is 1e7, out of range."),
        ({"sequence": "1, abc"}, "sequence", "x(2) is 'abc'."),
        ({"numbers": text_of(DEFAULTS.values()) | {"W_f": "soft"}}, "W_f", "W_f is 'soft'."),
    ],
)
def test_what_was_mistyped_is_said_with_its_field(
    client: FlaskClient, changes: Request, field: str, says: str
) -> None:
    error = answer_to(client, training_request(**changes))["error"]
    assert error["field"] == field
    assert says in error["message"]


@pytest.mark.parametrize("target", ["[0 1 0 0.5 −1 0]", " 0,1,0,.5,-1,0 ", "(0\n1, 0 .5,-1, 0)"])
def test_a_target_is_read_as_a_sequence_is(client: FlaskClient, target: str) -> None:
    assert cell_answer(client, target=target)["training"]["target"] == [0, 1, 0, 0.5, -1, 0]


# What our page never sends


def memory(**changes: Any) -> dict[str, Any]:
    good = {"dtype": "f8", "bdata": base64.b64encode(bytes(20 * 8)).decode()}
    return {"age": 1, "memory": good | changes}


def packed(*values: float) -> str:
    return base64.b64encode(np.array(values).tobytes()).decode()


FORGED: list[Any] = [
    None,
    [],
    "train",
    training_request(n="1"),
    training_request(epochs=0),
    training_request(epochs=MOST_EPOCHS + 1),
    training_request(epochs=10.0),
    training_request(epochs=True),
    training_request(epoch=-1),
    training_request(epoch=None),
    training_request(age=-1),
    training_request(age=10**30),
    training_request(method="lbfgs"),
    training_request(method=["adam"]),
    training_request(rate=None),
    training_request(rate={}),
    training_request(target=None),
    training_request(target=[0, 1]),
    training_request(target=7),
    training_request(separate="yes"),
    training_request(numbers={}),
    training_request(numbers=None),
    training_request(age=1),
    training_request(**memory(bdata=None)),
    training_request(**memory(bdata="%%%")),
    training_request(**memory(bdata="é")),
    training_request(**memory(bdata="AAAA")),
    training_request(**memory(bdata=packed(*[0.0] * 28))),
    training_request(**memory(bdata=packed(*[0.0] * 19, np.nan))),
    training_request(**memory(bdata=packed(*[0.0] * 19, -1.0))),
    training_request(**memory(), method="sgd"),
    training_request(**memory(), separate=True),
]


@pytest.mark.parametrize("sent", FORGED, ids=range(len(FORGED)))
def test_a_forged_request_is_refused(client: FlaskClient, sent: Any) -> None:
    response = send(client, sent, reply="trained")
    assert response.status_code == 400, response.text
    assert "Traceback" not in response.text


def test_the_memory_that_is_forged_above_is_else_a_good_one(client: FlaskClient) -> None:
    assert answer_to(client, training_request(**memory()))["error"] is None


# What the page shows


def test_without_a_target_the_answer_has_nothing_of_training(client: FlaskClient) -> None:
    for target in ({}, {"target": None}):
        request = training_request() | target
        if not target:
            del request["target"]
        answer = answer_to(client, request, question="request", reply="answer")
        assert "training" not in answer
        assert set(answer["figures"]) == {"unrolled", "traces"}
        assert "target" not in answer["series"]
        assert "target" not in [trace.get("meta") for trace in answer["figures"]["traces"]["data"]]


def test_the_target_is_a_dashed_line_from_the_first_step_on(client: FlaskClient) -> None:
    answer = cell_answer(client)
    assert decode(answer["series"]["target"])[1:].tolist() == [0, 1, 0, 0.5, -1, 0]
    (line,) = (one for one in answer["figures"]["traces"]["data"] if one.get("meta") == "target")
    assert line["line"]["dash"] == "dash"
    assert line["line"]["color"] == "#FFFFFF"
    values = decode(line["y"])
    assert np.isnan(values[0])
    assert values[1:].tolist() == [0, 1, 0, 0.5, -1, 0]
    light = cell_answer(client, theme="light")["figures"]["traces"]["data"][-1]
    assert light["line"]["color"] == "#111827"


def test_a_target_far_away_does_not_flatten_the_other_lines(client: FlaskClient) -> None:
    def reach(target: str) -> float:
        layout = cell_answer(client, target=target)["figures"]["traces"]["layout"]
        return float(layout["yaxis"]["range"][1])

    assert reach("0, 3, 0, 0, 0, 0") > 3
    assert reach("0, 1e6, 0, 0, 0, 0") < 2


@pytest.mark.parametrize("theme_name", theme.SURFACES)
def test_the_loss_curve_is_a_figure_that_plotly_accepts(theme_name: theme.ThemeName) -> None:
    figure = go.Figure(loss_curve(theme_name))
    assert figure.layout.yaxis.type == "log"
    assert figure.layout.transition.duration is None
