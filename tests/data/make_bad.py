"""Writes the corpus of bad files and its manifest. Run: python -m tests.data.make_bad

Most files are one clean table with one thing spoiled, so that the manifest can say exactly what may differ from the
clean reading: `expect` lists the codes of the issues that must appear, `values` the measurements that differ
("day analyte" -> value, or null if it must be left out), `n_charts` the number of charts if it is not one. A file whose
`values` is null is checked for its messages only, and its charts must be empty or counted in `n_values`.
"""

import json

from tests.data.corpus import base
from tests.data.corpus.documents import documents, variants
from tests.data.corpus.findings import care, clones
from tests.data.corpus.tables import identity, structure
from tests.data.corpus.values import cells, dates, units
from tests.data.corpus.workbooks import workbooks


def main():
    base.HERE.mkdir(exist_ok=True)
    for old in base.HERE.iterdir():
        old.unlink()
    base.manifest.clear()
    for part in (cells, dates, units, structure, identity, clones, care, documents, variants, workbooks):
        part()
    text = json.dumps(dict(sorted(base.manifest.items())), indent=1, ensure_ascii=False)
    (base.HERE / "manifest.json").write_text(text + "\n", encoding="utf-8")
    print(len(base.manifest), "files")


if __name__ == "__main__":
    main()
