"""What is no question: greetings, thanks, goodbyes, insults, and messages that say too little to be answered."""

import re
from typing import Literal

SmallTalk = Literal["", "greeting", "thanks", "goodbye", "insult", "unclear"]

CANONICAL: dict[SmallTalk, str] = {
    "greeting": "Hello",
    "thanks": "Thank you",
    "goodbye": "Goodbye",
    "insult": "You are useless",
}
UNCLEAR = "Something is wrong"
"""The question that stands for small talk, so that whoever answers knows its kind from the text alone."""

_HELLO = (
    r"(?:hi+(?:ya)?|hello+|hey+|hallo|hola|howdy|greetings|yo|good\s+(?:morning|afternoon|evening|day)"
    r"|(?:dear|hi|hello)\s+(?:sir|madam|team|support|techcorp|all)(?:\s+or\s+madam)?)"
)
_THERE = (
    r"(?:\s+(?:there|again|team|all|everyone|everybody|support|bot|guys|folks|techcorp|to|the|you|your|whole|entire|dear"
    r"|at|from\s+me))*"
)
_THANKS = (
    r"(?:(?:ok(?:ay)?|great|perfect|super|awesome|cool|alright|no)[\s,.!]+)*"
    r"(?:(?:many|big|much|lots\s+of)\s+)?(?:thanks|thank\s+(?:you|u)|thx|ty|cheers|tysm)"
    r"(?:\s+(?:so|very|a)?\s*(?:much|lot|again|you|tons|in\s+advance|all))*"
    r"(?:\s+for\s+(?:(?:your|the|all)\s+)*(?:quick\s+|fast\s+|kind\s+)?(?:help|answer|support|reply|time|patience|assistance))?"
)
_NAME = r"(?:<PERSON>|(?-i:[^\W\d_a-z][\w.'’-]*)(?:\s+(?:<PERSON>|(?-i:[^\W\d_a-z][\w.'’-]*))){0,2})"
"""As it was written, or as the guard left it: whether it knows a name must not decide what the customer gets."""
_REGARDS = (
    r"(?:(?:kind|best|warm|with)?\s*regards|best\s+wishes|(?:yours\s+)?(?:sincerely|faithfully|truly)|cheers)"
    rf"(?:\s*,\s*\w+(?:\s+\w+)?(?=\W*$)|\s*,?\s*{_NAME})?"
)
_END = r"[\s,.!?;:\-–—)(]*"

