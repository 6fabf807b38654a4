"""Short scripts that compute a run of the Cell page anew, in NumPy and in PyTorch."""

from collections.abc import Iterator, Sequence
from textwrap import indent

from werkzeug.exceptions import BadRequest

from lstm.interventions import Clamp, Intervention, SetState, ShiftState, Silence

from .cell_kinds import KINDS, CellKind
from .cell_settings import CellSettings
from .numerals import counted
from .scripts import LIBRARIES, WIDTH, written_list

# What a step computes, in its order: a quantity, and the line that gives it.
_I, _G = "i = sigmoid(W_i * x_t + U_i * h + b_i)", "g = tanh(W_C * x_t + U_C * h + b_C)"
_F, _O = "f = sigmoid(W_f * x_t + U_f * h + b_f)", "o = sigmoid(W_o * x_t + U_o * h + b_o)"
_H = "h = o * tanh(c)"
_STEPS: dict[str, tuple[str, ...]] = {
    "lstm": (_F, _I, _G, "c = f * c + i * g", _O, _H),
    "no_forget": (_I, _G, "c = c + i * g", _O, _H),
    "coupled": (_F, "i = 1 - f", _G, "c = f * c + i * g", _O, _H),
    "peephole": (
        "f = sigmoid(W_f * x_t + U_f * h + P_f * c + b_f)",
        "i = sigmoid(W_i * x_t + U_i * h + P_i * c + b_i)",
        _G,
        "c = f * c + i * g",
        "o = sigmoid(W_o * x_t + U_o * h + P_o * c + b_o)",
        _H,
    ),
    "gru": (
        "r = sigmoid(W_r * x_t + U_r * h + b_r)",
        "z = sigmoid(W_z * x_t + U_z * h + b_z)",
        "n = tanh(W_n * x_t + b_n + r * (U_n * h + b_hn))",
        "h = (1 - z) * n + z * h",
    ),
    "rnn": ("h = tanh(W_in * x_t + W_hidden * h + b)",),
}

# What PyTorch has a module for: its rows of weights, and a step with its gates.
_MODULES: dict[str, str] = {
    "lstm": """\
lstm = torch.nn.LSTM(input_size=1, hidden_size=1)
weights = {  # rows: input gate, forget gate, candidate, output gate
    "weight_ih_l0": torch.tensor([[W_i], [W_f], [W_C], [W_o]]),
    "weight_hh_l0": torch.tensor([[U_i], [U_f], [U_C], [U_o]]),
    "bias_ih_l0": torch.tensor([b_i, b_f, b_C, b_o]),
    "bias_hh_l0": torch.zeros(4),
}
lstm.load_state_dict(weights)
""",
    "gru": """\
gru = torch.nn.GRU(input_size=1, hidden_size=1)
weights = {  # rows: reset gate, update gate, candidate
    "weight_ih_l0": torch.tensor([[W_r], [W_z], [W_n]]),
    "weight_hh_l0": torch.tensor([[U_r], [U_z], [U_n]]),
    "bias_ih_l0": torch.tensor([b_r, b_z, b_n]),
    "bias_hh_l0": torch.tensor([0.0, 0.0, b_hn]),
}
gru.load_state_dict(weights)
""",
    "rnn": """\
rnn = torch.nn.RNN(input_size=1, hidden_size=1)
weights = {
    "weight_ih_l0": torch.tensor([[W_in]]),
    "weight_hh_l0": torch.tensor([[W_hidden]]),
    "bias_ih_l0": torch.tensor([b]),
    "bias_hh_l0": torch.zeros(1),
}
rnn.load_state_dict(weights)
""",
}
_MODULE_STEPS: dict[str, tuple[str, ...]] = {
    "lstm": (
        "# The module does not tell its gates: they are computed beside it.",
        "a = linear(x_t, lstm.weight_ih_l0, lstm.bias_ih_l0) + linear(h, lstm.weight_hh_l0)",
        "i, f, g, o = a.chunk(4, dim=1)",
        "i, f, g, o = sigmoid(i), sigmoid(f), tanh(g), sigmoid(o)",
        "_, (h, c) = lstm(x_t, (h, c))",
    ),
    "gru": (
        "# The module does not tell its gates: they are computed beside it.",
        "a_r, a_z, a_n = linear(x_t, gru.weight_ih_l0, gru.bias_ih_l0).chunk(3, dim=1)",
        "u_r, u_z, u_n = linear(h, gru.weight_hh_l0, gru.bias_hh_l0).chunk(3, dim=1)",
        "r, z = sigmoid(a_r + u_r), sigmoid(a_z + u_z)",
        "n = tanh(a_n + r * u_n)",
        "_, h = gru(x_t, h)",
    ),
    "rnn": ("_, h = rnn(x_t, h)",),
}


def script(settings: CellSettings, library: str) -> tuple[str, str]:
    """Write a script that computes a run anew, and prints it as a table.

    Parameters
    ----------
    settings : CellSettings
    library : "numpy" or "pytorch"
        PyTorch's own module is used where there is one of the kind, and nothing
        intervenes within its steps; else its tensors, step by step.

    Returns
    -------
    text, name : str, str
        The script, and what its file is called.

    Raises
    ------
    BadRequest
        For another library.
    """
    if library not in LIBRARIES:
        raise BadRequest("as must be numpy or pytorch.")
    kind = KINDS[settings.kind]
    by_module = library == "pytorch" and kind.name in _MODULES and not settings.interventions
    head = (_numpy if library == "numpy" else _module if by_module else _tensors)(settings, kind)
    steps = _MODULE_STEPS[kind.name] if by_module else tuple(_reached(settings, kind, library))
    about = f"{kind.title}: a run over {counted(len(settings.inputs), 'input')}"
    title = f'"""{about}, as LSTM Lab computed it. Needs {LIBRARIES[library]}."""'
    text = f"{title}\n\n{head}{_loop(kind, steps, library)}"
    return text, f"{kind.name}_{library}.py"


