"""Charts written by hand, which no model has made: how many are answered, and what does not fit in the others."""

from __future__ import annotations

from pathlib import Path

from hscape.errors import InputError
from hscape.exchange import read_charts
from hscape.inference.answer import as_dict
from hscape.inference.explain import Explanation, explain
from verification.growth_measures import Say

FOLDER = Path(__file__).parent / "hand_made"
SEED = 1


def section(quick: bool, say: Say) -> list[str]:
    """Each chart explained once; with `quick` by a preview."""
    engine = "preview" if quick else "answer"
    rows, answered, n = [], 0, 0
    for file in sorted(path for path in FOLDER.iterdir() if path.suffix in (".csv", ".xlsx")):
        for chart in read_charts(file).charts:
            name = f"{file.stem}, {chart.patient_id}"
            try:
                found = explain(chart, seed=SEED, engine=engine)
            except InputError as error:
                rows.append(f"| {name} | refused | | {error} |")
                continue
            say(f"{name}: {found.status}")
            n, answered = n + 1, answered + (found.status == "answer")
            rows.append(_row(name, found))
    return ["## Inference: charts written by hand", "",
            "Invented charts in the manner of clinic sheets (`verification/hand_made`), written without looking at what the "
            "model makes of them. Virtual patients come from the model itself; these do not, so that they show where it is "
            f"too stiff for courses as they are. Engine {engine}, seed {SEED}: {answered} of {n} come to an answer that no "
            "alarm lowers.", "",
            "| chart | status | probability that escape clones made most of the recovery possible | alarms that lower it |",
            "|---|---|---|---|", *rows, ""]  # fmt: skip


def _row(name: str, found: Explanation) -> str:
    p = as_dict(found)["p_clone_mediated"]
    lowered = "; ".join(alarm.words for alarm in found.alarms if alarm.weight != "note") or "none"
    return f"| {name} | {found.status} | {'not told' if p is None else f'{p:.2f}'} | {lowered} |"
