"""The tools of connectors, from settings: for composition roots alone."""

import os
from pathlib import Path

from activities.settings import Settings
from activities.sources.connector import Tools
from activities.sources.network import GuardedHttp
from activities.sources.secret_store import SecretStore

SECRETS_FOLDER = "secrets"
CACHE_FOLDER = "sources"


def source_secrets(settings: Settings) -> SecretStore:
    """Return where the secrets of sources are."""
    return SecretStore(Path(settings.secrets_dir or settings.data_dir / SECRETS_FOLDER), os.environ)


def source_tools(settings: Settings) -> Tools:
    """Return what connectors work with."""
    private = tuple(host.strip().lower() for host in settings.source_private_hosts.split(",") if host.strip())
    return Tools(
        http=GuardedHttp(private),
        secrets=source_secrets(settings),
        folders=tuple(Path(each) for each in settings.source_folders.split(":") if each),
        cache_dir=settings.data_dir / CACHE_FOLDER,
        max_bytes=settings.document_max_bytes,
        private_hosts=private,
    )
