"""Inputs of statistical functions checked once, at the door.

Every message names the offending rows by index, says what is allowed and what to do, in English
and Vietnamese. An empty cell (None, NaN) is let through: it becomes a missing result, never a zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from stats.errors import InputError, UnknownCodeError

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_SHOWN = 10
_VI = {
    "numerator": "tử số",
    "denominator": "mẫu số",
    "count": "số đếm",
    "counts": "các số đếm",
    "exposure": "mẫu số của tỷ suất",
    "table": "bảng",
    "expected": "số kỳ vọng",
    "totals": "tổng số",
    "events": "số sự kiện",
    "p_values": "các trị số p",
    "scores": "điểm số",
    "conf_level": "mức tin cậy",
    "power": "lực kiểm định",
    "design_effect": "hệ số thiết kế",
    "offset": "phần đã biết của mô hình",
    "weights": "các trọng số",
    "time": "thời điểm",
    "position": "vị trí trong năm",
    "trimming": "tỷ lệ cắt bỏ ở hai đầu",
    "season": "số kỳ trong năm",
    "resamples": "số lần lấy mẫu lại",
    "most": "số mốc nhiều nhất",
    "horizon": "số kỳ dự báo",
    "window": "số kỳ của cửa sổ",
    "initial": "số kỳ ban đầu",
    "least": "số kỳ tối thiểu",
    "actual": "số thực tế",
    "sample": "mẫu dự báo",
    "errors": "các sai số",
    "annual": "số cả năm",
    "indicator": "chỉ số tham chiếu",
}


def vietnamese(name: str) -> str:
    """Return the Vietnamese word for an argument, or the argument's own name."""
    return _VI.get(name, name)


def rows_of(mask: npt.NDArray[np.bool_]) -> tuple[int, ...]:
    """Return the indexes at which a mask holds."""
    return tuple(int(i) for i in np.flatnonzero(mask))


def listed(rows: Iterable[int], lang: str = "en") -> str:
    """Return row indexes as text, the first ten named and the rest counted.

    Examples
    --------
    >>> listed(range(12))
    '0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more'
    """
    every = list(rows)
    text = ", ".join(str(i) for i in every[:_SHOWN])
    rest = len(every) - _SHOWN
    return (
        text
        if rest <= 0
        else f"{text} {'và' if lang == 'vi' else 'and'} {rest} {'dòng nữa' if lang == 'vi' else 'more'}"
    )


def refuse(
    en: str, vi: str, mask: npt.NDArray[np.bool_] | None = None, *, remedy: tuple[str, str] = ("", "")
) -> InputError:
    """Build the error for rows that cannot be used.

    Parameters
    ----------
    en, vi : str
        What is wrong, without rows or remedy.
    mask : ndarray of bool, optional
        The rows at fault.
    remedy : tuple of str
        What to do about it, in English and Vietnamese.
    """
    where_en = where_vi = ""
    if mask is not None:
        rows = rows_of(np.atleast_1d(mask).ravel())
        where_en, where_vi = f" (rows {listed(rows)})", f" (dòng {listed(rows, 'vi')})"
    return InputError(
        f"{en}{where_en}. {remedy[0]}".strip(),
        f"{vi}{where_vi}. {remedy[1]}".strip(),
    )


