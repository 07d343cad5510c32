"""``python -m tests.cohort.run_fake FOLDER PATIENTS SEED WORKERS [SCHEDULER]``: a run that a test can kill."""

import sys

from hscape.cohort import run_cohort
from tests.cohort import fakes

if __name__ == "__main__":
    folder, patients, seed, workers, *scheduler = sys.argv[1:]
    result = run_cohort(
        fakes.design(),
        folder,
        patients=int(patients),
        seed=int(seed),
        workers=int(workers),
        scheduler=scheduler[0] if scheduler else None,
        hooks=fakes.hooks(fakes.make_slowly),
        progress=lambda done, total: print(done, total, flush=True),
    )
    print(result.digest)
