"""Whether the figures of a sentence are those of its source: quantities with units, rates, limits, dates and times."""

from collections.abc import Sequence

from activities.models.clauses import sentences_of
from activities.models.dates import Moment, moments
from activities.models.quantities import COUNTED, Quantity, bound_at, quantities, unit_of
from activities.models.terms import stems

MISPLACED = 0.45
"""The neighbours of a figure are by this much more those of another figure of its kind: it is said of that one."""
WINDOW, NEIGHBOURS = 9, 4
"""Words beside a figure that are looked at, and how many of them with a meaning count."""
_OTHER: dict[str, set[str]] = {"least": {"most"}, "most": {"least"}}
MONEY = frozenset({"EUR", "USD", "GBP", "CHF", "JPY"})


def figure_problem(sentence: str, quote: str, context: str = "") -> str:
    """Return in words which figure of ``sentence`` its source does not have or says otherwise; empty when none."""
    source, known = quantities(quote), _words(f"{quote} {context}")
    elsewhere = quantities(context)
    for said in quantities(sentence):
        problem = _quantity_problem(said, [*source, *elsewhere], known) or _noun_problem(said, sentence, source, quote)
        if problem:
            return problem
    for moment in moments(sentence):
        if problem := _moment_problem(moment, sentence, f"{quote}\n{context}"):
            return problem
    return _misplaced(sentence, quote)


def _quantity_problem(said: Quantity, source: Sequence[Quantity], known: frozenset[str]) -> str:
    same = [each for each in source if each.value == said.value or each.key == said.key]
    fitting = [each for each in same if _fits(said, each, known)]
    if not fitting:
        return f"says “{said}”, which its source does not say"
    if said.rate and not any(each.rate == said.rate for each in fitting) and not _spoken_rate(said.rate, known):
        return f"says “{said} a {said.rate}”, which its source does not say"
    if said.rate and all(each.rate and each.rate != said.rate for each in fitting):
        return f"says “{said} a {said.rate}” where its source says “a {fitting[0].rate}”"
    if said.bound and all(each.bound and each.bound != said.bound for each in fitting):
        return f"gives “{said}” as the {said.bound} where its source gives it as the {fitting[0].bound}"
    if said.business and not any(each.business for each in fitting):
        return f"says “{said.value} business days”, which its source does not say"
    return ""


def _fits(said: Quantity, source: Quantity, known: frozenset[str]) -> bool:
    """The same number and unit; a unit may be missing on one side when the source has it as a word elsewhere."""
    if said.key == source.key:
        return True
    if said.value != source.value:
        return False
    if not said.unit:
        return True
    return source.alone and not source.unit and said.unit in known


def _spoken_rate(unit: str, known: frozenset[str]) -> bool:
    return unit in known or f"{unit}ly" in known or (unit == "day" and "daily" in known)


def _noun_problem(said: Quantity, sentence: str, source: Sequence[Quantity], quote: str) -> str:
    """A number of devices is not one of seats: both nouns are known, and the source has the number with the other."""
    if said.unit or not (mine := _counted(sentence, said)):
        return ""
    theirs = [_counted(quote, each) for each in source if each.value == said.value]
    if not theirs or not all(theirs) or any(mine & each for each in theirs):
        return ""
    return f"counts {sorted(mine)[0]}s where its source counts {sorted(theirs[0])[0]}s"


def _counted(text: str, number: Quantity) -> frozenset[str]:
    """The kinds of things counted within the words after a number, and by its own word (``twice``)."""
    words = [text[number.start : number.end], *text[number.end :].replace(",", " , ").split()[:4]]
    found: list[str] = []
    for word in words:
        if word in {",", "and", "or"}:
            break
        if kind := COUNTED.get(word.strip(".;:()").lower()):
            found.append(kind)
    return frozenset(found)


def _moment_problem(said: Moment, sentence: str, source: str) -> str:
    """A date or time must be there, and not as the earliest on one side and the latest on the other."""
    same = [each for each in moments(source) if said.agrees(each)]
    spoken = sentence[said.start : said.end]
    if not same:
        return f"says “{spoken}”, which its source does not say"
    bound, theirs = bound_at(sentence, said.start, said.end), {bound_at(source, each.start, each.end) for each in same}
    return f"puts “{spoken}” at the other end than its source does" if bound and theirs == _OTHER[bound] else ""


def _misplaced(sentence: str, quote: str) -> str:
    """A figure that the source says of another thing: its neighbours here are those of another figure there."""
    lines = sentences_of(quote)
    if any(_in_order(quantities(sentence), quantities(line)) for line in lines):
        return ""
    source = [(each, beside(line, each)) for line in lines for each in quantities(line)]
    for said in quantities(sentence):
        mine = beside(sentence, said)
        own = [theirs for each, theirs in source if each.value == said.value or each.key == said.key]
        others = [
            theirs for each, theirs in source if each.value != said.value and each.key != said.key and _kin(said, each)
        ]
        if own and others and all(_further(mine, own, others, sides) >= MISPLACED for sides in (True, False)):
            return f"says “{said}” of something else than its source does"
    return ""


def _in_order(mine: Sequence[Quantity], theirs: Sequence[Quantity]) -> bool:
    """Tell whether several figures come as one sentence of the source has them."""
    rest = iter(theirs)
    return len(mine) > 1 and all(any(said.value == each.value for each in rest) for said in mine)


Beside = dict[tuple[str, str], float]
"""Side and stem -> weight."""


def _further(mine: Beside, own: Sequence[Beside], others: Sequence[Beside], sides: bool) -> float:
    """How much more the best of ``others`` shares with ``mine`` than the best of ``own``, with or without the sides."""
    best = [max(_shared(_folded(mine, sides), _folded(each, sides)) for each in group) for group in (others, own)]
    return best[0] - best[1]


def _folded(found: Beside, sides: bool) -> Beside:
    if sides:
        return found
    folded: Beside = {}
    for (_, root), weight in found.items():
        folded["", root] = max(weight, folded.get(("", root), 0.0))
    return folded


def beside(text: str, figure: Quantity) -> Beside:
    """Return the words on both sides of a figure, by side and stem: 1 for the next, a half for the second, and so on.

    Words without meaning, units and other numbers are left out; two stems in a row count as two places.
    """
    found: Beside = {}
    for side, words in (("left", text[: figure.start].split()[::-1]), ("right", text[figure.end :].split())):
        told = [root for word in words[:WINDOW] for root in stems(word) if root.isalpha() and not unit_of(root)]
        for place, root in enumerate(told[:NEIGHBOURS], 1):
            found.setdefault((side, root), 1 / place)
    return found


def _shared(one: Beside, other: Beside) -> float:
    return sum(min(weight, other[key]) for key, weight in one.items() if key in other)


def _kin(one: Quantity, other: Quantity) -> bool:
    return one.unit == other.unit or one.key[1] == other.key[1] or {one.unit, other.unit} <= MONEY


def _words(text: str) -> frozenset[str]:
    """The words of a text in lower case, with the units that they spell."""
    words = {word.strip(".,;:()[]\"'") for word in text.replace("/", " ").split()}
    return frozenset({word.lower() for word in words} | {unit_of(word) for word in words} - {""})