def numbers(values: Any, name: str, *, minimum: float | None = 0.0, missing: bool = True, ndim: int = 1) -> Floats:
    """Return values as an array of floats, refusing what is no count.

    Parameters
    ----------
    values : array-like, Series or scalar
        A scalar becomes one row.
    name : str
        Name of the argument, for messages.
    minimum : float or None
        Smallest value allowed.
    missing : bool
        Whether empty cells (None, NaN, NA) may pass, as NaN.
    ndim : int
        Number of dimensions the result must have.

    Raises
    ------
    InputError
        For text, an empty array, infinite or too small values, or wrong dimensions.

    Notes
    -----
    Text is refused even when it looks like a number: ``2.377`` in a Vietnamese report is 2,377.
    """
    array = _floats(values, name)
    if array.ndim < ndim:
        array = array.reshape((1,) * (ndim - array.ndim) + array.shape)
    vi = vietnamese(name)
    if array.ndim != ndim:
        raise refuse(
            f"{name} has {array.ndim} dimensions where {ndim} are expected",
            f"{vi} có {array.ndim} chiều, cần {ndim} chiều",
            remedy=("Pass one value a row.", "Hãy đưa vào mỗi dòng một giá trị."),
        )
    if array.size == 0:
        raise refuse(
            f"{name} is empty",
            f"{vi} trống",
            remedy=("Pass at least one row.", "Cần ít nhất một dòng."),
        )
    bad = np.isinf(array)
    if bad.any():
        raise refuse(f"{name} is infinite", f"{vi} là vô hạn", bad, remedy=_CORRECT)
    if minimum is not None:
        bad = array < minimum
        if bad.any() and 0 < minimum <= np.finfo(float).tiny:
            raise refuse(f"{name} must be above 0", f"{vi} phải lớn hơn 0", bad, remedy=_CORRECT)
        if bad.any():
            raise refuse(f"{name} is below {minimum:g}", f"{vi} nhỏ hơn {minimum:g}", bad, remedy=_CORRECT)
    bad = np.isnan(array)
    if not missing and bad.any():
        raise refuse(
            f"{name} has empty cells",
            f"{vi} có ô trống",
            bad,
            remedy=(
                "An empty cell is not a zero: leave those rows out or fill them from the source.",
                "Ô trống không phải là số 0: hãy bỏ các dòng đó hoặc điền theo nguồn.",
            ),
        )
    return array


_CORRECT = ("Correct or leave out those rows.", "Hãy sửa hoặc bỏ các dòng đó.")


def _floats(values: Any, name: str) -> Floats:
    if isinstance(values, (pd.Series, pd.Index)):
        values = (
            values.to_numpy(dtype=object, na_value=np.nan)
            if values.dtype == object or pd.api.types.is_extension_array_dtype(values.dtype)
            else values.to_numpy()
        )
    elif isinstance(values, pd.DataFrame):
        values = values.to_numpy()
    try:
        raw = np.asarray(values)
    except ValueError:  # ragged nested lists
        raw = np.asarray(["ragged"])
    if raw.dtype.kind == "O":
        flat = [np.nan if v is None or v is pd.NA else v for v in raw.ravel()]
        text = np.array([not hasattr(v, "__float__") for v in flat], dtype=bool)
        if not text.any():
            return np.array([float(v) for v in flat], dtype=np.float64).reshape(raw.shape)
    elif raw.dtype.kind in "iuf":
        return raw.astype(np.float64)
    elif raw.dtype.kind == "b":
        text = np.ones(max(raw.size, 1), dtype=bool)
    else:
        text = np.ones(max(raw.size, 1), dtype=bool)
    raise refuse(
        f"{name} holds something that is not a number",
        f"{vietnamese(name)} có giá trị không phải là số",
        text,
        remedy=(
            "Convert text to numbers first, minding that 2.377 in a Vietnamese report is 2377.",
            "Hãy chuyển chữ thành số trước; trong báo cáo tiếng Việt 2.377 là 2377.",
        ),
    )


def aligned(**named: Floats) -> tuple[Floats, ...]:
    """Return arrays broadcast to one length; a single value serves every row.

    Raises
    ------
    InputError
        When two arrays have different lengths, naming both.
    """
    lengths = {name: len(a) for name, a in named.items() if len(a) != 1}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name}: {n}" for name, n in lengths.items())
        told_vi = ", ".join(f"{vietnamese(name)}: {n}" for name, n in lengths.items())
        raise refuse(
            f"Arrays differ in length ({told})",
            f"Các dãy dài ngắn khác nhau ({told_vi})",
            remedy=("Pass one value a row for each.", "Mỗi dãy cần đúng một giá trị cho mỗi dòng."),
        )
    size = max(lengths.values(), default=1)
    return tuple(np.ascontiguousarray(np.broadcast_to(a, size)) for a in named.values())


