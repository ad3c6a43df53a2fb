"""Finding Chromium, and saying plainly what to install when it is not there."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
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
        When there is none; the message names the Debian package.
    """
    place = find()
    if place is None:
        named = os.environ.get("BROWSER_PATH")
        found = f" (BROWSER_PATH={named} is no file)" if named else ""
        raise MissingSystemPackageError(
            f"Chromium is needed for PNG and SVG charts and was not found{found}. Install the package: "
            "apt-get install chromium, or set BROWSER_PATH to an installed browser.",
            f"Cần Chromium để xuất biểu đồ PNG và SVG nhưng không tìm thấy{found}. Hãy cài gói: "
            "apt-get install chromium, hoặc đặt BROWSER_PATH trỏ tới trình duyệt có sẵn.",
        )
    return place


@contextlib.contextmanager
def environment(fonts: Path, folder: Path) -> Iterator[None]:
    """Let a browser started inside see the bundled fonts, whatever the machine has installed.

    Parameters
    ----------
    fonts : Path
        Folder of the bundled font files.
    folder : Path
        A temporary folder for the font configuration and its cache.
    """
    configuration = folder / "fonts.conf"
    configuration.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{fonts}</dir><dir>/usr/share/fonts</dir><dir>/usr/local/share/fonts</dir>"
        f"<cachedir>{folder / 'font-cache'}</cachedir></fontconfig>",
        encoding="utf-8",
    )
    values = {"FONTCONFIG_FILE": str(configuration), "BROWSER_PATH": str(require())}
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
