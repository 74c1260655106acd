"""Whether the chat models of the settings are there, and how to get them, in one line."""

from dataclasses import dataclass

import httpx

from activities.settings import Settings

EMBEDDED = "the embedded engine answers"


@dataclass(frozen=True)
class ModelLook:
    """What was found; without every model things work too."""

    complete: bool
    line: str


async def look_for_models(settings: Settings, client: httpx.AsyncClient) -> ModelLook:
    """Ask the Ollama server of the settings for its models. Never raises."""
    if settings.chat_engine == "embedded":
        return ModelLook(True, "the embedded engine, as HOLDFAST_CHAT_ENGINE says")
    wanted = [each for each in (settings.ollama_model, settings.ollama_small_model) if each]
    try:
        body = (await client.get(f"{settings.ollama_url}/api/tags")).raise_for_status().json()
        names = {model["name"] for model in body["models"]}
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        return ModelLook(False, f"no Ollama at {settings.ollama_url}: {EMBEDDED}")
    lacking = [each for each in wanted if not names & {each, f"{each}:latest"}]
    if not lacking:
        return ModelLook(True, f"{' and '.join(wanted)} at {settings.ollama_url}")
    meanwhile = EMBEDDED if len(lacking) == len(wanted) else "the other model answers"
    pulls = " && ".join(f"ollama pull {each}" for each in lacking)
    return ModelLook(False, f"Ollama lacks {' and '.join(lacking)}: {meanwhile} (`{pulls}`)")
