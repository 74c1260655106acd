"""The product's worker with cut points: ``python -m evals.drills.cut_worker FOLDER``."""

import sys
from pathlib import Path

from activities.nodes import SupportNodes
from activities.settings import Settings
from evals.drills.cut import CutInterceptor, cut_steps
from workflows.worker import run

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    cut_steps(SupportNodes, folder)
    run(Settings(), interceptors=[CutInterceptor(folder)])
