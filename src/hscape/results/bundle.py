"""A bundle: everything that makes an explanation again, in a folder or a zip, and whether it comes out the same.

It holds the chart (without names of files), the answer, and the record of the run: seed, engine, version, fingerprint
and every number that differs from the recorded ones. No date and no time is in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hscape.chart import Chart
from hscape.chart.document import chart_from_dict, chart_to_dict
from hscape.durable import replacing
from hscape.errors import InputError
from hscape.fingerprint import model_fingerprint
from hscape.inference.answer import as_dict, chart_digest
from hscape.inference.explain import Explanation
from hscape.parameters import Parameters
from hscape.streams import check_seed
from hscape.version import __version__

FORMAT = "hscape.bundle/1"
CHART, ANSWER, RUN = "chart.json", "answer.json", "run.json"
_MOST_BYTES = 50_000_000
_FIRST_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """What was read of a bundle.

    Args:
        chart: of the patient.
        seed: of the run.
        engine: ``answer`` or ``preview``, as it was asked for.
        parameters: numbers in force.
        version: of the package that made it.
        fingerprint: of the model that made it.
        answer: the bytes of the answer.
    """

    chart: Chart
    seed: int
    engine: str
    parameters: Parameters
    version: str
    fingerprint: str
    answer: bytes

    def differences(self) -> list[str]:
        """What is not the same on this machine as where the bundle was made; empty if nothing is."""
        found = []
        if self.version != __version__:
            found.append(f"made by hscape {self.version}, this is {__version__}")
        if self.fingerprint != model_fingerprint(self.parameters):
            found.append("the model has changed since (another fingerprint)")
        return found


def answer_bytes(explanation: Explanation) -> bytes:
    """The answer as bytes: the same for the same chart, seed, engine and model."""
    return (json.dumps(as_dict(explanation), indent=1, allow_nan=False) + "\n").encode("ascii")


def check_bundle(target: Path) -> None:
    """Make sure that a bundle can be written there, before anything runs.

    Raises:
        InputError: something is there already, or the folder above cannot be written.
    """
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise InputError(f"--bundle: {target} exists already; give a name that is not taken.")
    above = target.absolute().parent
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise InputError(f"--bundle: the folder {above} cannot be written; give a folder of your own.")


def write_bundle(
    explanation: Explanation, target: Path, *, engine: str, more: Mapping[str, bytes] | None = None
) -> Path:
    """Write a bundle in one motion.

    Args:
        explanation: what was found.
        target: a folder to make, or a file that ends in .zip.
        engine: as it was asked for.
        more: further files, for example the page; they are kept and not compared.

    Raises:
        InputError: it cannot be written.
    """
    check_bundle(target)
    files = {CHART: _json(chart_to_dict(explanation.chart)), ANSWER: answer_bytes(explanation)}
    files[RUN] = _json(_run(explanation, engine, files))
    files |= dict(more or {})
    try:
        if target.suffix.lower() == ".zip":
            _write_zip(target, files)
        else:
            _write_folder(target, files)
    except OSError as error:
        raise InputError(f"--bundle: {target} cannot be written ({error.strerror}); give another name.") from None
    return target


def read_bundle(path: Path) -> Bundle:
    """Read a bundle and check that its parts belong together.

    Raises:
        InputError: it is not a bundle, a part is missing or was changed.
    """
    files = _read_files(path)
    missing = [name for name in (CHART, ANSWER, RUN) if name not in files]
    if missing:
        raise InputError(f"{path.name}: is not a bundle ({', '.join(missing)} missing); give one made by --bundle.")
    try:
        run, chart = json.loads(files[RUN]), json.loads(files[CHART])
    except (ValueError, RecursionError):
        raise InputError(f"{path.name}: its JSON cannot be read; give a bundle as --bundle wrote it.") from None
    if not isinstance(run, dict) or run.get("format") != FORMAT:
        raise InputError(f"{path.name}: is not of the format {FORMAT}; give a bundle made by this version of hscape.")
    for name in (CHART, ANSWER):
        if run.get("sha256", {}).get(name) != hashlib.sha256(files[name]).hexdigest():
            raise InputError(f"{path.name}: {name} was changed after the bundle was made; give the bundle as it was.")
    changed = run.get("parameters", {})
    return Bundle(
        chart=chart_from_dict(chart), seed=check_seed(run.get("seed"), f"{path.name}, seed"),
        engine=str(run.get("engine")), parameters=Parameters().with_values(changed), version=str(run.get("version")),
        fingerprint=str(run.get("fingerprint")), answer=files[ANSWER],
    )  # fmt: skip


def _run(explanation: Explanation, engine: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    parameters = explanation.problem.parameters
    return {
        "format": FORMAT,
        "version": __version__,
        "fingerprint": model_fingerprint(parameters),
        "seed": explanation.seed,
        "engine": engine,
        "parameters": dict(parameters.changed),
        "chart_sha256": chart_digest(explanation.chart),
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }


def _json(content: Any) -> bytes:
    return (json.dumps(content, indent=1, allow_nan=False, ensure_ascii=True) + "\n").encode("ascii")


def _write_zip(target: Path, files: Mapping[str, bytes]) -> None:
    with replacing(target) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files):
            entry = zipfile.ZipInfo(file, _FIRST_DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, files[file])


def _write_folder(target: Path, files: Mapping[str, bytes]) -> None:
    draft = Path(tempfile.mkdtemp(dir=target.absolute().parent, prefix=f".{target.name}."))
    try:
        for file in sorted(files):
            (draft / file).write_bytes(files[file])
        draft.chmod(0o755)
        draft.replace(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _read_files(path: Path) -> dict[str, bytes]:
    if path.is_dir():
        return {name: _read_one(path / name) for name in (CHART, ANSWER, RUN) if (path / name).is_file()}
    if not path.is_file():
        raise InputError(f"{path}: there is no such bundle; give a folder or zip made by --bundle.")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = {entry.filename: entry for entry in archive.infolist() if entry.filename in (CHART, ANSWER, RUN)}
            if any(entry.file_size > _MOST_BYTES for entry in entries.values()):
                raise InputError(f"{path.name}: a part has more than 50 MB; give a bundle made by --bundle.")
            return {name: archive.read(entry) for name, entry in entries.items()}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError):
        raise InputError(f"{path.name}: is not a zip that can be read; give a bundle made by --bundle.") from None


def _read_one(path: Path) -> bytes:
    if path.stat().st_size > _MOST_BYTES:
        raise InputError(f"{path.name}: has more than 50 MB; give a bundle made by --bundle.")
    return path.read_bytes()
