"""Short scripts that compute a run of the Network page anew, from the model that it exports."""

from collections.abc import Iterator
from textwrap import indent

from lstm.interventions import Clamp, Intervention, SetState, Silence

from . import boundary, interventions
from .network_run import Run
from .numerals import counted
from .scripts import LIBRARIES, written_list

FILE = "model.safetensors"  # as Export saves it
BESIDE = 50  # characters of the line that a list stands in

# A step of a layer, line by line, with the place at which interventions act after it.
_STEP = (
    ("", "i, f, g, o = {split}(W_ih @ x_t + W_hh @ h + bias, 4)"),
    ("gates", "i, f, g, o = sigmoid(i), sigmoid(f), tanh(g), sigmoid(o)"),
    ("c", "c = f * c + i * g"),
    ("said", "h = o * tanh(c)"),
    ("h", "h = h if W_hr is None else W_hr @ h"),
)
_NUMPY = """\
import numpy as np
from numpy import split, tanh, zeros
from safetensors.numpy import load_file


def sigmoid(a):
    return 0.5 + 0.5 * tanh(a / 2)


"""
_PYTORCH = """\
import torch
from safetensors.torch import load_file
from torch import chunk, sigmoid, tanh, zeros

"""
_LAYER = """\
    W_ih, W_hh = weights[f"lstm.weight_ih_l{n}"], weights[f"lstm.weight_hh_l{n}"]
    bias = weights[f"lstm.bias_ih_l{n}"] + weights[f"lstm.bias_hh_l{n}"]
    W_hr = weights.get(f"lstm.weight_hr_l{n}")  # of a projection
    c = zeros(len(bias) // 4, dtype=bias.dtype)  # the initial state, t = 0
    h = zeros(W_hh.shape[1], dtype=bias.dtype)
    said = []
"""
_MODULE = """\
    own = {name[5:-1] + "0": w for name, w in weights.items() if name.endswith(f"_l{n}")}
    rows, D = own["weight_ih_l0"].shape
    P = own["weight_hh_l0"].shape[1]
    proj_size = P if 4 * P < rows else 0
    lstm = torch.nn.LSTM(D, rows // 4, proj_size=proj_size, dtype=own["bias_ih_l0"].dtype)
    lstm.load_state_dict(own)
    state, said = None, []
"""
_PRINT = """\
print(f"layer {n + 1} t {t:4d}  C", *(f"{value:9.5f}" for value in c%s))
print(f"layer {n + 1} t {t:4d}  h", *(f"{value:9.5f}" for value in h%s))
"""


def script(ran: Run, library: str) -> tuple[str, str]:
    """Write a script that reads the exported model, and prints C and h of all units.

    Parameters
    ----------
    ran : Run
    library : "numpy" or "pytorch"
        PyTorch's own LSTM is used where nothing intervenes within its steps.

    Returns
    -------
    text, name : str, str
        The script, and what its file is called.

    Raises
    ------
    BadRequest
        For another library.
    """
    boundary.choice(library, tuple(LIBRARIES), "as")
    reached = interventions.acting(ran.entries)
    by_module = library == "pytorch" and not reached
    count, T = len(ran.prepared.model.layers), len(ran.prepared.tokens)
    about = f"{counted(count, 'LSTM layer')} over {counted(T, 'step')}, as LSTM Lab computed them."
    needs = f"Needs {LIBRARIES[library]}, safetensors, and {FILE} from the lab's Export."
    head = f'"""{about}\n\n{needs}\n"""\n\n{_NUMPY if library == "numpy" else _PYTORCH}'
    if by_module:
        head = head.replace("from torch import chunk, sigmoid, tanh, zeros\n", "")
    body = _layer_by_module() if by_module else _layer(reached, library)
    loop = f"for n in range({count}):\n{body}"
    if library == "pytorch":
        loop = f"with torch.no_grad():\n{indent(loop, '    ')}"
    weights = f'weights = load_file("{FILE}")\n'
    return f"{head}{weights}{_inputs(ran, library)}{loop}", f"network_{library}.py"


def _inputs(ran: Run, library: str) -> str:
    """Write what the lowest layer reads, as numbers of tokens or as they are."""
    model, inputs = ran.prepared.model, ran.prepared.inputs
    array = "np.array" if library == "numpy" else "torch.tensor"
    values = written_list(inputs[:, 0].tolist(), BESIDE)
    if inputs.ndim > 2:
        dtype = "np" if library == "numpy" else "torch"
        kind = model.layers[0].bias.dtype.name
        return f"x = {array}({values}, dtype={dtype}.{kind})\n"
    tokens = f"tokens = {values}  # by their numbers in the vocabulary\n"
    if model.embedding is not None:
        return f'{tokens}x = weights["embedding.weight"][tokens]\n'
    module = "np" if library == "numpy" else "torch"
    dtype = 'dtype=weights["lstm.bias_ih_l0"].dtype'
    return f"{tokens}x = {module}.eye({model.token_count}, {dtype})[tokens]  # one-hot\n"


def _layer(reached: dict[int, list[Intervention]], library: str) -> str:
    split = "split" if library == "numpy" else "chunk"
    lines = []
    for place, line in _STEP:
        lines.append(line.format(split=split))
        for n, those in reached.items():
            for one in those:
                lines += _reaching(place, n, one)
    array = "np.array(said)" if library == "numpy" else "torch.stack(said)"
    step = "\n".join([*lines, "said.append(h)", *(_PRINT % ("", "")).splitlines()])
    loop = f"for t, x_t in enumerate(x, start=1):\n{indent(step, '    ')}\nx = {array}\n"
    return _LAYER + indent(loop, "    ")


def _layer_by_module() -> str:
    step = "\n".join(
        [
            "h, state = lstm(x_t, state)",
            "c = state[1]",
            "said.append(h)",
            *(_PRINT % ("[0]", "[0]")).splitlines(),
        ]
    )
    loop = f"for t, x_t in enumerate(x.split(1), start=1):\n{indent(step, '    ')}\n"
    return _MODULE + indent(f"{loop}x = torch.cat(said)\n", "    ")


def _reaching(place: str, n: int, one: Intervention) -> Iterator[str]:
    """Give the lines with which an intervention acts at a place of a step of layer n."""
    if isinstance(one, Clamp):
        where, steps, line = (
            "gates",
            (one.first, one.last),
            f"{one.gate}[{one.unit}] = {one.value!r}",
        )
    elif isinstance(one, Silence):
        where, steps, line = "said", (one.first, one.last), f"h[{one.unit}] = 0.0"
    else:
        where, steps = one.state, (one.t, one.t)
        does = f"= {one.value!r}" if isinstance(one, SetState) else f"+= {one.by!r}"
        line = f"{one.state}[{one.unit}] {does}"
    if where == place:
        yield f"if n == {n} and t in range({steps[0]}, {steps[1] + 1}):"
        yield f"    {line}"
