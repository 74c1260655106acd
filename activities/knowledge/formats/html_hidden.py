"""What of a page a browser would not show: it must not be quoted, nor reach the model."""

import re

from lxml.html import HtmlElement

HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|content-visibility\s*:\s*hidden"
    r"|(?<![-\w])(?:opacity|font-size|max-height|max-width|height|width|line-height)\s*:\s*0(?!\.?\d*[1-9])"
    r"|(?:left|top|right|text-indent|margin-left|margin-top)\s*:\s*-\d{3,}"
    r"|(?<![-\w])color\s*:\s*transparent|clip\s*:\s*rect\(\s*(?:0|1px)|clip-path\s*:\s*inset\(\s*(?:50|100)%",
    re.I,
)
WHITE = re.compile(
    r"(?<![-\w])color\s*:\s*(?:white|#fff(?:fff)?(?:ff)?\b|rgba?\(\s*255\s*,\s*255\s*,\s*255|hsl\([^)]*100%\s*\))", re.I
)
BACKGROUND = re.compile(r"background", re.I)
TINY = re.compile(r"font-size\s*:\s*(?:0?\.\d+(?:px|pt|em|rem)|[12](?:\.\d+)?(?:px|pt))(?![\d.])", re.I)
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)$")
MARK = "data-holdfast-hidden"


def is_hidden(element: HtmlElement) -> bool:
    """Tell whether a browser would not show ``element``, or nobody could read it: white on white, tiny, off the page.

    White text counts as hidden unless a background is set on it or around it.
    """
    if element.get("hidden") is not None or element.get(MARK) is not None:
        return True
    style = element.get("style", "")
    if element.tag == "font" and element.get("color", "").lower() in {"white", "#fff", "#ffffff"}:
        style += ";color:white"
    if not style:
        return False
    if HIDING.search(style) or TINY.search(style):
        return True
    return WHITE.search(style) is not None and not _has_background(element)


def mark_hidden_classes(root: HtmlElement) -> None:
    """Mark the elements whose class the page's own style sheet hides (``.note { display: none }``)."""
    names: set[str] = set()
    for sheet in root.iter("style"):
        for selectors, rules in RULE.findall(sheet.text or ""):
            if "@media" not in selectors and HIDING.search(rules):
                names.update(found.group(1) for each in selectors.split(",") if (found := CLASS.search(each.strip())))
    if names:
        for element in root.iter():
            if isinstance(element.tag, str) and names.intersection(element.get("class", "").split()):
                element.set(MARK, "")


def _has_background(element: HtmlElement) -> bool:
    around = [element, *element.iterancestors()]
    return any(BACKGROUND.search(each.get("style", "")) or each.get("bgcolor") or each.get("class") for each in around)
