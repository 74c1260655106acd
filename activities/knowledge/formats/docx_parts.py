"""What stands around the body of a Word document: notes at the foot, heads and feet of pages, content controls."""

from collections.abc import Iterator
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml import etree

CONTENTS = "Table of Contents"
"""The gallery of a content control that lists the headings with their pages."""
REFERENCES = {qn("w:footnoteReference"): "footnotes", qn("w:endnoteReference"): "endnotes"}
WRAPPERS = {qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml"), qn("w:ins"), qn("w:moveTo")}
Notes = dict[tuple[str, str], str]
"""Texts by ``footnotes`` or ``endnotes`` and number."""


def blocks(holder: Any, parent: Any) -> Iterator[Paragraph | Table]:
    """Yield paragraphs and tables of a body or cell, content controls opened; python-docx passes over these."""
    for node in holder:
        if node.tag == qn("w:p"):
            yield Paragraph(node, parent)
        elif node.tag == qn("w:tbl"):
            yield Table(node, parent)
        elif node.tag in WRAPPERS and not _lists_contents(node):
            yield from blocks(node, parent)


def read_notes(document: Document) -> Notes:
    """Return the texts of footnotes and endnotes."""
    notes: Notes = {}
    for relation in document.part.rels.values():
        kind = relation.reltype.rsplit("/", 1)[-1]
        if kind in REFERENCES.values() and not relation.is_external:
            for note in etree.fromstring(relation.target_part.blob, _parser()):
                words = "".join(text.text or "" for text in note.iter(qn("w:t")))
                notes[kind, note.get(qn("w:id"), "")] = " ".join(words.split())
    return notes


def note_at(node: Any, notes: Notes) -> str:
    """Return the note that a reference in the text points at, in brackets; empty for any other node."""
    kind = REFERENCES.get(node.tag)
    words = notes.get((kind, node.get(qn("w:id"), "")), "") if kind else ""
    return f" ({words})" if words else ""


def margins(document: Document) -> Iterator[str]:
    """Yield the lines in heads and feet of pages; a tab divides what stands left, in the middle and right."""
    for section in document.sections:
        for part in (section.header, section.footer, section.first_page_header, section.first_page_footer):
            if not part.is_linked_to_previous:
                for paragraph in part._element.iter(qn("w:p")):
                    yield from Paragraph(paragraph, part).text.split("\t")


def _lists_contents(node: Any) -> bool:
    gallery = node.find(f"{qn('w:sdtPr')}/{qn('w:docPartObj')}/{qn('w:docPartGallery')}")
    return gallery is not None and gallery.get(qn("w:val")) == CONTENTS


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True)
