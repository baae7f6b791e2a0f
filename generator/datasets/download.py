"""Fetch published files into the data folder: resumable, verified, and never half-written under their final name."""

from __future__ import annotations

import errno
import fcntl
import gzip
import logging
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from generator.datasets.sources import RemoteFile
from generator.errors import DownloadError
from generator.store.memo import Memo

# requests and pooch are imported where they are used: `genreport --help` and planning import this module's neighbours.

STAGING = ".downloads"  # under the data folder, so that the last step is a rename on one file system
RETRIES = 4  # after a cut connection; pooch waits 1, 2, 3 and 4 seconds before them
TIMEOUT = (15.0, 60.0)  # seconds: to connect, and between two blocks of data
BLOCK = 1 << 14  # bytes; a cut loses the block that was under way, so a block is small
PASSING = frozenset({408, 425, 429})  # the client errors that may be gone on the next attempt

#: Called with the file, the bytes that are here and the bytes of the whole file.
Progress = Callable[[RemoteFile, int, int], None]


class Condition(Enum):
    """What lies where a published file belongs."""

    MISSING = "missing"
    PUBLISHED = "the published file"
    DIFFERENT = "differs from the published file"


class Ending(Enum):
    """What fetching did for one file."""

    DOWNLOADED = "downloaded"
    PRESENT = "already here"
    KEPT = "kept, though it differs from the published file"
    FAILED = "failed"


@dataclass(frozen=True)
class Fetched:
    """One file's end: where it lies, what was done, and for a failure why."""

    file: RemoteFile
    path: Path
    ending: Ending
    error: DownloadError | None = None


def condition(file: RemoteFile, data: Path, memo: Memo) -> Condition:
    """Compare the local file with the published one; ``memo`` saves reading a file again that has not changed."""
    path = data / file.path
    if not path.is_file():
        return Condition.MISSING
    same = file.has_size(path.stat().st_size) and file.has_digest(memo.digest(path))
    return Condition.PUBLISHED if same else Condition.DIFFERENT


def fetch(
    files: Iterable[RemoteFile],
    data: Path,
    progress: Progress = lambda _file, _done, _total: None,
    *,
    force: bool = False,
    memo: Memo | None = None,
) -> list[Fetched]:
    """Bring every file into the data folder and say for each what was done; one failure does not stop the others.

    A local file that differs from the published one is kept (teachers hand out lighter weights under the same names)
    unless ``force`` is set; even then it is replaced only once the new file is complete and verified.
    """
    return [_fetch(file, data, progress, force, memo or Memo(None)) for file in files]


def _fetch(file: RemoteFile, data: Path, progress: Progress, force: bool, memo: Memo) -> Fetched:
    path = data / file.path
    found = condition(file, data, memo)
    if found is Condition.PUBLISHED:
        return Fetched(file, path, Ending.PRESENT)
    if found is Condition.DIFFERENT and not force:
        return Fetched(file, path, Ending.KEPT)
    try:
        _download(file, data, progress)
    except DownloadError as error:
        return Fetched(file, path, Ending.FAILED, error)
    return Fetched(file, path, Ending.DOWNLOADED)


def _download(file: RemoteFile, data: Path, progress: Progress) -> None:
    """Transfer to the staging folder, verify, rename. Every way to fail ends as DownloadError."""
    import pooch
    import requests

    # pooch's own messages would run into the caller's progress display
    pooch.get_logger().setLevel(logging.WARNING)
    path, sent = data / file.path, file.packed or file
    try:
        part = data / STAGING / f"{sent.path}.part"
        _check_room(file, data, part)
        # pooch would raise its own error for another digest: hence None here and _verify below, which says more
        store = pooch.create(
            path=data / STAGING, base_url="", registry={sent.path: None}, urls={sent.path: sent.url},
            retry_if_failed=RETRIES,
        )  # fmt: skip

        def forward(_: RemoteFile, done: int, total: int) -> None:
            progress(file, done, total)  # named as what is asked for, also where something packed is sent

        staged = Path(store.fetch(sent.path, downloader=_Transfer(sent, part, path, forward)))
        _verify(sent, staged, path)
        if file.packed:
            staged = _unpacked(staged, data / STAGING / file.path)
            _verify(file, staged, path)
        path.parent.mkdir(parents=True, exist_ok=True)
        staged.replace(path)
    except requests.RequestException as error:
        raise DownloadError(
            f"{file.url}: the connection was cut {RETRIES + 1} times ({_reason(error)})",
            "run the command again: it goes on from where it stopped",
        ) from error
    except OSError as error:
        raise _disk_error(error, file, data) from error
    finally:
        _remove_empty((data / STAGING / file.path).parent, data)


