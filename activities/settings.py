"""Settings of every process, read once by the composition roots from ``HOLDFAST_`` variables."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from graphs.prices import Price

DRIVERS = {"postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg", "sqlite": "sqlite+aiosqlite"}

ON_THIS_MACHINE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
"""Where what listens on all addresses is found by its neighbours."""


def _address(url: str) -> str:
    """Return a URL that HTTP clients can use, or nothing. Raises ``ValueError``."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if url and (not usable or any(map(str.isspace, url))):
        raise ValueError("write it as http://host:port")
    return url


def _addresses(urls: str) -> str:
    return ",".join(map(_address, urls.split(",")))


def _origin(url: str) -> str:
    """Return an address without a path. Raises ``ValueError``."""
    if urlsplit(_address(url))[2:] not in (("", "", ""), ("/", "", "")):
        raise ValueError("write it as http://host:port, without a path")
    return url


def _networks(names: str) -> str:
    """Return addresses and networks, or nothing. Raises ``ValueError``."""
    for name in names.split(",") if names else []:
        if ip_network(name.strip()).prefixlen == 0:
            raise ValueError(f"{name.strip()} is everybody: name the proxies")
    return names


Address = Annotated[str, AfterValidator(_address)]
Addresses = Annotated[str, AfterValidator(_addresses)]
Origin = Annotated[str, AfterValidator(_origin)]
Networks = Annotated[str, AfterValidator(_networks)]


