"""What a lens takes for granted of a model of transformers, tried on the model itself."""

from typing import Any, NamedTuple

import numpy as np

from ..cell import Array
from ..errors import LabError
from ..language_model import Norm
from ..model import Linear


def head_of(network: Any) -> Linear:
    """Give the language model head of a model; it shares the model's memory.

    Raises
    ------
    LabError
        If there is none.
    """
    head = network.get_output_embeddings()
    if head is None:
        raise LabError("This model has no language model head. Choose a causal language model.")
    W = head.weight.detach().numpy()
    bias = getattr(head, "bias", None)
    return Linear(W, np.zeros(len(W), W.dtype) if bias is None else bias.detach().numpy())


def final_norm(torch: Any, network: Any, head: Linear) -> Norm | None:
    """Find the final norm of a model, and try that its head reads what comes of it.

    Parameters
    ----------
    torch : module
    network : transformers.PreTrainedModel
    head : Linear

    Returns
    -------
    function of an ndarray of shape (T, H), to one of that shape; or None
        None where the top layer's state is handed on as it is.

    Raises
    ------
    LabError
        If the scores are not those of the head, or a token hears those after it.
    """
    found = _try(torch, network)
    if not found.causal:
        raise LabError(
            "This model hears the tokens that come after, so it says nothing of the next one. "
            "Choose a causal language model, such as GPT-2."
        )
    said = found.logits
    if found.top.shape[1] != head.W.shape[1] or not np.allclose(
        head(found.top), said, rtol=0, atol=1e-4 * max(1, np.abs(said).max())
    ):
        raise LabError(
            "The scores of this model are not its head times its last state, so a lens would "
            "show others than it has. Such models cannot be read here."
        )
    return found.norm


class _Found(NamedTuple):
    top: Array  # (T, H), the last state
    logits: Array  # (T, V)
    causal: bool
    norm: Norm | None


def _try(torch: Any, network: Any) -> _Found:
    """Run a model over three tokens, and over two of them with another end."""
    outputs: dict[str, Any] = {}
    norms = {
        name: module
        for name, module in network.named_modules()
        # Those within a layer have its number in their names.
        if "norm" in type(module).__name__.lower() and not any(map(str.isdigit, name.split(".")))
    }
    hooks = [
        module.register_forward_hook(lambda _, __, out, name=name: outputs.update({name: out}))
        for name, module in norms.items()
    ]
    with torch.inference_mode():
        done = network(torch.tensor([[1, 2, 3]]), output_hidden_states=True, use_cache=False)
        for hook in hooks:
            hook.remove()
        other = network(torch.tensor([[1, 2, 4]]), use_cache=False)
        top = done.hidden_states[-1]
        final = [
            norms[name]
            for name, out in outputs.items()
            if isinstance(out, torch.Tensor) and torch.equal(out, top)
        ]
        changed = (done.logits - other.logits)[0].abs().amax(dim=1)
    norm = _on_arrays(torch, final[-1]) if final else None
    causal = bool(changed[:2].max() <= 1e-4 * changed[2])  # not 0: sums may go another way
    return _Found(top[0].numpy(), done.logits[0].numpy(), causal, norm)


def _on_arrays(torch: Any, module: Any) -> Norm:
    def norm(states: Array) -> Array:
        with torch.inference_mode():
            normed: Array = module(torch.from_numpy(states)).numpy()
        return normed

    return norm
