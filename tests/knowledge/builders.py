"""Files of each type, made in the test."""

import gzip
import io
import json
from collections.abc import Callable
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from docx import Document
from fpdf import FPDF
from openpyxl import Workbook
from pptx import Presentation


def docx_file(fill: Callable[[Any], object]) -> bytes:
    document = Document()
    fill(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf_file(fill: Callable[[FPDF], object], **options: Any) -> bytes:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=11)
    fill(pdf)
    return bytes(pdf.output(**options))


def pptx_file(fill: Callable[[Any], object]) -> bytes:
    presentation = Presentation()
    fill(presentation)
    out = io.BytesIO()
    presentation.save(out)
    return out.getvalue()


def xlsx_file(fill: Callable[[Any], object]) -> bytes:
    workbook = Workbook()
    fill(workbook)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def jsonl_file(*records: object, compressed: bool = False) -> bytes:
    data = "\n".join(json.dumps(record) for record in records).encode()
    return gzip.compress(data) if compressed else data


def zip_file(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def with_part(office: bytes, name: str, data: bytes) -> bytes:
    """An office file with one part added or replaced."""
    with ZipFile(io.BytesIO(office)) as archive:
        parts = {item: archive.read(item) for item in archive.namelist()}
    return zip_file({**parts, name: data})
