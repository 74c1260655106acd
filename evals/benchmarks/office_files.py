"""Files as offices have them: real articles as DOCX, PPTX, PDF and HTML, and photographs that are most of the bytes."""

import base64
import html
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path

import numpy as np
from docx import Document
from fpdf import FPDF
from PIL import Image
from pptx import Presentation
from pptx.util import Inches

Article = dict[str, str]
Pictures = Sequence[bytes]

PICTURES_EACH = (2, 4, 8, 16)
"""Photographs of about 1 MB of the files in turn: from a letter to a handbook, just under the largest file taken."""
ARTICLES_EACH = 8
PICTURE_SIZE = (960, 1280, 3)
SLIDE_CHARACTERS = 700
BLANK_LAYOUT, TITLED_LAYOUT = 6, 1


def photographs(count: int, seed: int) -> list[bytes]:
    """Return JPEGs of about 1 MB that no compression makes smaller."""
    dice = np.random.default_rng(seed)
    return [_jpeg(dice.integers(0, 256, PICTURE_SIZE, dtype=np.uint8)) for _ in range(count)]


def write_folder(folder: Path, articles: Sequence[Article], size: int, pictures: Pictures) -> Iterator[Path]:
    """Write files of the four kinds in turn until they are ``size`` bytes, each with other articles; yield each."""
    kinds, written = cycle(MAKERS.items()), 0
    for start in range(0, len(articles) - ARTICLES_EACH + 1, ARTICLES_EACH):
        if written >= size:
            return
        (kind, make), number = next(kinds), start // ARTICLES_EACH
        # Every fourth file begins anew with the small ones, at another kind: each kind comes in each size.
        count = PICTURES_EACH[(number + number // len(PICTURES_EACH)) % len(PICTURES_EACH)]
        chosen = [pictures[(number + each) % len(pictures)] for each in range(count)]
        path = folder / f"handbook-{number}.{kind}"
        path.write_bytes(make(articles[start : start + ARTICLES_EACH], chosen))
        written += path.stat().st_size
        yield path
    raise ValueError(f"{len(articles)} articles are too few for {size} bytes")


def docx_file(articles: Sequence[Article], pictures: Pictures) -> bytes:
    """Return a Word document: a heading and paragraphs of each article, the photographs spread over them."""
    document = Document()
    for number, article in enumerate(articles):
        document.add_heading(article["title"], 1)
        for paragraph in _paragraphs(article):
            document.add_paragraph(paragraph)
        for picture in pictures[number :: len(articles)]:
            document.add_picture(io.BytesIO(picture), width=Inches(5))
    return _saved(document.save)


def pptx_file(articles: Sequence[Article], pictures: Pictures) -> bytes:
    """Return a presentation: slides of text with the article's title, then slides of photographs."""
    deck = Presentation()
    for number, article in enumerate(articles):
        for text in _portions(_paragraphs(article)):
            slide = deck.slides.add_slide(deck.slide_layouts[TITLED_LAYOUT])
            slide.shapes.title.text = article["title"]
            slide.placeholders[1].text = text
        for picture in pictures[number :: len(articles)]:
            slide = deck.slides.add_slide(deck.slide_layouts[BLANK_LAYOUT])
            slide.shapes.add_picture(io.BytesIO(picture), 0, 0, width=Inches(8))
    return _saved(deck.save)


def pdf_file(articles: Sequence[Article], pictures: Pictures) -> bytes:
    """Return a PDF with text in it; what its font lacks becomes a question mark."""
    pdf = FPDF()
    for number, article in enumerate(articles):
        pdf.add_page()
        for size, text in ((16, article["title"]), (11, "\n\n".join(_paragraphs(article)))):
            pdf.set_font("helvetica", size=size)
            pdf.multi_cell(0, text=text.encode("latin-1", "replace").decode("latin-1"), new_x="LMARGIN", new_y="NEXT")
        for picture in pictures[number :: len(articles)]:
            pdf.add_page()
            pdf.image(io.BytesIO(picture), w=180)
    return bytes(pdf.output())


def html_file(articles: Sequence[Article], pictures: Pictures) -> bytes:
    """Return a page that carries its photographs in itself, as a saved one does."""
    parts = []
    for number, article in enumerate(articles):
        parts.append(f"<h1>{html.escape(article['title'])}</h1>")
        parts += [f"<p>{html.escape(paragraph)}</p>" for paragraph in _paragraphs(article)]
        shown = (base64.b64encode(picture).decode("ascii") for picture in pictures[number :: len(articles)])
        parts += [f'<img alt="" src="data:image/jpeg;base64,{data}">' for data in shown]
    return f"<!doctype html><html><body>{''.join(parts)}</body></html>".encode()


MAKERS: dict[str, Callable[[Sequence[Article], Pictures], bytes]] = {
    "docx": docx_file,
    "pptx": pptx_file,
    "pdf": pdf_file,
    "html": html_file,
}


def _paragraphs(article: Article) -> list[str]:
    return [line.strip() for line in article["body"].splitlines() if line.strip()]


def _portions(paragraphs: Sequence[str]) -> Iterator[str]:
    """Group paragraphs as slides hold them."""
    portion: list[str] = []
    for paragraph in paragraphs:
        if portion and sum(map(len, portion)) + len(paragraph) > SLIDE_CHARACTERS:
            yield "\n".join(portion)
            portion = []
        portion.append(paragraph)
    if portion:
        yield "\n".join(portion)


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


def _jpeg(pixels: np.ndarray) -> bytes:
    return _saved(lambda out: Image.fromarray(pixels).save(out, "JPEG", quality=80))
