"""Takes pairs of opposites out of WordNet 3.0: ``python -m evals.antonyms /usr/share/wordnet``.

Writes ``activities/models/antonyms.txt``, which the grounding check reads; Debian has the database as the package
``wordnet-base``. Kept are pairs of single words: adjectives, adverbs and verbs that WordNet's tagged texts use or of
which one is the other with a prefix (``available unavailable``), and nouns of those texts. Format of the database:
wndb(5WN).
"""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

TARGET = Path(__file__).parents[1] / "activities" / "models" / "antonyms.txt"
PARTS_OF_SPEECH = ("adj", "adv", "noun", "verb")
NOUN_USES = 2
"""Of both words, in the tagged texts: rarer nouns are opposites in one sense of many."""
TOO_WIDE = frozenset(
    "here there other same come go give take have lack let ground figure head foot man woman boy girl lie sit stand "
    "back get make know like right second general particular little much little big side center black white round "
    "square thing mind miss even odd ride walk level still running moving passing".split()
)
"""Words with so many senses that they are opposites of nothing most of the time."""
HEADER = (
    "# Pairs of opposites, made by evals/antonyms.py from WordNet 3.0. Copyright 2006 by Princeton University. All\n"
    "# rights reserved. Permission to use, copy, modify and distribute this software and database and its\n"
    "# documentation for any purpose and without fee or royalty is hereby granted, provided that you agree to comply\n"
    "# with the following copyright notice and statements, including the disclaimer, and that the same appear on ALL\n"
    '# copies of the software, database and documentation. THIS SOFTWARE AND DATABASE IS PROVIDED "AS IS" AND\n'
    "# PRINCETON UNIVERSITY MAKES NO REPRESENTATIONS OR WARRANTIES, EXPRESS OR IMPLIED. The name of Princeton\n"
    "# University or Princeton may not be used in advertising or publicity pertaining to distribution of the software\n"
    "# and/or database. Title to copyright in this software, database and any associated documentation shall at all\n"
    "# times remain with Princeton University and LICENSEE agrees to preserve same.\n"
)
Synset = tuple[list[str], list[list[str]]]


def antonyms(folder: Path) -> list[tuple[str, str]]:
    """Return the kept pairs of the database in ``folder``, sorted. Raises ``FileNotFoundError``."""
    uses = _uses(folder / "cntlist.rev")
    pairs = set()
    for part in PARTS_OF_SPEECH:
        for one, other in _pairs(folder / f"data.{part}"):
            least = min(uses[one], uses[other])
            wanted = least >= NOUN_USES if part == "noun" else least > 0 or _prefixed(one, other)
            if wanted and not {one, other} & TOO_WIDE:
                pairs.add((min(one, other), max(one, other)))
    return sorted(pairs)


def _uses(path: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        sense, _, count = line.split()
        found[sense.partition("%")[0]] += int(count)
    return found


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    synsets = dict(_synsets(path))
    for words, pointers in synsets.values():
        for symbol, offset, _, places in pointers:
            if symbol == "!" and offset in synsets:
                one, other = words[int(places[:2], 16) - 1], synsets[offset][0][int(places[2:], 16) - 1]
                if all(each.isalpha() and len(each) > 1 for each in (one, other)):
                    yield one, other


def _synsets(path: Path) -> Iterator[tuple[str, Synset]]:
    """Each synset's offset, words and pointers (symbol, offset, part of speech, words from and to in hex)."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            continue
        fields = line.partition("|")[0].split()
        count = int(fields[3], 16)
        words = [fields[4 + 2 * index].partition("(")[0].lower() for index in range(count)]
        rest = fields[5 + 2 * count :]
        yield fields[0], (words, [rest[4 * index : 4 * index + 4] for index in range(int(fields[4 + 2 * count]))])


def _prefixed(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return long.endswith(short) and long.removesuffix(short) in {
        "un",
        "in",
        "im",
        "ir",
        "il",
        "dis",
        "non",
        "de",
        "mis",
    }


def main(folder: str) -> None:
    """Write the file. Raises ``FileNotFoundError``."""
    lines = [f"{one} {other}" for one, other in antonyms(Path(folder))]
    TARGET.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
