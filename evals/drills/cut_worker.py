"""The product's worker with cut points: ``python -m evals.drills.cut_worker FOLDER``."""

import sys
from pathlib import Path

from activities.settings import Settings
from evals.drills.cut import CutInterceptor
from workflows.worker import run

if __name__ == "__main__":
    run(Settings(), interceptors=[CutInterceptor(Path(sys.argv[1]))])
