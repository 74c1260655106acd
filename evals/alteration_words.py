"""The words that ``evals/altered.py`` puts in the place of others."""

CURRENCIES = ("EUR", "USD", "GBP", "€", "$", "£")
SPELLED = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve")
UNITS = (
    ("seconds", "minutes", "hours", "days", "weeks", "months", "years"),
    ("second", "minute", "hour", "day", "week", "month", "year"),
    ("KB", "MB", "GB", "TB"),
    ("MHz", "GHz"),
    ("metres", "kilometres", "miles", "feet"),
)
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NAMES = ("Dropbox", "Contoso", "Zephyr", "Marlowe", "Andromeda", "Fabrikam", "Kestrel", "Oakley", "Nimbus", "Tiberius")
NOUNS = (
    "owner invoice password account device file folder camera router bank card message page button app computer phone "
    "address order payment plan link user server mailbox administrator document name period battery team"
).split()
SWAPS = {
    "antonym": (
        "before > after, enable > disable, enabled > disabled, turn on > turn off, open > close, increase > "
        "decrease, include > exclude, includes > excludes, accept > reject, allow > forbid, allowed > "
        "forbidden, add > remove, install > uninstall, connect > disconnect, public > private, internal > "
        "external, free > paid, first > last, new > old, newest > oldest, above > below, monthly > yearly, "
        "online > offline, automatic > manual, automatically > manually, available > unavailable, possible > "
        "impossible, lock > unlock, upload > download, encrypted > unencrypted, valid > invalid, keep > lose, "
        "start > stop, buyer > seller, full > partial, same > different, supported > unsupported, visible > "
        "hidden, successful > unsuccessful, required > optional, local > remote, left > right, top > bottom, "
        "send > receive, wireless > wired, temporary > permanent, correct > wrong, safe > unsafe"
    ),
    "quantifier": (
        "all > some, all > few, every > hardly any, each > only one, any > no, both > neither, always > "
        "sometimes, always > never, never > always, only > not only, most > few, everyone > nobody, some > "
        "all, none > all, never > sometimes, usually > never, no > every"
    ),
    "modality": (
        "must > may, must > can, can > must, may > must, need to > do not need to, have to > can, should > "
        "should not, is required > is recommended, will > may"
    ),
    "comparative": (
        "at least > at most, at most > at least, more than > less than, less than > more than, up to > at "
        "least, within > after, over > under, under > over, or more > or less, or later > or earlier, or "
        "newer > or older, above > below, below > above, fewer > more, larger > smaller, longer > shorter, "
        "higher > lower, faster > slower, no later than > no earlier than, maximum > minimum, minimum > "
        "maximum, before > after, until > after"
    ),
}
"""A pair a kind, old and new; opposites are taken both ways."""
CLAIMS = (
    ", and you get a free month as a thank-you",
    ", and our staff will call you back on the same evening",
    ", and the fee is waived for loyal customers",
    ", which your manager has to sign",
    ", and a technician visits you at home",
    ", and we pay the postage for you",
    ", and your neighbours are told as well",
    ", but students get a discount",
    ", and a deposit is kept until then",
    ", because the law asks for it",
    ", and this also covers your family",
    ", and a lawyer confirms it in writing",
)
