"""What NumPy's BLAS should know of the processor before it is loaded."""

from collections.abc import Mapping
from pathlib import Path

_WIDE = ("avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl")  # what SkylakeX's kernels use
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
CPUINFO = Path("/proc/cpuinfo")


def blas_settings(environ: Mapping[str, str], cpuinfo: str) -> dict[str, str]:
    r"""Give the environment that BLAS is to find, less what is set there already.

    One thread for each web worker: the products of a cell are tiny, and idle
    threads spin. And AVX-512 kernels on AMD's processors, which OpenBLAS takes
    for older ones without; LSTM_LAB_BLAS=plain leaves that to OpenBLAS.

    Parameters
    ----------
    environ : mapping of str to str
    cpuinfo : str
        What Linux says of the processors; empty elsewhere.

    Examples
    --------
    >>> cpuinfo = "vendor_id: AuthenticAMD\nflags: avx512f avx512cd avx512bw avx512dq avx512vl"
    >>> blas_settings({"OMP_NUM_THREADS": "2"}, cpuinfo)["OPENBLAS_CORETYPE"]
    'SkylakeX'
    """
    wanted = dict.fromkeys(_THREADS, "1")
    words = set(cpuinfo.split())
    mistaken = "AuthenticAMD" in words and words.issuperset(_WIDE)
    if mistaken and environ.get("LSTM_LAB_BLAS") != "plain":
        wanted["OPENBLAS_CORETYPE"] = "SkylakeX"
    return {name: value for name, value in wanted.items() if name not in environ}


def cpuinfo() -> str:
    """Read what Linux says of the processors; nothing elsewhere."""
    return CPUINFO.read_text("utf-8") if CPUINFO.exists() else ""