def within(numerator: Floats, denominator: Floats, *, names: tuple[str, str] = ("numerator", "denominator")) -> None:
    """Refuse rows whose numerator is above their denominator.

    Raises
    ------
    InputError
        Naming the rows.
    """
    bad = numerator > denominator
    if bad.any():
        raise refuse(
            f"{names[0]} is above {names[1]}",
            f"{vietnamese(names[0])} lớn hơn {vietnamese(names[1])}",
            bad,
            remedy=(
                "Check that both count the same unit, period and actor; a ratio of two units is no share.",
                "Hãy kiểm tra hai số có cùng đơn vị tính, kỳ và chủ thể quyết định; khác đơn vị thì không phải tỷ lệ.",
            ),
        )


def whole(array: Floats, name: str) -> None:
    """Refuse counts that are not whole numbers, for tests that are exact only on whole counts.

    Raises
    ------
    InputError
        Naming the rows.
    """
    bad = np.isfinite(array) & (array != np.floor(array))
    if bad.any():
        raise refuse(
            f"{name} is not a whole number",
            f"{vietnamese(name)} không phải số nguyên",
            bad,
            remedy=(
                "Exact tests need whole counts: pass the count itself, not a rounded multiple.",
                "Kiểm định chính xác cần số đếm nguyên: hãy dùng chính số đếm, không dùng bội số đã làm tròn.",
            ),
        )


def between(value: float, name: str, low: float, high: float) -> float:
    """Return a number strictly between two limits.

    Raises
    ------
    InputError
        When it is not.
    """
    number = float(value)
    if not low < number < high:
        raise refuse(
            f"{name} is {number:g}; it must lie between {low:g} and {high:g}",
            f"{vietnamese(name)} là {number:g}; phải nằm giữa {low:g} và {high:g}",
        )
    return number


def level(conf_level: float) -> float:
    """Return a confidence level as a fraction, refusing percents such as 95.

    Raises
    ------
    InputError
        When it is not strictly between 0 and 1.
    """
    number = float(conf_level) if isinstance(conf_level, (int, float, np.number)) else math.nan
    if not 0 < number < 1:
        raise refuse(
            f"conf_level is {conf_level}; it must lie between 0 and 1",
            f"mức tin cậy là {conf_level}; phải nằm giữa 0 và 1",
            remedy=("Write 0.95 for 95%.", "Viết 0.95 cho 95%."),
        )
    return number


def groups(group: Any, size: int) -> tuple[npt.NDArray[np.intp], int]:
    """Return the code of each row's group, in order of first appearance, and how many there are.

    Raises
    ------
    InputError
        When there is not one group a row, or a row has none.
    """
    if group is None:
        return np.zeros(size, dtype=np.intp), 1
    codes, names = pd.factorize(np.asarray(group))
    if len(codes) != size:
        raise refuse(
            f"group has {len(codes)} values for {size} rows",
            f"nhóm có {len(codes)} giá trị cho {size} dòng",
            remedy=("Give the body of every row.", "Hãy ghi đơn vị cho từng dòng."),
        )
    if (codes < 0).any():
        raise refuse("group has empty cells", "cột nhóm có ô trống", codes < 0, remedy=_CORRECT)
    return codes, len(names)


def choice(value: str, allowed: Iterable[str], what: tuple[str, str] = ("method", "phương pháp")) -> str:
    """Return a code that is in its list.

    Raises
    ------
    UnknownCodeError
        When it is not, naming those that are.
    """
    names = tuple(allowed)
    if value not in names:
        raise UnknownCodeError.from_value(what, str(value), names)
    return value