def _numpy(settings: CellSettings, kind: CellKind) -> str:
    squash = "\n\ndef sigmoid(a):\n    return 0.5 + 0.5 * tanh(a / 2)\n\n"
    start = f"{_states(kind)} = 0.0  # the initial state, t = 0\n"
    given = f"{_numbers(settings, kind)}x = {_inputs(settings)}\n"
    return f"from numpy import tanh\n\n{given}{squash if kind.gates else ''}\n{start}"


def _tensors(settings: CellSettings, kind: CellKind) -> str:
    imports = f"import torch\nfrom torch import {'sigmoid, ' if kind.gates else ''}tanh\n\n"
    start = f"\n{_states(kind)} = torch.tensor(0.0)  # the initial state, t = 0\n"
    return imports + _given(settings, kind) + start


def _module(settings: CellSettings, kind: CellKind) -> str:
    imports = "import torch\n"
    if kind.gates:
        imports += "from torch import sigmoid, tanh\nfrom torch.nn.functional import linear\n"
    start = f"{_states(kind)} = torch.zeros(1, 1)  # the initial state, t = 0\n"
    given = _given(settings, kind).replace("])\n", "]).view(-1, 1)\n")
    return f"{imports}\n{given}\n{_MODULES[kind.name]}\n{start}"


def _given(settings: CellSettings, kind: CellKind) -> str:
    precision = "torch.set_default_dtype(torch.float64)\n"
    return f"{precision}{_numbers(settings, kind)}x = torch.tensor({_inputs(settings)})\n"


def _states(kind: CellKind) -> str:
    return "c = h" if kind.state == "c" else "h"


def _numbers(settings: CellSettings, kind: CellKind) -> str:
    """Write all parameters, a line for each gate."""
    left = list(kind.parameters)
    groups: list[tuple[str, list[str]]] = []
    for gate in kind.gates:
        of_gate = [name for name in left if name.endswith((f"_{gate.letter}", f"_h{gate.letter}"))]
        left = [name for name in left if name not in of_gate]
        groups.append((gate.title.lower(), of_gate))
    cell = [name for name in left if not name.endswith("_out")]
    groups += [("cell", cell)] if cell else []
    groups.append(("output", [name for name in left if name not in cell]))
    return "".join(_assigned(title, names, settings) for title, names in groups)


def _assigned(title: str, names: Sequence[str], settings: CellSettings) -> str:
    values = ", ".join(repr(settings.numbers[name]) for name in names)
    line = f"{', '.join(names)} = {values}"
    beside = f"{line}  # {title}\n"
    return beside if len(beside) <= WIDTH else f"# {title}\n{line}\n"


def _inputs(settings: CellSettings) -> str:
    # With a point: PyTorch would take whole numbers for integers.
    return written_list(settings.inputs, beside=len("x = torch.tensor([]).view(-1, 1)"))


def _reached(settings: CellSettings, kind: CellKind, library: str) -> Iterator[str]:
    """Give the lines of a step, each with the interventions that follow it."""
    for line in _STEPS[kind.name]:
        yield line
        quantity = line.split(" ", 1)[0]
        # What silences a unit acts before what changes h itself.
        if quantity == "h":
            yield from _reaching("said", settings.interventions, library)
        yield from _reaching(quantity, settings.interventions, library)


def _reaching(place: str, interventions: Sequence[Intervention], library: str) -> Iterator[str]:
    def plain(value: float) -> str:
        return repr(float(value)) if library == "numpy" else f"torch.tensor({float(value)!r})"

    for one in interventions:
        if isinstance(one, Clamp) and one.gate == place:
            yield from _when(one.first, one.last, f"{place} = {plain(one.value)}  # clamped")
        elif isinstance(one, Silence) and place == "said":
            yield from _when(one.first, one.last, f"h = {plain(0)}  # silenced")
        elif isinstance(one, SetState) and one.state == place:
            yield from _when(one.t, one.t, f"{place} = {plain(one.value)}  # set")
        elif isinstance(one, ShiftState) and one.state == place:
            yield from _when(one.t, one.t, f"{place} = {place} + {float(one.by)!r}  # shifted")


def _when(first: int, last: int, line: str) -> tuple[str, str]:
    condition = f"t in range({first}, {last + 1})" if last > first else f"t == {first}"
    return f"if {condition}:", f"    {line}"


def _loop(kind: CellKind, steps: Sequence[str], library: str) -> str:
    """Write the loop over the steps, and its table."""
    shown = [line.split(" ", 1)[0] for line in _STEPS[kind.name]]
    values = ["x_t", *(name for name in shown if name not in "ch"), *kind.state, "h", "y"]
    names = list(dict.fromkeys(values))  # the state of some kinds is h
    heads = " ".join("x" if name == "x_t" else name.replace("c", "C") for name in names)
    number = "value" if library == "numpy" else "float(value)"
    body = "\n".join([*steps, "y = W_out * h + b_out", f"row = {', '.join(names)}"])
    lines = f"""\
print("   t" + "".join(f" {{name:>13}}" for name in "{heads}".split()))
for t, x_t in enumerate({"x" if library == "numpy" else "x.split(1)"}, start=1):
{indent(body, "    ")}
    print(f"{{t:4d}}" + "".join(f" {{{number}:13.6f}}" for value in row))
"""
    if library == "numpy":
        return lines
    loop = lines.index("for t,")
    return f"{lines[:loop]}with torch.no_grad():\n{indent(lines[loop:], '    ')}"
