"""The product's worker with a schedule of kills: ``python -m evals.drills.killed_worker FOLDER``."""

import sys
from pathlib import Path

from activities.settings import Settings
from evals.drills.kills import KillInterceptor
from workflows.worker import run

if __name__ == "__main__":
    run(Settings(), interceptors=[KillInterceptor(Path(sys.argv[1]))])
