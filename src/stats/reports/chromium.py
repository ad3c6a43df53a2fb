"""Finding Chromium, and saying plainly what to install when it is not there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from stats.errors import MissingSystemPackageError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find() -> Path | None:
    """Return the browser named by ``BROWSER_PATH``, else the first one on the path, else None."""
    named = os.environ.get("BROWSER_PATH")
    if named:
        return Path(named) if Path(named).is_file() else None
    return next((Path(place) for name in NAMES if (place := shutil.which(name))), None)


def require() -> Path:
    """Return the browser.

    Raises
    ------
    MissingSystemPackageError
        When there is none; the message names the Debian package. A wrong ``BROWSER_PATH`` is named
        as such, even where another browser is installed: whoever set it meant that one.
    """
    place = find()
    if place is not None and os.access(place, os.X_OK):
        return place
    if named := os.environ.get("BROWSER_PATH"):
        raise MissingSystemPackageError(
            f"BROWSER_PATH is {named}, which is no program that can be run. Correct it, or unset it to use the "
            "installed Chromium (package: apt-get install chromium).",
            f"BROWSER_PATH đang là {named}, nhưng đó không phải chương trình chạy được. Hãy sửa lại, hoặc bỏ biến này "
            "để dùng Chromium đã cài (gói: apt-get install chromium).",
        )
    raise MissingSystemPackageError(
        "Chromium is needed to draw charts as images and was not found. Install the package: "
        "apt-get install chromium, or set BROWSER_PATH to an installed browser.",
        "Cần Chromium để xuất biểu đồ thành ảnh nhưng không tìm thấy. Hãy cài gói: "
        "apt-get install chromium, hoặc đặt BROWSER_PATH trỏ tới trình duyệt có sẵn.",
    )
