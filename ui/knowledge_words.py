"""Every text that a person reads on the pages of the knowledge."""

from types import MappingProxyType

KNOWLEDGE_TITLE = "Knowledge"
SEARCH_TITLE = "Search"

ADD = "Add"
DROP = "Drop files here, or click to choose"
DEPARTMENT = "Department"
DEPARTMENT_HINT = "Yours when left empty"
LIMITS = "Only for some, or for a time"
GROUPS = "Groups that alone read it"
GROUPS_HINT = "Names with commas between them; all of the department when left empty"
VALID_FROM = "Answers from"
VALID_UNTIL = "Stops answering on"
CLASSIFICATION = "Who may read it"
TAKE_IN = "Add to the knowledge"
CHOOSE_FIRST = "Choose a file first."
LEVELS = MappingProxyType(
    {"public": "Public", "internal": "Internal", "confidential": "Confidential", "restricted": "Restricted"}
)
STATUSES = MappingProxyType(
    {
        "running": "Being taken in",
        "paused": "Paused",
        "cancelling": "Being cancelled",
        "ended": "Nearly done",
        "completed": "Done",
        "failed": "Failed",
        "cancelled": "Cancelled",
    }
)
TAKEN = "{count} taken"
UNCHANGED = "{count} unchanged"
REFUSED = "{count} refused"
DONE_OF = "{done} of {documents}"
DOCUMENTS = "Documents"
FILTER = "Find by title or file name"
LIST_EMPTY_TITLE = "No documents here yet"
LIST_EMPTY = "Files are added under Add: Markdown, HTML, PDF, Word, tables, presentations, e-mails and plain text."
LIST_CUT = "Only the first {count} are listed. Type a part of a title or file name to find the others."
LIST_NONE = "No document has this in its title or file name."
PICK_TITLE = "Choose a document"
PICK = "Open one to read it, see its versions, change who may read it, or remove it."
PASSAGES = "passages: {count}"
VERSIONS = "Versions"
VERSION = "Version {version}"
CURRENT = "answers now"
RESTORE = "Bring back"
RESTORED = "Version {version} is being brought back."
TEXT = "Text"
TEXT_CUT = "The beginning is shown; the document goes on."
RECLASSIFY = "Change who may read it"
RECLASSIFIED = "The document is now {level}."
REMOVE = "Remove everywhere"
REMOVE_SURE = "Remove this document from the knowledge, its text and its versions included? This cannot be undone."
REMOVED = "Removed: nothing of it is found any more."
DATES = "Dates"
DATES_LEAD = "Documents that soon stop answering, that have expired, or that do not answer yet. Open one to read it."
SHUT = "Nobody finds this document now: it is outside of its dates. Change them, or remove it."
DATES_EMPTY_TITLE = "Every document is up to date"
DATES_EMPTY = "What stops answering within 30 days is listed here, and what does not answer because of its dates."
DATES_CUT = "Only the first {count} are listed. The others follow when these have other dates or are removed."
DATE_TAGS = MappingProxyType({"ending": "Ends soon", "expired": "Expired", "upcoming": "Not yet"})
DATE_STATES = MappingProxyType(
    {"ending": "Stops answering on", "expired": "Stopped answering on", "upcoming": "Answers from"}
)
DATES_KEPT = "“{title}” has its new dates."
DATES_SAME = "No date was changed."
SAVE_DATES = "Save dates"
PROLONG = "One more year"
CONFIRM = "To confirm"
CONFIRM_LEAD = "Nobody else reads these documents before you have said who may."
CONFIRM_CUT = "Only the first {count} are listed. The others follow when these have been decided on."
CONFIRM_EMPTY_TITLE = "Nothing to confirm"
CONFIRM_EMPTY = "Documents that look confidential wait here until a person has decided who may read them."
CONFIRMED = "“{title}” is now {level}."
GAPS = "Gaps"
GAPS_LEAD = "What customers asked in the last 30 days and no document answered."
GAPS_LEFT = "The {count} that were asked most, of {groups}."
GAPS_CUT = "Older questions than the latest {count} are left out."
GAPS_EMPTY_TITLE = "No gaps"
GAPS_EMPTY = "Every question of the last 30 days found an answer."
ASKED = "asked {times}"
ASKED_ONCE = "asked once"
REPLIES = "Replies"
REPLIES_LEAD = "What customers read for each outcome, as it would be written now. It is edited in {file}."
REPLIES_BROKEN = "The file has a mistake, so the texts of before stay in use. {problem}"
OFFICE_ALWAYS = "No office hours are set: promises are counted around the clock."
OFFICE_OPEN = "People answer now. Office hours ({zone}): {hours}."
OFFICE_CLOSED = "The office is closed now. Office hours ({zone}): {hours}."
AWAY = "Out of hours"
FORMALITIES = MappingProxyType({"formal": "", "informal": ", informal"})
OUTCOMES = MappingProxyType(
    {
        "answered": "Answered",
        "in_review": "In review",
        "asked": "Handed off: asked for a person",
        "unsupported": "Handed off: nothing in the documents",
        "unavailable": "Handed off: documents out of reach",
        "stopped": "Handed off: automatic answers are off",
        "unsure": "Handed off: too uncertain",
        "added": "A further message to a case",
        "taken_back": "An answer taken back",
        "expired": "Nobody answered in time",
        "closed": "Closed before an answer",
        "failed": "Something broke",
    }
)

QUERY = "What are you looking for?"
FIND = "Search"
MODES = (("Best match", "hybrid"), ("By meaning", "dense"), ("By words", "lexical"))
MODE = "Ranked by"
ANY = "Any"
SAVE = "Save this search"
SAVE_AS = "Name"
SAVED = "Saved searches"
SAVED_NONE = "Save a search that you make often; it appears here."
FORGET = "Forget {name}"
KEPT = "Saved as “{name}”."
NAME_FIRST = "Search for something and give it a name first."
START_TITLE = "Search the knowledge"
START = "You find what you may read: passages with their place in the document, and why each was found."
NONE_TITLE = "Nothing found"
NONE = "No passage that you may read fits. Try other words, or fewer filters."
COUNT = "Found: {count}"
CORRECTED = "Showing results for {query}."
INSTEAD = "Search for {query} instead"
WHY = "Why this result"
MEANING = "Meaning"
WORDS = "Words"
TOGETHER = "Together"
PAGE = "page {page}"
FACETS = MappingProxyType({"department": "Department", "classification": "Who may read it"})
