"""Text that may name a person or a post, which has no place in the data.

Only published aggregates are kept: never a person's name, post or case. The words are looked for
with their marks, because without them "bà" (a title) and "ba" (three) are one word.
"""

from __future__ import annotations

import re
import unicodedata

POSTS = (
    "đồng chí", "đ/c", "ông", "bà", "bí thư", "phó bí thư", "chủ tịch", "phó chủ tịch", "chủ nhiệm",
    "phó chủ nhiệm", "trưởng ban", "phó ban", "trưởng phòng", "phó phòng", "giám đốc", "phó giám đốc",
    "bộ trưởng", "thứ trưởng", "thủ tướng", "hiệu trưởng", "chánh văn phòng", "chánh án", "viện trưởng",
    "thiếu tướng", "trung tướng", "thượng tướng", "đại tướng", "đại tá", "thượng tá", "trung tá",
    "mr", "mrs", "ms", "madam", "comrade", "secretary", "chairman", "chairwoman", "chairperson", "chair",
    "director", "minister", "deputy", "president", "governor", "general secretary",
)  # fmt: skip
"""Titles and posts that point at one person."""

BODIES = ("ban bí thư", "bà rịa", "bà nà", "bà điểm", "ông ích khiêm", "văn phòng chủ tịch nước")
"""Names of organisations and places that hold such a word and no person."""

FAMILY_NAMES = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô",
    "Dương", "Lý", "Đinh", "Lương", "Trịnh", "Đoàn", "Mai", "Cao", "Tạ", "Trương", "Hà", "Lâm", "Tô", "Tống",
)  # fmt: skip
"""The commonest family names; three capitalised words that start with one read as a name."""

_UPPER = "A-ZÀ-ÖØ-ÞĂĐĨŨƠƯẠ-Ỹ"
_WORD = r"[^\W\d_]"
_POST = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(POSTS, key=len, reverse=True)))})(?!\w)")
_NAME = re.compile(rf"(?<!\w)(?:{'|'.join(FAMILY_NAMES)})(?: [{_UPPER}]{_WORD}*){{2,3}}(?!\w)")


def person_in(text: str, places: tuple[str, ...] = ()) -> str:
    """Return the first words of a text that read as a person or a post, empty when there are none.

    Parameters
    ----------
    text : str
        A note, or who vouches for a correction.
    places : tuple of str
        Names of bodies and places, which may look like a person's name.

    Examples
    --------
    >>> person_in("theo đồng chí Chủ nhiệm"), person_in("do Ban Bí thư quyết định, gồm ba tổ chức")
    ('đồng chí', '')
    >>> person_in("Nguyễn Văn A"), person_in("huyện Trần Văn Thời", places=("Trần Văn Thời",))
    ('Nguyễn Văn A', '')
    """
    composed = unicodedata.normalize("NFC", text)
    for place in sorted(places, key=len, reverse=True):
        composed = composed.replace(place, " ")
    lowered = composed.lower()
    for body in BODIES:
        lowered = lowered.replace(body, " ")
    post, name = _POST.search(lowered), _NAME.search(composed)
    return post[0] if post else name[0] if name else ""
