"""Ways to say a sentence in other words without changing what it promises: controls for the grounding check.

What a chat model does to a source: contractions, other spellings of numbers, synonyms, clauses in another order, a
friendly beginning. Each returns None where it does not apply.
"""

import random
import re
from collections.abc import Callable

_CONTRACTIONS = (
    "cannot > can't, do not > don't, does not > doesn't, is not > isn't, are not > aren't, will not > "
    "won't, you will > you'll, You will > You'll, you have not > you've not, it is > it's, It is > It's, "
    "should not > shouldn't, we will > we'll, We will > We'll, you are > you're, must not > mustn't"
)
_SYNONYMS = (
    r"buy > purchase, choose > select, Choose > Pick, select > choose, Select > Choose, get > receive, "
    r"show > display, shows > displays, each > every, e-mail > email, receive > get, require > need, "
    r"requires > needs, begin > start, start > begin, ends > stops, large > big, to help > to assist, "
    r"Contact > Get in touch with, want > would like, information about > details on, and then > then, "
    r"press > click, Press > Click, click > press, Click > Press, because > since, also > in addition, You "
    r"cannot > You are not able to, must > have to, must > need to, has to > must, need to > have to, You "
    r"can > You are able to, at least(?= \d) > a minimum of, up to(?= (?:EUR )?\d) > at most, up to(?= "
    r"(?:EUR )?\d) > a maximum of, (?<!no )more than(?= \d) > over, within(?= \d) > in no more than, "
    r"delete > remove, deleted > removed, send > mail, usually > normally, all > all of, for example > for "
    r"instance, immediately > right away, issue > problem, problem > issue, error > fault, occurs > "
    r"happens, ensure > make sure, try > attempt, to use > to make use of, to create > to make, to change "
    r"> to modify, verify > check, the following > these"
)
_SPELLED = dict(enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2))
_LEADS = (
    "In short, ", "Please note: ", "According to our documentation, ", "Good news: ", "As for your question: ", "Yes, ",
    "To answer your question, ", "Just so you know, ", "From what our help page says, ",
)  # fmt: skip
LEAD_SHARE = 0.2
Rewording = Callable[[str, random.Random], str | None]


def reword(sentence: str, dice: random.Random, times: int = 2) -> str | None:
    """Return the sentence with up to ``times`` harmless changes, None when none applies."""
    if "; " in sentence and ": " in sentence:
        return None
    said, done = sentence, 0
    for change in dice.sample(REWORDINGS, len(REWORDINGS)):
        if done < times and (new := change(said, dice)) and new != said:
            said, done = new, done + 1
    if done < times or dice.random() < LEAD_SHARE:
        said, done = dice.choice(_LEADS) + _lower(said), done + 1
    return said if done else None


def _pairs(listed: str) -> Rewording:
    pairs = [each.split(" > ") for each in listed.split(", ")]

    def swapped(sentence: str, dice: random.Random) -> str | None:
        apply = [pair for pair in pairs if re.search(rf"\b{pair[0]}\b(?!['’-])", sentence)]
        if not apply:
            return None
        old, new = dice.choice(apply)
        return re.sub(rf"\b{old}\b(?!['’-])", new, sentence, count=1)

    return swapped


def _condition_last(sentence: str, dice: random.Random) -> str | None:
    """``If X, Y.`` becomes ``Y if X.``"""
    found = re.fullmatch(r"(If|When|After|Before|To) ([^,.]{8,120}), ([a-z][^.]{8,200})\.", sentence)
    return f"{found[3][0].upper()}{found[3][1:]} {found[1].lower()} {found[2]}." if found else None


def _condition_first(sentence: str, dice: random.Random) -> str | None:
    """``Y if X.`` becomes ``If X, y.``"""
    found = re.fullmatch(r"([A-Z][^,.:;]{8,160}) (if|when|because) ([^,.:;]{8,160})\.", sentence)
    return f"{found[2].capitalize()} {found[3]}, {_lower(found[1])}." if found else None


def _turned_round(sentence: str, dice: random.Random) -> str | None:
    """``X, and Y.`` becomes ``Y, and X.``"""
    found = re.fullmatch(r"([A-Z][^,.:;]{12,160}), and ((?:you|we|they|it|the) [^,.:;]{12,160})\.", sentence)
    return f"{found[2][0].upper()}{found[2][1:]}, and {_lower(found[1])}." if found else None


def _numbers(sentence: str, dice: random.Random) -> str | None:
    """``3 days`` is ``three days``, ``EUR 5`` is ``€5``, ``5 %`` is ``5 percent``."""
    changes: list[Callable[[str], str]] = [
        lambda text: re.sub(
            r"(?<![\w.,:/-])([2-9]|1[0-2]) (?=(?:business )?[a-z]{3,})",
            lambda found: _SPELLED[int(found[1])] + " ",
            text,
            count=1,
        ),
        lambda text: re.sub(r"\bEUR (\d)", r"€\1", text),
        lambda text: re.sub(r"\$(\d+)\b(?![.,]\d)", r"\1 dollars", text),
        lambda text: re.sub(r"(\d) ?%", r"\1 percent", text),
        lambda text: re.sub(r"(\d) percent\b", r"\1%", text),
        lambda text: re.sub(r"(\d) GB\b", r"\1 gigabytes", text),
        lambda text: re.sub(r"\b24 hours\b", "one day", text),
    ]
    for change in dice.sample(changes, len(changes)):
        if (new := change(sentence)) != sentence:
            return new
    return None


def _without_brackets(sentence: str, dice: random.Random) -> str | None:
    new = re.sub(r" \([^()]{3,60}\)", "", sentence)
    return new if new != sentence else None


def _lower(text: str) -> str:
    """The text with a small first letter, unless its first word looks like a name."""
    first = text.split(" ")[0]
    ordinary = first.lower() in _FIRST_WORDS
    return text[0].lower() + text[1:] if ordinary else text


_FIRST_WORDS = frozenset(
    "you we the a an it this that if when to your our they there these all each every no some in on for after before "
    "use "
    "open press click choose select go do make please pick check enter sign get turn".split()
)
REWORDINGS: list[Rewording] = [
    _pairs(_CONTRACTIONS),
    _pairs(_SYNONYMS),
    _pairs(_SYNONYMS),
    _condition_last,
    _condition_first,
    _turned_round,
    _numbers,
    _without_brackets,
]