_KINDS: tuple[tuple[SmallTalk, str], ...] = (
    (
        "goodbye",
        rf"(?:(?:ok(?:ay)?|great|{_THANKS}|that'?s\s+all|nothing\s+else|no)[\s,.!]+)*(?:and\s+)?"
        r"(?:good\s*bye|bye(?:\s*bye)?|see\s+(?:you|ya|u)(?:\s+(?:later|soon|around))?|good\s+night|cya|take\s+care"
        r"|have\s+a\s+(?:nice|great|good|lovely)\s+(?:day|evening|weekend|one)|until\s+next\s+time|farewell)"
        rf"(?:[\s,.!]*(?:and\s+)?{_THANKS}|\s+now|\s+then)?",
    ),
    (
        "thanks",
        rf"(?:{_THANKS}|(?:that|this|it)(?:\s+(?:really|all))?\s+(?:helped|worked|works(?:\s+now)?|solved\s+it)"
        r"|much\s+appreciated|i\s+appreciate\s+(?:it|that|your\s+help)|ok(?:ay|ey)?|k|great|perfect|got\s+it|cool|alright"
        r"|awesome|nice(?:\s+one)?|sounds\s+good|understood|you'?re\s+(?:great|the\s+best|awesome)|wonderful"
        rf"|excellent|(?:that'?s|that\s+(?:is|was|will\s+be))\s+(?:all|great|perfect|it)(?:\s+i\s+needed)?"
        rf"|no\s+{_THANKS})(?:[\s,.!]+(?:and\s+)?(?:{_THANKS}|(?:that|it)\s+(?:helped|worked|works)|great|perfect"
        r"|that'?s\s+all(?:\s+i\s+needed)?|i\s+appreciate\s+(?:it|that)|very\s+helpful))*",
    ),
    (
        "greeting",
        rf"(?:{_HELLO}{_THERE}[\s,.!?]*)*(?:{_HELLO}{_THERE}|how\s+are\s+you(?:\s+(?:doing|today))*|what'?s\s+up"
        r"|nice\s+to\s+meet\s+you|(?:is\s+)?any(?:one|body)\s+(?:there|here)|are\s+you\s+there|who\s+are\s+you"
        r"|what\s+(?:can|do)\s+you\s+(?:do|know)(?:\s+for\s+me)?|what\s+can\s+you\s+help(?:\s+me)?\s+with|help"
        r"|(?:can|could)\s+you\s+help(?:\s+me)?|what(?:'?s|\s+is)\s+your\s+name"
        r"|are\s+you\s+(?:a|an|real|human)(?:\s+(?:\w+)){0,6})",
    ),
)
_BAD = (
    r"(?:stupid|dumb|useless|worthless|pathetic|ridiculous|terrible|horrible|awful|incompetent|hopeless|crap(?:py)?|rubbish"
    r"|garbage|trash|shit(?:ty)?|bullshit|idiots?|idiotic|morons?|fools?|a\s+joke|the\s+worst|no\s+(?:use|good|help))"
)
_VERY = r"(?:(?:such|an?|all|so|just|really|absolutely|completely?|totally|utter(?:ly)?|bloody|fucking|damn)\s+)*"
_THING = (
    r"(?:\s+(?:bot|chatbot|robot|machine|computer|program|assistant|thing|company|service|support|people|lot|ever))*"
)
_INSULT = re.compile(
    rf"{_END}(?:(?:you(?:'?re|\s+(?:are|guys\s+are))?|u\s+r|(?:this|that|it)(?:'?s|\s+is))\s+{_VERY}{_BAD}{_THING}"
    rf"|{_VERY}{_BAD}(?:\s+(?:bot|chatbot|robot|machine|program|assistant|company|service))|{_VERY}idiots?"
    r"|(?:fuck|screw)\s+(?:you|off|this|that)|go\s+to\s+hell|shut\s+up|i\s+hate\s+(?:you|this)(?:\s+\w+){0,2}|you\s+suck"
    rf"|wtf|i'?m\s+sick\s+of\s+(?:you|this|it)){_END}",
    re.IGNORECASE,
)
_RUDE = re.compile(
    rf"\b(?:{_BAD}|fuck\w*|shit\w*|damn|hell|wtf|scam\w*|crooks?|thie(?:f|ves)|liars?|i\s+hate|you\s+suck)\b",
    re.IGNORECASE,
)
_UNCLEAR = re.compile(
    rf"{_END}(?:(?:it|this|that|something|nothing|everything|stuff)\s+(?:(?:just\s+)?(?:does\s*n.?t|does\s+not|is\s*n.?t|is\s+not|won.?t|is|keeps)\s+)?"
    r"(?:work(?:s|ing)?|broken|wrong|fail(?:s|ing|ed)?|right)(?:\s+(?:any\s?more|at\s+all|again|properly|here))*"
    r"|(?:please\s+)?(?:i\s+(?:have|need|got|want)\s+)?(?:(?:an?|some|one)\s+)?(?:problems?|issues?|questions?|trouble|errors?|info(?:rmation)?)"
    r"(?:\s+please)?|not\s+working|doesn.?t\s+work|broken|what|how|why|huh|h+m+|e+h+|test(?:ing)?|asdf\w*|\W*"
    r"|i\s+(?:do\s*n.?t|do\s+not)\s+(?:understand|get|know)(?:\s+(?:it|this|that|anything|what\s+to\s+do))?"
    rf"|what\s+(?:now|(?:do|should|can)\s+i\s+do(?:\s+now)?)){_END}",
    re.IGNORECASE,
)
_PATTERNS = tuple((kind, re.compile(rf"{_END}(?:{pattern}){_END}", re.IGNORECASE)) for kind, pattern in _KINDS)
_LEAD = re.compile(
    rf"^(?:{_HELLO}{_THERE}[\s,.!:\-–]+)+(?:how\s+are\s+you(?:\s+(?:doing|today))*[\s,.!?]+)?", re.IGNORECASE
)
_TAIL = re.compile(
    rf"(?<![\s,.!;\-–])[\s,.!;\-–]+(?:{_THANKS}(?:\s*,\s*{_NAME})?|{_REGARDS}|pl(?:ea)?se?\s+help)(?:[\s,.!]+{_REGARDS})?{_END}$",
    re.IGNORECASE,
)
LEAD, TAIL = 200, 200
"""Characters at both ends of a message in which greeting and thanks are looked for, however long it is."""
LONGEST = 80
"""Characters; a longer message says more than a pleasantry."""


def small_talk_kind(text: str) -> SmallTalk:
    """Return which pleasantry the whole text is, or an empty string when it says anything else."""
    if len(text) > LONGEST:
        return ""
    folded = text.replace("’", "'")
    kind: SmallTalk = next((kind for kind, pattern in _PATTERNS if pattern.fullmatch(folded)), "")
    return kind or ("insult" if _INSULT.fullmatch(folded) else "")


def says_too_little(text: str) -> bool:
    """Say whether nobody could tell what a message is about; after an earlier question it may be clear all the same."""
    return len(text) <= LONGEST and _UNCLEAR.fullmatch(text.replace("’", "'")) is not None


def is_rude(text: str) -> bool:
    """Say whether a text insults anybody in any of its words."""
    return _RUDE.search(text) is not None


def unwrap(text: str) -> str:
    """Return the text without greeting and thanks around it; all of it when nothing of two words would be left."""
    bare = " ".join(text.split())
    core = _LEAD.sub("", bare[:LEAD]) + bare[LEAD:]
    core = core[:-TAIL] + _TAIL.sub("", core[-TAIL:])
    question = "?" if bare.endswith("?") and not core.endswith("?") else ""
    return core + question if len(core.split()) >= 2 else bare
