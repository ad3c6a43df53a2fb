"""Office files are zip archives: written again without the clock in them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

Edit = Callable[[bytes], bytes]

_NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can hold; what Office itself writes."""


def steady(data: bytes, edits: Mapping[str, Edit] | None = None) -> bytes:
    """Return an archive with the same members in the same order, their times fixed.

    Parameters
    ----------
    data : bytes
        A zip archive.
    edits : mapping, optional
        Name of a member, or its ending (``.xlsx``), to a function from its bytes to new ones.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            content = old.read(member)
            for ending, edit in (edits or {}).items():
                if member.filename.endswith(ending):
                    content = edit(content)
            fresh = zipfile.ZipInfo(member.filename, _NO_TIME)
            fresh.compress_type = zipfile.ZIP_DEFLATED
            fresh.external_attr = 0o600 << 16
            new.writestr(fresh, content)
    return target.getvalue()
