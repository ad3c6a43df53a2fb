"""The bundled font as a style sheet, for pages and drawings that need no other file."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

_RANGES = {
    "vietnamese": "U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0301,"
    "U+0303-0304,U+0308-0309,U+0323,U+0329,U+1EA0-1EF9,U+20AB",
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,"
    "U+2190-2193,U+2212,U+2215,U+FEFF,U+FFFD",
}


@cache
def font_faces(fonts: Path) -> str:
    """Return the rules that carry the font itself.

    Parameters
    ----------
    fonts : Path
        Folder of the bundled font files (WOFF2, a file for each weight and subset).
    """
    faces = []
    for file in sorted(fonts.glob("*.woff2")):
        weight = 700 if "700" in file.name or "bold" in file.name.lower() else 400
        subset = "vietnamese" if "vietnamese" in file.name else "latin"
        data = base64.b64encode(file.read_bytes()).decode()
        faces.append(
            f"@font-face{{font-family:'Be Vietnam Pro';font-weight:{weight};font-style:normal;font-display:block;"
            f"src:url(data:font/woff2;base64,{data}) format('woff2');unicode-range:{_RANGES[subset]}}}"
        )
    return "\n".join(faces)