class Settings(BaseSettings):
    """All knobs. Temporal (``TEMPORAL_*``) and OpenTelemetry (``OTEL_*``) keep their own standard variables."""

    model_config = SettingsConfigDict(env_prefix="HOLDFAST_", extra="ignore")

    data_dir: Path = Path(".holdfast")
    cache_dir: Path = Path.home() / ".cache" / "holdfast"
    company_dir: Path = Path(__file__).parent.parent / "company"
    """The sample company: its documents, demo people, intents and policy."""

    database_url: str = ""
    """SQLAlchemy URL; empty means SQLite in the data folder. ``postgresql://`` is accepted as is."""
    chroma_url: Origin = ""
    """``http://host:port`` of a Chroma server; empty means a folder opened by this process alone."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    worker_port: int = Field(default=0, ge=0, le=65535)
    """Port of the worker's probes and metrics; 0 leaves them off."""
    worker_url: Addresses = ""
    """Where the probes of workers are, with commas between them; the API's ``/metrics`` then shows their numbers too.

    ``up`` sets it.
    """
    worker_name: str = "worker"
    """What tells this worker's samples from those of others on that page; ``up`` sets it."""
    workers: int = Field(default=1, ge=1, le=16)
    """Worker processes that ``up`` runs: a second one goes on when one is killed, and uses another core."""
    public_url: Origin = ""
    """Where browsers find the pages when a proxy stands in front; ``https://`` makes the session's cookie Secure."""
    trusted_proxies: Networks = ""
    """Addresses or networks of the proxies whose word is taken for where a request comes from."""
    api_url: Address = ""
    """Where the CLI and the UI find the API; empty means the one that ``up`` wrote into the data folder."""

    chat_engine: Literal["auto", "embedded"] = "auto"
    """``auto`` asks Ollama when it answers and has the model; ``embedded`` never does."""
    ollama_url: Address = "http://127.0.0.1:11434"
    ollama_model: str = "qwen3:4b"
    ollama_small_model: str = ""
    """Answers simple questions, and hard ones when the other fails; empty: one model for all."""
    ollama_temperature: float = Field(default=0, ge=0, le=2)
    ollama_context_tokens: int = Field(default=8_192, ge=2_048)
    ollama_keep_alive_seconds: float = Field(default=300, ge=-1)
    ollama_parallel: int = Field(default=2, ge=1)
    """Calls of models that one worker makes at once; ``OLLAMA_NUM_PARALLEL`` of the server should not be less."""
    ollama_queue: int = Field(default=8, ge=0)
    ollama_first_token_seconds: float = Field(default=30, gt=0)
    ollama_timeout_seconds: float = Field(default=60, gt=0)
    ollama_hedge_seconds: float = Field(default=10, ge=0)
    ollama_breaker_failures: int = Field(default=5, ge=1)
    ollama_breaker_seconds: float = Field(default=30, gt=0)
    ollama_probe_seconds: float = Field(default=1, gt=0)
    answer_cache: bool = True
    """Whether a chat model's sure answers are given again to questions that mean the same."""
    currency: str = "EUR"
    prices: dict[str, Price] = {}
    """By model: ``input`` and ``output`` of a million tokens, ``second`` of compute; ``*`` for all others."""
    budget_day: float = Field(default=0, ge=0)
    budget_month: float = Field(default=0, ge=0)
    budget_customer_day: float = Field(default=0, ge=0)
    budget_warn_share: float = Field(default=0.8, gt=0, le=1)
    embedding_threads: int = Field(default=2, ge=1)
    embedding_cache_bytes: int = Field(default=1024**3, ge=0)
    """How large the file of kept vectors may be; a gibibyte is about 600,000 passages."""
    unit_vectors_bytes: int = Field(default=256 * 1024**2, ge=0)
    """How large the file with the vectors of passages' pieces may be, which a worker makes while nobody waits."""
    ingestion_at_once: int = Field(default=4, ge=1)
    """Steps of ingestions that one worker does side by side, and parts of one file that are on their way together."""

    review_due_seconds: float = Field(default=4 * 3600, gt=0)
    review_raise_seconds: float = Field(default=3600, gt=0)
    """After the reminder a case waits this long, then it is raised to a supervisor; again as long, then it expires."""
    idle_close_seconds: float = Field(default=7 * 86400, gt=0)
    refund_limit: float = Field(default=50, ge=0)

    message_max_characters: int = Field(default=8_000, ge=1)
    document_max_bytes: int = Field(default=25 * 1024 * 1024, ge=1)
    parse_seconds: int = Field(default=120, ge=1)
    parse_megabytes: int = Field(default=2048, ge=512)
    """What a process of its own may take for a document that is large or packed; beyond it is refused."""
    chunk_tokens: int = Field(default=200, ge=32, le=240)
    """What fills a passage, by estimate; the embedding model sees 256 tokens, and title and headings need some."""
    chunk_overlap_tokens: int = Field(default=40, ge=0, le=120)
    """A sentence up to this long is repeated where a paragraph is cut."""
    source_folders: str = ""
    """Folders of this machine that sources may read, with ``:`` between them; no others are."""
    source_private_hosts: str = ""
    """Hosts (``name`` or ``name:port``) with private addresses that sources may connect to, with commas between."""
    source_lanes: int = Field(default=2, ge=1, le=8)
    """Batches of one source that are taken side by side."""
    secrets_dir: str = ""
    """Folder with the secrets of sources, a file each; empty means ``secrets`` in the data folder."""
    token_seconds: float = Field(default=900, gt=0)
    requests_per_minute: int = Field(default=1_200, ge=1)
    """Of one person or service, on one API process; 429 beyond."""
    messages_per_minute: int = Field(default=240, ge=1)
    logins_per_five_minutes: int = Field(default=10, ge=1)
    """Wrong passwords for one username; a right one clears the count."""
    log_level: str = Field(default="INFO", pattern=r"(?i)^(DEBUG|INFO|WARNING|ERROR)$")
    nightly_evaluation_hour: int = Field(default=3, ge=-1, le=23)
    """Hour (UTC) at which the golden questions are asked every night; -1 leaves it off."""
    nightly_check_hour: int = Field(default=2, ge=-1, le=23)
    """Hour (UTC) at which the index is compared with records and repaired every night; -1 leaves it off."""

    @field_validator("data_dir", "cache_dir", "company_dir")
    @classmethod
    def _at_home(cls, folder: Path) -> Path:
        try:
            return folder.expanduser()
        except RuntimeError as error:  # "~nobody"
            raise ValueError(f"{folder}: there is no such home") from error

    @field_validator("database_url")
    @classmethod
    def _usable(cls, url: str) -> str:
        try:
            known = not url or make_url(_with_driver(url)).drivername in DRIVERS.values()
        except ArgumentError:
            known = False
        if not known:
            raise ValueError("write it as postgresql://user:password@host/name or sqlite:///file")
        return url

    @property
    def sqlalchemy_url(self) -> str:
        """The database URL with its async driver."""
        if not self.database_url:
            return f"sqlite+aiosqlite:///{self.data_dir.resolve() / 'holdfast.db'}"
        return _with_driver(self.database_url)

    @property
    def own_url(self) -> str:
        """Where this machine finds the API that listens on ``host`` and ``port``."""
        host = ON_THIS_MACHINE.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def review_due(self) -> timedelta:
        """How long a case waits before its reviewer is reminded."""
        return timedelta(seconds=self.review_due_seconds)


def _with_driver(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{DRIVERS.get(scheme, scheme)}://{rest}"


def named_workers(urls: str) -> dict[str, str]:
    """Return the addresses in ``urls``, which has commas between them, by name: ``worker``, ``worker-2`` and so on."""
    addresses = [url for url in urls.split(",") if url]
    return {"worker" if number == 1 else f"worker-{number}": url for number, url in enumerate(addresses, 1)}