class _Transfer:
    """pooch's downloader for one file, which goes on from the part that an earlier attempt or run has left."""

    def __init__(self, file: RemoteFile, part: Path, path: Path, progress: Progress) -> None:
        self._file = file
        self._part = part
        self._path = path
        self._progress = progress
        self._reached = False

    def __call__(self, url: str, output_file: str, _pooch: Any) -> None:
        """Leave the whole body in ``output_file``; raises a requests exception for what is worth another attempt."""
        import requests

        here = self._part.stat().st_size if self._part.exists() else 0
        if here < self._file.size - self._file.size_slack or here == 0:
            here = self._receive(url, here)
        if here < self._file.size - self._file.size_slack:
            raise requests.ConnectionError(f"{here:,} of {self._file.size:,} bytes came")
        self._part.replace(output_file)

    def _by_hand(self) -> str:
        return _by_hand(self._file, self._path)

    def _receive(self, url: str, here: int) -> int:
        """Append what is missing to the part, or write it anew where the server cannot resume. Returns its size."""
        with self._request(url, here) as response:
            if response.status_code != 206:  # the server sends the file from its beginning
                here = 0
            announced = response.headers.get("Content-Length")
            total = here + int(announced) if (announced or "").isdecimal() else self._file.size
            if not self._file.has_size(total):
                self._part.unlink(missing_ok=True)
                raise _wrong(self._file, self._path, f"{self._file.size:,} bytes", f"{total:,} bytes")
            with self._part.open("ab") as part:
                fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)  # two at once would mix their bytes
                if part.tell() != here:
                    part.truncate(here)
                for block in response.iter_content(BLOCK):
                    here += len(block)
                    if here > total + self._file.size_slack:  # a server that announces no length may never end
                        self._part.unlink()
                        raise _wrong(self._file, self._path, f"{total:,} bytes", f"more than {total:,} bytes")
                    part.write(block)
                    self._progress(self._file, here, total)
        return here

    def _request(self, url: str, here: int) -> Any:
        """The answer's head, body still to come. What no further attempt can mend is raised as DownloadError."""
        import requests

        # a compressed body would have another length, and could not be resumed
        headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={here}-"} if here else {})}
        try:
            response = requests.get(url, headers=headers, stream=True, timeout=TIMEOUT)
        except (requests.ConnectionError, requests.Timeout) as error:
            if self._reached:
                raise
            raise DownloadError(f"{url} cannot be reached ({_reason(error)})", self._by_hand()) from error
        self._reached = True
        if response.ok:
            return response
        response.close()
        if response.status_code == 416:  # the part is no beginning of this file: the next attempt starts again
            self._part.unlink()
        elif response.status_code < 500 and response.status_code not in PASSING:
            raise DownloadError(f"{url} answers {response.status_code} {response.reason}", self._by_hand())
        raise requests.HTTPError(f"{response.status_code} {response.reason}")


def _verify(file: RemoteFile, staged: Path, path: Path) -> None:
    """Delete the download and raise DownloadError unless size and digest are the published ones."""
    size, digest = staged.stat().st_size, Memo(None).digest(staged)
    if file.has_size(size) and file.has_digest(digest):
        return
    staged.unlink()
    raise _wrong(file, path, f"sha256 {file.sha256}, {file.size:,} bytes", f"sha256 {digest}, {size:,} bytes")


def _unpacked(archive: Path, target: Path) -> Path:
    """Unpack a gzip file, whose digest has been verified, to ``target`` and delete it."""
    with gzip.open(archive, "rb") as packed, target.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    archive.unlink()
    return target


def _wrong(file: RemoteFile, path: Path, expected: str, got: str) -> DownloadError:
    return DownloadError(
        f"{file.path}: what {file.url} sends is not the published file\n    expected: {expected}\n    got: {got}",
        f"run the command again; if it happens again, a proxy alters downloads: {_by_hand(file, path)}",
    )


def _by_hand(file: RemoteFile, path: Path) -> str:
    way = "copy" if Path(file.path).name == path.name else "unpack"
    return f"download it on a machine with internet and {way} it to {path.absolute()}"


def _reason(error: Exception) -> str:
    """The innermost cause in a few words; requests wraps it three times, with object addresses."""
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    return str(cause) or type(cause).__name__


def _check_room(file: RemoteFile, data: Path, part: Path) -> None:
    """Raise before the first byte rather than after the last one that fits."""
    existing = next(folder for folder in (data, *data.absolute().parents) if folder.is_dir())
    needed = file.size - (part.stat().st_size if part.exists() else 0)
    if shutil.disk_usage(existing).free < needed:
        raise OSError(errno.ENOSPC, "not enough room")


def _disk_error(error: OSError, file: RemoteFile, data: Path) -> DownloadError:
    """What the operating system refused, in words, with the way out."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DownloadError(
            f"{file.path} ({file.size / 1e6:,.1f} MB) does not fit on the disk of {data.absolute()}",
            "free some space there, or choose another data folder with --data or GENREPORT_DATA; what has come is kept",
        )
    if error.errno == errno.EWOULDBLOCK:
        return DownloadError(f"{file.path} is being fetched by another genreport", "wait until that one has ended")
    return DownloadError(
        f"{file.path} cannot be written: {error.strerror or error} ({error.filename or data.absolute()})",
        f"make {data.absolute()} a folder that you may write to, or choose another with --data or GENREPORT_DATA",
    )


def _remove_empty(folder: Path, data: Path) -> None:
    """Take the empty staging folders away; one that holds another file's part stays."""
    with suppress(OSError):
        while folder != data:
            folder.rmdir()
            folder = folder.parent
