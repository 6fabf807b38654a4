"""What BLAS is told before it is loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

from components.processor import blas_settings

ROOT = Path(__file__).parents[2]
THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
WIDE = "avx512f avx512cd avx512bw avx512dq avx512vl"


def cpu(vendor: str, flags: str) -> str:
    return f"processor\t: 0\nvendor_id\t: {vendor}\nflags\t\t: fpu sse avx2 {flags}\n"


def test_one_thread_for_each_worker() -> None:
    assert blas_settings({}, "") == THREADS


def test_what_somebody_has_set_stays() -> None:
    assert blas_settings(
        {"OMP_NUM_THREADS": "4", "OPENBLAS_CORETYPE": "Zen"}, cpu("AuthenticAMD", WIDE)
    ) == {
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


@pytest.mark.parametrize(
    ("vendor", "flags", "environ", "told"),
    [
        ("AuthenticAMD", WIDE, {}, True),
        ("AuthenticAMD", WIDE, {"LSTM_LAB_BLAS": "plain"}, False),
        ("AuthenticAMD", "avx512f", {}, False),
        ("GenuineIntel", WIDE, {}, False),
    ],
)
def test_only_a_processor_that_is_mistaken_gets_other_kernels(
    vendor: str, flags: str, environ: dict[str, str], told: bool
) -> None:
    assert ("OPENBLAS_CORETYPE" in blas_settings(environ, cpu(vendor, flags))) == told


def test_it_is_known_before_numpy_is_loaded() -> None:
    program = "import sys, components.processor; print('numpy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
