"""Records of long checks, kept in the repository so that a page can be made again, and a run goes on where one ended.

``python -m verification.kept_records sbc-answer`` packs what a run left in ``results/verification``. Records are of the
source that made them; its digest is kept with them, and a page says when the source in force is another.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import sys
from pathlib import Path

import hscape

RESULTS = Path(__file__).parents[1] / "results" / "verification"
KEPT = Path(__file__).parent / "records"
#: Parts of the package that can change what a check finds.
PARTS = ("biology", "care", "chart", "dynamics", "fractions", "inference", "observation")


def source_digest() -> str:
    """Digest of the source that the checks run through, 12 letters."""
    root = Path(hscape.__file__).parent
    found = hashlib.sha256()
    for part in PARTS:
        for file in sorted((root / part).rglob("*")):
            if file.suffix in (".py", ".toml", ".npz"):
                found.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return found.hexdigest()[:12]


def prepare(name: str) -> str:
    """Unpack the kept records of a check if there are none yet; digest of the source that made them, or now makes them."""
    folder, kept = RESULTS / name, KEPT / f"{name}.jsonl.xz"
    stamp = folder / "source.txt"
    if not folder.exists() and kept.exists():
        lines = lzma.decompress(kept.read_bytes()).decode("utf-8").splitlines()
        head = json.loads(lines[0])
        (folder / "patients").mkdir(parents=True)
        (folder / "check.json").write_text(head["check"], encoding="utf-8")
        stamp.write_text(head["source"], encoding="utf-8")
        for line in lines[1:]:
            number, text = line.split("\t", 1)
            (folder / "patients" / f"{number}.json").write_text(text, encoding="utf-8")
    if not stamp.exists():
        folder.mkdir(parents=True, exist_ok=True)
        stamp.write_text(source_digest(), encoding="utf-8")
    return stamp.read_text(encoding="utf-8")


def pack(name: str) -> Path:
    """Put the records of a check into one file of the repository."""
    folder, kept = RESULTS / name, KEPT / f"{name}.jsonl.xz"
    head = {"check": (folder / "check.json").read_text(encoding="utf-8"), "source": prepare(name)}
    lines = [json.dumps(head)]
    lines += [
        f"{file.stem}\t{file.read_text(encoding='utf-8')}" for file in sorted((folder / "patients").glob("*.json"))
    ]
    KEPT.mkdir(exist_ok=True)
    kept.write_bytes(lzma.compress("\n".join(lines).encode("utf-8")))
    return kept


def about(source: str) -> str:
    """A sentence for a page: of which source its records are."""
    now = source_digest()
    if source == now:
        return f"Records of the source in force (`{now}`)."
    return f"Records of an earlier source (`{source}`); when this page was made `{now}` was in force."


def note_new(name: str, before: int) -> None:
    """After a run: if it added records by another source than made those before, both are named."""
    folder, now = RESULTS / name, source_digest()
    stamp = folder / "source.txt"
    made = stamp.read_text(encoding="utf-8")
    if count(name) > before and now not in made:
        stamp.write_text(f"{made}, {now}", encoding="utf-8")


def count(name: str) -> int:
    """Records of a check that stand in the results."""
    return sum(1 for _ in (RESULTS / name / "patients").glob("*.json"))


if __name__ == "__main__":
    for word in sys.argv[1:]:
        print(pack(word))
