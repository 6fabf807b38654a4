"""What a file is that is not safetensors, and how to save what it holds."""

HOW_TO_SAVE = (
    "Save it in PyTorch with\n"
    "from safetensors.torch import save_file\n"
    'save_file(model.state_dict(), "model.safetensors")'
)
_PICKLED = (
    "This is a pickled file (.pt, .pth, .pkl), which could run any program when it is opened, "
    f"so the lab never does. {HOW_TO_SAVE}"
)
_KERAS = (
    "Build the same LSTM in PyTorch, with Keras' kernels transposed (its gates are in the same "
    f"order i, f, g, o). {HOW_TO_SAVE}"
)
_NUMPY = (
    "Save its arrays by PyTorch's names: from safetensors.numpy import save_file and "
    'save_file({"weight_ih_l0": W_ih, "weight_hh_l0": W_hh}, "model.safetensors").'
)


def other_kind(content: bytes) -> str:
    """Say what a file is that is no safetensors file, and what to do."""
    if content.startswith(b"PK\x03\x04"):
        first = content[30:200]  # the name of the first file in the zip
        if b".npy" in first:
            return f"This is a NumPy archive (.npz); the lab opens safetensors. {_NUMPY}"
        if b"metadata.json" in first or b"config.json" in first:
            return f"This is a Keras file (.keras); the lab opens safetensors. {_KERAS}"
        return _PICKLED
    if content.startswith(b"\x80"):
        return _PICKLED
    if content.startswith(b"\x89HDF"):
        return f"This is an HDF5 file, as Keras writes; the lab opens safetensors. {_KERAS}"
    if content.startswith(b"\x93NUMPY"):
        return f"This is a NumPy file (.npy); the lab opens safetensors. {_NUMPY}"
    if content.startswith(b"version https://git-lfs"):
        return (
            "This is a pointer of Git LFS, which stands for the file. "
            "Fetch the file itself with: git lfs pull"
        )
    if content[:1] == b"\x08" and content[2:3] in (b"\x12", b"\x1a", b":"):
        return f"This is an ONNX file; the lab opens safetensors. {HOW_TO_SAVE}"
    text = b"\x00" not in content[:512]
    return (
        f"This is no safetensors file{', but text' if text else ''}. "
        f"The lab opens models saved as safetensors. {HOW_TO_SAVE}"
    )
