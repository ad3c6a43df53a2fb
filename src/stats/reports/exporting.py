"""``discipline-stats export``: the data package put where it is wanted, whole or not at all."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from stats import codes
from stats.errors import UsageError
from stats.reports import datapackage, files, resources
from stats.reports.request import formats_in

_NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can hold."""

_SHOWN = 5
"""Files of others that a refusal names."""


def run(
    data: Path | None,
    *,
    formats: str = "csv,parquet",
    out: Path | None = None,
    zipped: bool = False,
    step: Callable[[str, str], None] = lambda _en, _vi: None,
) -> tuple[Path, ...]:
    """Write the curated tables and code lists as a data package.

    Parameters
    ----------
    data : Path, optional
        The data folder; by default the project's own.
    formats : str
        Comma-separated: ``csv``, ``parquet``.
    out : Path, optional
        Folder of the package; by default ``data-package`` among the outputs. An earlier export
        there is replaced, a folder with anything else in it is refused.
    zipped : bool
        Write the same as one file ``OUT.zip`` too.
    step : callable
        Told of each step before it begins, in English and Vietnamese.

    Returns
    -------
    tuple of Path
        The folder, and the zip file.

    Raises
    ------
    UsageError
        When the folder holds files of others; nothing was written.
    UnknownCodeError
        For an unknown format.
    DataError
        When the data are broken; nothing was written.
    OutputError
        When the folder cannot be written; what stood there stands there.
    """
    wanted = formats_in(formats, datapackage.FORMATS)
    place = (data or codes.default_data()).resolve()
    target = (out or resources.output_folder() / "data-package").resolve()
    if target.parent.is_dir():
        files.sweep(target.parent, below=False)
    _check_target(target, place)
    archive = target.with_name(f"{target.name}.zip")
    if zipped:
        _check_archive(archive)
    step("Reading and checking the tables", "Đọc và kiểm tra các bảng")
    source = datapackage.open_source(place)
    with files.workspace(target.parent) as made:
        step(f"Writing {len(source.resources)} tables and code lists", f"Ghi {len(source.resources)} bảng và danh mục")
        datapackage.write(
            source, made / target.name, wanted, f"discipline-stats {metadata.version('discipline-stats')}"
        )
        packed = _packed(made / target.name) if zipped else b""
        files.exchange(made / target.name, target)
    if not zipped:
        return (target,)
    step("Writing the zip file", "Ghi tệp zip")
    return target, files.write(archive, packed)


def _check_target(target: Path, data: Path) -> None:
    """Refuse to write where anything but an earlier export lies."""
    if files.empty_folder(target, apart_from=data):
        return
    path = target / datapackage.DESCRIPTION
    earlier = _exported(path.read_bytes()) if path.is_file() else None
    if earlier is None:
        raise UsageError(
            f"{target} is not empty and no earlier export; nothing was written. Choose another folder with --out.",
            f"{target} không trống và không phải gói dữ liệu đã xuất trước đây; chưa ghi gì. Hãy chọn thư mục khác "
            "bằng --out.",
        )
    own = {datapackage.DESCRIPTION, *(resource["path"] for resource in earlier["resources"])}
    there = {p.relative_to(target).as_posix() for p in target.rglob("*") if not p.is_dir()}
    if others := sorted(there - own):
        shown = ", ".join(others[:_SHOWN]) + (", …" if len(others) > _SHOWN else "")
        raise UsageError(
            f"{target} holds files that no export wrote: {shown}. Nothing was written; move them away or choose "
            "another folder with --out.",
            f"{target} có tệp không do lệnh xuất ghi ra: {shown}. Chưa ghi gì; hãy chuyển các tệp đó đi hoặc chọn "
            "thư mục khác bằng --out.",
        )


def _check_archive(archive: Path) -> None:
    if not archive.exists():
        return
    try:
        with zipfile.ZipFile(archive) as old:
            known = _exported(old.read(f"{archive.stem}/{datapackage.DESCRIPTION}")) is not None
    except (OSError, KeyError, zipfile.BadZipFile):
        known = False
    if not known:
        raise UsageError(
            f"{archive} is there and no earlier export; nothing was written.",
            f"Đã có {archive} và không phải gói dữ liệu đã xuất trước đây; chưa ghi gì.",
        )


def _exported(text: bytes) -> dict[str, Any] | None:
    """Return the description of an earlier export; None when it is that of something else."""
    try:
        package = json.loads(text)
        ours = package["name"] == "discipline-stats" and "export" in package and bool(package["resources"])
    except (ValueError, KeyError, TypeError):
        return None
    return dict(package) if ours else None


def _packed(folder: Path) -> bytes:
    """Return a folder as a zip file without the clock in it, its files in the order of their names."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            member = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", _NO_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, path.read_bytes())
    return target.getvalue()
