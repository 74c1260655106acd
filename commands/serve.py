"""``holdfast api`` and ``holdfast worker``: one process each, which wait for the stores that they are pointed to."""

import asyncio
import os
import time
import urllib.request

from activities.settings import Settings
from commands.errors import BadInputError, CommandError
from commands.runtime import check_folder
from commands.temporal_server import ServerStartError, configured_server, wait_until_answers

UPLOADS = "uploads"
"""Where files wait that were dropped on a page: Gradio's own choice is a folder that everybody may list."""
WAIT_SECONDS = 60.0
LOOK_SECONDS = 0.1


def run_api(settings: Settings) -> None:
    """Serve the API and the UI until a signal ends it.

    Raises ``BadInputError`` for a data folder that cannot be written and for a key that cannot be used,
    ``CommandError`` when a store does not answer.
    """
    os.environ.setdefault("GRADIO_TEMP_DIR", str(settings.data_dir.resolve() / UPLOADS))
    # A process serves one thing: the API brings Gradio, which takes seconds to import.
    from api.adapters import KEY_FILE
    from api.main import run
    from api.tokens import TokenKeyError, load_key

    check_folder(settings.data_dir)
    try:
        load_key(settings.data_dir / KEY_FILE)
    except TokenKeyError as error:  # said here, in a line: below it would be the last one of a trace in the log
        raise BadInputError(str(error)) from error
    wait_for_stores(settings)
    run(settings)


def run_worker(settings: Settings) -> None:
    """Work on conversations until a signal ends it.

    Raises ``BadInputError`` for a data folder that cannot be written, ``CommandError`` when a store does not answer.
    """
    # A process serves one thing: the worker brings the models.
    from workflows.worker import run

    check_folder(settings.data_dir)
    wait_for_stores(settings)
    run(settings)


def wait_for_stores(settings: Settings) -> None:
    """Return when Temporal and the Chroma server, where they are named, answer; imports overlap with their start.

    Raises ``CommandError``.
    """
    try:
        config = configured_server()
        if address := config.get("target_host"):
            asyncio.run(wait_until_answers(address, config=config, seconds=WAIT_SECONDS))
    except ServerStartError as error:
        raise CommandError(f"{error} Are TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE right?") from error
    if settings.chroma_url:
        _wait_for_chroma(settings.chroma_url)


def _wait_for_chroma(url: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        try:
            opener.open(f"{url}/api/v2/heartbeat", timeout=5).close()
        except OSError as error:
            if time.monotonic() > deadline:
                raise CommandError(
                    f"No Chroma server answers at {url}: {error}. Is HOLDFAST_CHROMA_URL right?"
                ) from error
            time.sleep(LOOK_SECONDS)
        else:
            return
