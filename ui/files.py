"""Which files a request may name: those that were uploaded to the pages, and none by its address."""

from typing import NoReturn

import gradio as gr
from gradio import processing_utils

REFUSED = "Files are uploaded, not fetched."


def only_uploaded(blocks: gr.Blocks) -> None:
    """Have a page refuse every file in a request that was not uploaded; to be called once it is mounted.

    Any value of a request may be an object that names a file, also where the page has a box for text. Gradio copies
    it to where the pages serve files from. Without this it does so with any file that this process can read, because
    it compares the path with its folder of uploads only for pages that were launched rather than mounted, and it
    fetches one that is named by an address.
    """
    blocks.has_launched = True
    processing_utils.async_ssrf_protected_download = _refuse


async def _refuse(url: str, cache_dir: str) -> NoReturn:
    """Stand in for the fetching of an address, which nothing of ours needs."""
    raise gr.Error(REFUSED, print_exception=False)
