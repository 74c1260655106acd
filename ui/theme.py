"""The look of the pages: Gradio's own variables in our colours, and the style sheet and scripts of our parts."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import gradio as gr
from gradio.themes.utils.colors import Color

ASSETS = Path(__file__).parent / "assets"
STYLES = [ASSETS / f"{name}.css" for name in ("tokens", "page", "chat", "desk", "knowledge", "costs")]
SCRIPTS = [ASSETS / f"{name}.js" for name in ("page", "texts", "chat", "desk", "knowledge")]
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

COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "body_background_fill": "var(--hf-ground)",
        "body_text_color_subdued": "var(--hf-ink-faint)",
        "block_background_fill": "var(--hf-surface)",
        "block_border_color": "var(--hf-line)",
        "block_title_text_color": "var(--hf-ink-soft)",
        "block_label_text_color": "var(--hf-ink-soft)",
        "block_info_text_color": "var(--hf-ink-faint)",
        "input_background_fill": "var(--hf-surface)",
        "input_border_color": "var(--hf-line-strong)",
        "input_border_color_focus": "var(--hf-accent)",
        "input_placeholder_color": "var(--hf-ink-faint)",
        "checkbox_label_background_fill": "var(--hf-surface)",
        "checkbox_label_background_fill_hover": "var(--hf-sunken)",
        "checkbox_label_border_color": "var(--hf-line-strong)",
        "button_primary_background_fill": "var(--hf-accent)",
        "button_primary_background_fill_hover": "var(--hf-accent-strong)",
        "button_primary_text_color": "var(--hf-on-accent)",
        "button_secondary_background_fill": "var(--hf-surface)",
        "button_secondary_background_fill_hover": "var(--hf-sunken)",
        "button_secondary_border_color": "var(--hf-line-strong)",
        "button_secondary_text_color": "var(--hf-ink)",
        "button_cancel_background_fill": "var(--hf-surface)",
        "button_cancel_background_fill_hover": "var(--hf-coral-soft)",
        "button_cancel_border_color": "var(--hf-coral)",
        "button_cancel_text_color": "var(--hf-coral)",
        "button_cancel_text_color_hover": "var(--hf-coral)",
    }
)
"""What Gradio paints, in the variables of ``tokens.css``; those change by themselves in the dark."""

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
        color_accent="var(--hf-accent)",
        button_border_width="1px",
        button_small_padding="6px 12px",
        **COLOURS,
        **{f"{name}_dark": colour for name, colour in COLOURS.items()},
    )


def head() -> str:
    """Return what goes into the pages' head: styles and scripts, inline because they are small and need no address.

    Gradio's own way for styles would confine them to its container; ours also follow what the body's classes say.
    """
    styles, scripts = ("\n".join(path.read_text(encoding="utf-8") for path in paths) for paths in (STYLES, SCRIPTS))
    links = f'<meta name="robots" content="noindex"><link rel="icon" href="{ICON}">'
    return f"{links}<style>{styles}</style><script>{scripts}</script>"
