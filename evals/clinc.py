"""CLINC150's JSON as CSV files for ``holdfast eval intents``: ``python -m evals.clinc data_full.json FOLDER``.

Each part of the JSON (``train``, ``val``, ``test``) becomes one file, with its out-of-scope part labelled ``oos``.
"""

import csv
import json
import sys
from pathlib import Path


def convert(source: Path, folder: Path) -> list[Path]:
    """Write ``FOLDER/<part>.csv`` for each part and return their paths."""
    parts: dict[str, list[tuple[str, str]]] = json.loads(source.read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in (name for name in parts if not name.startswith("oos_")):
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "label"), *parts[name], *parts.get(f"oos_{name}", [])])
        written.append(path)
    return written


if __name__ == "__main__":
    for made in convert(Path(sys.argv[1]), Path(sys.argv[2])):
        sys.stdout.write(f"{made}\n")
