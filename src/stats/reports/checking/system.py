"""What the project finds on this machine: Python, packages, Chromium, fonts, disk."""

from __future__ import annotations

import platform
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

from stats import codes as code_lists
from stats import theme
from stats.errors import LANGUAGES, ExitCode, UnknownCodeError
from stats.reports import chromium, resources

NEEDED = (
    "pandas", "numpy", "scipy", "statsmodels", "plotly", "papermill", "nbclient", "jinja2", "xlsxwriter",
    "babel", "typer",
)  # fmt: skip
OPTIONAL = ("jupyterlab",)
"""For exploring only; a report needs none of these."""
_SECONDS = 20


def system(lang: str = "vi") -> tuple[str, int]:
    """Return a report on the machine and the exit code.

    Parameters
    ----------
    lang : {'vi', 'en'}
        Language of the report.

    Returns
    -------
    tuple of str and int
        ``ExitCode.ENVIRONMENT`` when Chromium or a needed package is missing, else 0.
    """
    if lang not in LANGUAGES:
        raise UnknownCodeError.from_value(("language", "ngôn ngữ"), lang, LANGUAGES)
    codes = code_lists.load()

    def text(key: str, **values: object) -> str:
        return codes.text(f"check.system.{key}", lang).format(**values)

    versions = {name: _version(name) for name in (*NEEDED, *OPTIONAL)}
    missing = [name for name in NEEDED if not versions[name]]
    lines = [text("python", version=platform.python_version(), system=platform.platform())]
    lines += [f"  {name} {versions[name] or text('missing')}" for name in NEEDED]
    lines += [f"  {name} {versions[name] or text('optional')}" for name in OPTIONAL]
    browser = chromium.find()
    if browser is None:
        lines.append(text("no_chromium"))
    else:
        lines.append(text("chromium", path=browser, version=_browser_version(browser) or "?"))
    fonts = sorted(p.name for p in theme.fonts_dir().glob("*") if p.suffix in (".ttf", ".woff2"))
    lines.append(text("fonts", n=len(fonts), names=", ".join(fonts)) if fonts else text("no_fonts"))
    folder = resources.output_folder()
    free = shutil.disk_usage(next(p for p in (folder, *folder.parents) if p.exists())).free / 1024**3
    shown = f"{free:.1f}".replace(".", ",") if lang == "vi" else f"{free:.1f}"
    lines.append(text("disk", folder=folder, free=shown))
    failed = browser is None or bool(missing)
    return "\n".join(lines), int(ExitCode.ENVIRONMENT if failed else ExitCode.DONE)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _browser_version(path: Path) -> str:
    try:
        done = subprocess.run([str(path), "--version"], capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
