"""Run every long check and write ``verification/results.md``: ``python -m verification [--quick]``."""

from __future__ import annotations

import platform
import sys
import time
from pathlib import Path

from hscape.fingerprint import model_fingerprint
from hscape.validation import validate
from hscape.verify.dsmts import MODELS, check_samples, run_model
from hscape.version import __version__
from verification import (
    amortized,
    calibration,
    clinical,
    coarse,
    disease,
    forecasts,
    growth,
    hand_made,
    roads,
    transplants,
    trees,
)
from verification.blood import against_adaptive_solver, no_nan
from verification.stem_cells import kernel_agreement, order_of_convergence

PAGE = Path(__file__).parent / "results.md"
SEED = 20261122


def say(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


#: Models that are not another one written down differently; about 500 means.
DISTINCT = (
    "001-01",
    "001-03",
    "001-04",
    "001-05",
    "001-18",
    "002-01",
    "002-02",
    "002-03",
    "002-04",
    "002-09",
    "002-10",
)


def dsmts_section(quick: bool) -> list[str]:
    lines = ["## Discrete stochastic model test suite, families 001 and 002", "",
             "| kernel | models | runs each | means | above 3 standard errors | largest Z, mean | largest Z, variance |",
             "|---|---|---|---|---|---|---|"]  # fmt: skip
    for kernel in ("step", "exact"):
        slow = ("001-05", "002-04") if kernel == "exact" else ()
        verdicts = {
            name: check_samples(name, run_model(name, runs=1000 if quick or name in slow else 10_000, seed=SEED,
                                                kernel=kernel))
            for name in MODELS
        }  # fmt: skip
        note = "1,000" if quick else ("10,000 (1,000 for 001-05 and 002-04)" if slow else "10,000")
        for label, names in (("distinct", DISTINCT), ("all", tuple(MODELS))):
            chosen = [verdicts[name] for name in names]
            above = sum(v["n_mean_above_3"] for v in chosen)
            largest = max(v["largest_abs_z_mean"] for v in chosen)
            largest_sd = max(v["largest_abs_z_sd"] for v in chosen)
            n = sum(v["n_times"] for v in chosen)
            say(f"DSMTS {kernel} {label}: {above} of {n} above 3, largest {largest:.2f}")
            lines.append(
                f"| {kernel} | {label}, {len(names)} | {note} | {n} | {above} | {largest:.2f} | {largest_sd:.2f} |"
            )
    lines += ["", "Wanted: at most 3 of about 500 means above 3, none above 4.5, on the distinct models. The others are the same "
              "processes written down differently and run with draws of their own; times of one model are correlated, so "
              "means above 3 come in series. The variance is scaled by the exact fourth moment.", ""]  # fmt: skip
    return lines


def master_section(quick: bool) -> list[str]:
    errors = order_of_convergence(n=20 if quick else 60)
    ratios = [errors[0] / errors[1], errors[1] / errors[2]]
    say(f"master equation: {errors}, ratios {ratios}")
    return ["## Master equation of two competing regulated clones", "",
            f"At most {20 if quick else 60} cells together; a span of 8 days (division interval 40 days) as 1, 2 and 4 steps; "
            "largest total-variation distance over all starts in the inner half.", "",
            "| step | distance | ratio to the next |", "|---|---|---|",
            f"| dt | {errors[0]:.4f} | {ratios[0]:.2f} |", f"| dt/2 | {errors[1]:.4f} | {ratios[1]:.2f} |",
            f"| dt/4 | {errors[2]:.4f} | |", "",
            "A ratio of 2 is first order: what is frozen is the response of the niche to chance within a step. With a "
            "handful of cells the distance at the production step is several percent; with thousands it is not seen "
            "(next section).", ""]  # fmt: skip


def kernel_section(quick: bool) -> list[str]:
    runs = 300 if quick else 3000
    lines = ["## Step kernel against exact kernel where rates move fast", "",
             f"{runs} runs each; largest two-sample Kolmogorov-Smirnov distance over the total and the clone at three "
             "times. Wanted: at most 0.05. Two samples of one law reach 0.035 with probability 0.05 in a single "
             "comparison of 3,000 runs.", "", "| course | blood | KS distance | mean total at the end, exact / step |",
             "|---|---|---|---|"]  # fmt: skip
    for row in kernel_agreement(runs, SEED, say):
        a, b = row["means"][2]
        lines.append(
            f"| {row['scenario']} | {'yes' if row['with_blood'] else 'no'} | {row['ks']:.3f} | {a:.0f} / {b:.0f} |"
        )
    return [*lines, ""]


def blood_section(quick: bool) -> list[str]:
    solver = against_adaptive_solver(20 if quick else 120, SEED, say)
    finite = no_nan(500 if quick else 10_000, SEED, say)
    return ["## Blood integrator against an adaptive solver", "",
            f"{solver['n']} random people (every blood parameter drawn from its range, one to five events, 150 days) "
            "against LSODA at a relative tolerance of 1e-9. Error: max |x - reference| / (0.01 + |reference|), pools "
            "relative to health. Wanted: below 1e-3.", "",
            f"Largest error {solver['largest']:.2e}, median {solver['median']:.2e}; {solver['n_above']} at or above 1e-3.", "",
            f"Of {finite['n']} random people with stem cells, {finite['not_finite']} had a state that was not finite.", ""]  # fmt: skip


def validation_section() -> list[str]:
    lines = ["## Published facts", "", "`hscape validate --biology`. Inputs never count as evidence.", "",
             "| id | role | fact | published | simulated | |", "|---|---|---|---|---|---|"]  # fmt: skip
    for row in validate(parts=["biology"], progress=say):
        values = ", ".join(f"{k} {v:.4g}" for k, v in row.simulated.items())
        lines.append(f"| {row.id} | {row.role} | {row.what} | {row.published} | {values} | "
                     f"{'pass' if row.passed else 'MISS: ' + row.note} |")  # fmt: skip
    return [*lines, ""]


SECTIONS = {
    "dsmts": dsmts_section,
    "master": master_section,
    "blood": blood_section,
    "kernels": kernel_section,
    "facts": lambda quick: validation_section(),
    "clinical": lambda quick: clinical.section(quick, say),
    "disease": disease.section,
    "roads": roads.section,
    "coarse": lambda quick: coarse.section(quick, say),
    "sbc": lambda quick: calibration.sbc_section(quick, say),
    "power": lambda quick: calibration.power_section(quick, say),
    "attribution": lambda quick: calibration.attribution_section(quick, say),
    "forecast": lambda quick: forecasts.section(quick, say),
    "misspecification": lambda quick: calibration.misspecification_section(quick, say),
    "hand-made": lambda quick: hand_made.section(quick, say),
    "network": lambda quick: amortized.section(quick, say),
    "trees": lambda quick: trees.section(quick, say),
    "transplants": lambda quick: transplants.section(quick, say),
    "growth-simulated": lambda quick: growth.simulated_section(quick, say),
    "growth-lothian": lambda quick: growth.lothian_section(quick, say),
    "growth-sardinia": lambda quick: growth.sardinia_section(quick, say),
    "growth-landscape": lambda quick: growth.landscape_section(quick, say),
}


def main() -> None:
    """Run the named sections, or all, and put them into the page; the others stay as they were."""
    quick = "--quick" in sys.argv
    names = [name for name in SECTIONS if {name, name.partition("-")[0]} & set(sys.argv[1:])] or list(SECTIONS)
    for name in names:
        start = time.time()
        lines = SECTIONS[name](quick)
        made = (f"Made by `python -m verification {name}{' --quick' if quick else ''}` in {(time.time() - start) / 60:.1f} "
                f"minutes; fingerprint `{model_fingerprint()[:16]}`.")  # fmt: skip
        kept = read_sections()
        kept[name] = "\n".join([lines[0], "", made, *lines[1:]]).rstrip()
        head = (f"# Verification\n\n`python -m verification` makes this page; hscape {__version__}, seed {SEED}, Python "
                f"{platform.python_version()}.")  # fmt: skip
        PAGE.write_text(
            "\n\n".join([head, *(kept[name] for name in SECTIONS if name in kept)]) + "\n", encoding="utf-8"
        )
    say(f"wrote {PAGE}")


#: How the heading of each section begins.
HEADINGS = {"dsmts": "Discrete", "master": "Master", "blood": "Blood", "kernels": "Step", "facts": "Published",
            "clinical": "Clinical", "disease": "Disease", "roads": "Roads",
            "coarse": "Coarse course", "sbc": "Inference: simulation", "power": "Inference: power", "attribution": "Inference: who",
            "forecast": "Inference: forecasts", "misspecification": "Inference: alarms", "hand-made": "Inference: charts written",
            "network": "Trained network",
            "trees": "Phylogenies", "transplants": "Transplants", "growth-simulated": "Growth of simulated",
            "growth-lothian": "Lothian", "growth-sardinia": "SardiNIA", "growth-landscape": "Fitness landscape"}  # fmt: skip


def read_sections() -> dict[str, str]:
    """Sections of the page as it stands, by name."""
    parts = PAGE.read_text(encoding="utf-8").split("\n## ")[1:] if PAGE.exists() else []
    return {name: "## " + part.rstrip() for part in parts for name, word in HEADINGS.items() if part.startswith(word)}


if __name__ == "__main__":
    main()
