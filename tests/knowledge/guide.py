"""Two versions of one small document, and the passages that each has."""

from activities.knowledge.preparation import document_id_of

OLD = b"# Guide\n\n## A\n\nOld one.\n\n## B\n\nOld two.\n"
NEW = b"# Guide\n\n## A\n\nNew one.\n\n## B\n\nNew two.\n\n## C\n\nNew three.\n"
OLD_TEXTS, NEW_TEXTS = ["Old one.", "Old two."], ["New one.", "New two.", "New three."]
GUIDE = document_id_of("guide.md")
