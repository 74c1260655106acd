"""The look of the pages: Gradio's own variables in our colours, and the style sheet and scripts of our parts."""

from pathlib import Path

import gradio as gr
from gradio.themes.utils.colors import Color

ASSETS = Path(__file__).parent / "assets"
STYLES = [ASSETS / f"{name}.css" for name in ("tokens", "page", "chat", "desk", "knowledge")]
SCRIPTS = [ASSETS / f"{name}.js" for name in ("page", "chat", "desk", "knowledge")]
FONTS = ("Inter", "ui-sans-serif", "system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
"""Fonts of the reader's machine: nothing is fetched from elsewhere."""

KELP = Color(
    name="kelp",
    c50="#eef8f5",
    c100="#d5ede6",
    c200="#aedbd0",
    c300="#7cc1b3",
    c400="#4aa193",
    c500="#2c8578",
    c600="#1d6b61",
    c700="#19564f",
    c800="#174540",
    c900="#153a36",
    c950="#082220",
)
SLATE = Color(
    name="ink",
    c50="#f7f8f7",
    c100="#eef0ef",
    c200="#dfe3e1",
    c300="#c5ccc9",
    c400="#93a09b",
    c500="#6a7873",
    c600="#4f5c58",
    c700="#3b4643",
    c800="#252e2c",
    c900="#171e1d",
    c950="#0d1312",
)

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Crect width='32' height='32' rx='9' fill='%2317655b'/%3E%3Cg transform='translate(5 5) scale(.92)' "
    "fill='none' stroke='white' stroke-width='2' stroke-linecap='round' stroke-linejoin='round'%3E"
    "%3Ccircle cx='12' cy='5' r='2.4'/%3E%3Cpath d='M12 7.5V21M5 12H3a9 9 0 0 0 18 0h-2M8.5 11h7'/%3E%3C/g%3E%3C/svg%3E"
)


def make_theme() -> gr.themes.Base:
    """Return the Gradio theme."""
    theme = gr.themes.Base(
        primary_hue=KELP,
        secondary_hue=KELP,
        neutral_hue=SLATE,
        radius_size=gr.themes.sizes.radius_lg,
        font=FONTS,
        font_mono=("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"),
    )
    return theme.set(
        body_background_fill="var(--hf-ground)",
        body_background_fill_dark="var(--hf-ground)",
        block_background_fill="var(--hf-surface)",
        block_background_fill_dark="var(--hf-surface)",
        block_border_color="var(--hf-line)",
        block_border_color_dark="var(--hf-line)",
        input_background_fill="var(--hf-surface)",
        input_background_fill_dark="var(--hf-surface)",
        input_border_color="var(--hf-line-strong)",
        input_border_color_dark="var(--hf-line-strong)",
        input_border_color_focus="var(--hf-accent)",
        input_border_color_focus_dark="var(--hf-accent)",
        button_primary_background_fill="var(--hf-accent)",
        button_primary_background_fill_dark="var(--hf-accent)",
        button_primary_background_fill_hover="var(--hf-accent-strong)",
        button_primary_background_fill_hover_dark="var(--hf-accent-strong)",
        button_primary_text_color="var(--hf-on-accent)",
        button_primary_text_color_dark="var(--hf-on-accent)",
    )


def head() -> str:
    """Return what goes into the pages' head: styles and scripts, inline because they are small and need no address.

    Gradio's own way for styles would confine them to its container; ours also follow what the body's classes say.
    """
    styles, scripts = ("\n".join(path.read_text(encoding="utf-8") for path in paths) for paths in (STYLES, SCRIPTS))
    links = f'<meta name="robots" content="noindex"><link rel="icon" href="{ICON}">'
    return f"{links}<style>{styles}</style><script>{scripts}</script>"
