"""The file of a backup: a ZIP archive with the rows of each table, and a manifest with their hashes."""

import json
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from pydantic import BaseModel, ValidationError

from commands.errors import BadInputError

FORMAT = "holdfast-knowledge"
VERSION = 1
MANIFEST = "manifest.json"
NEEDED = frozenset({"documents", "chunks"})
"""Tables without which nothing would answer."""
Row = dict[str, Any]


class Member(BaseModel):
    """The rows of one table: how many, and the SHA-256 of their lines."""

    rows: int
    sha256: str


class Manifest(BaseModel):
    """What a backup says about itself."""

    format: str
    version: int
    created_at: str
    schema_revision: str
    documents: int
    """Those that are there; backups of before the next line count the removed ones too."""
    removed: int = 0
    """Of which only the id and the trail are left."""
    members: dict[str, Member]
    """By the name of their table."""


class BackupWriter:
    """Writes the members of a backup one after the other."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self.members: dict[str, Member] = {}

    async def add(self, table: str, rows: AsyncIterator[Row]) -> None:
        """Write the rows of a table, one JSON object a line. Raises ``OSError``."""
        digest, count = sha256(), 0
        with self._archive.open(_member(table), "w", force_zip64=True) as out:
            async for row in rows:
                line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
                digest.update(line)
                out.write(line)
                count += 1
        self.members[table] = Member(rows=count, sha256=digest.hexdigest())

    def finish(self, created_at: str, schema_revision: str, removed: int) -> Manifest:
        """Write the manifest, without which a file is no backup, with how many were removed. Raises ``OSError``."""
        manifest = Manifest(
            format=FORMAT,
            version=VERSION,
            created_at=created_at,
            schema_revision=schema_revision,
            documents=self.members["documents"].rows - removed,
            removed=removed,
            members=self.members,
        )
        self._archive.writestr(MANIFEST, manifest.model_dump_json(indent=2))
        return manifest


class BackupReader:
    """Reads a backup that was checked from its first byte to its last."""

    def __init__(self, archive: ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest

    def rows(self, table: str) -> Iterator[Row]:
        """Yield the rows of a table; none when the backup is older than the table."""
        if table in self.manifest.members:
            with self._archive.open(_member(table)) as lines:
                for line in lines:
                    yield json.loads(line)

    def check(self) -> None:
        """Compare every member with its hash. Raises ``BadInputError``."""
        for table, member in self.manifest.members.items():
            with self._archive.open(_member(table)) as lines:
                digest, count = _digest(lines)
            if (digest, count) != (member.sha256, member.rows):
                raise BadInputError(f"the backup is damaged: the rows of {table} are not those that were written")


@contextmanager
def write_backup(path: Path) -> Iterator[BackupWriter]:
    """Write a backup beside ``path`` and put it there when it is whole. Raises ``BadInputError`` and ``OSError``."""
    if path.exists():
        raise BadInputError(f"{path} exists already; name another file")
    draft = path.with_name(f"{path.name}.part")
    try:
        with draft.open("xb") as out:
            draft.chmod(0o600)
            with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=6) as archive:
                yield BackupWriter(archive)
        draft.rename(path)
    except FileExistsError as error:
        raise BadInputError(f"{draft} is there: another backup runs, or one was killed; remove it") from error
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def read_backup(path: Path) -> Iterator[BackupReader]:
    """Open a backup and check all of it before anything is done with it. Raises ``BadInputError``."""
    try:
        with ZipFile(path) as archive:
            reader = BackupReader(archive, _manifest(archive, path))
            reader.check()
            yield reader
    except FileNotFoundError as error:
        raise BadInputError(f"no such file: {path}") from error
    except (IsADirectoryError, PermissionError) as error:
        raise BadInputError(f"cannot read {path}: {error.strerror}") from error
    # NotImplementedError is how zipfile refuses a packing that it does not know.
    except (BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError) as error:
        raise BadInputError(f"{path} is no backup, or it is damaged or cut off: {error}") from error


def _manifest(archive: ZipFile, path: Path) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(archive.read(MANIFEST))
    except ValidationError as error:
        raise BadInputError(f"{path} is no backup of Holdfast: its manifest cannot be read") from error
    if manifest.format != FORMAT or manifest.version != VERSION:
        raise BadInputError(
            f"{path} is {manifest.format} of version {manifest.version}; this Holdfast reads {FORMAT} of {VERSION}"
        )
    if missing := NEEDED - manifest.members.keys():
        raise BadInputError(f"{path} lacks its {' and '.join(sorted(missing))}: take another backup")
    return manifest


def _digest(lines: IO[bytes]) -> tuple[str, int]:
    digest, count = sha256(), 0
    for line in lines:
        digest.update(line)
        count += 1
    return digest.hexdigest(), count


def _member(table: str) -> str:
    return f"rows/{table}.jsonl"
