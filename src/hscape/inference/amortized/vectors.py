"""Write what JAX makes of some charts, for the test that numpy makes the same: needs the extra ``train``.

``python -m hscape.inference.amortized.vectors --bank FOLDER --out tests/data/amortized_vectors.npz``. In double
precision, so that a difference is one of the text and not of rounding.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from hscape.inference.amortized.bank import batches, read_bank
from hscape.inference.amortized.network import Chart, draw, encode, log_density
from hscape.inference.amortized.train import SEED, TEST_FILES
from hscape.inference.amortized.weights import FILE, read
from hscape.inference.prior import analysis_prior

CHARTS = 6


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Store what JAX makes of some charts.")
    parser.add_argument("--bank", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    weights, why = read(Path(__file__).with_name(FILE), analysis_prior())
    if weights is None:
        raise SystemExit(why)
    w = {name: jnp.asarray(value, dtype=jnp.float64) for name, value in weights.items()}
    chart, z = next(batches(read_bank(given.bank, TEST_FILES), analysis_prior(), SEED, CHARTS, 7))
    chart = Chart(*(np.asarray(part, dtype=float) for part in chart))
    z = z.astype(float)
    summary = encode(w, chart, jnp)
    np.savez_compressed(
        given.out, **chart._asdict(), z=z, jax_summary=np.asarray(summary),
        jax_log_density=np.asarray(log_density(w, z, summary, chart.used, jnp)),
        jax_draw=np.asarray(draw(w, z, summary, chart.used, jnp)),
    )  # fmt: skip


if __name__ == "__main__":
    main()
