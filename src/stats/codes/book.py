"""All code lists as one frozen object, loaded once per state of the files."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from stats.codes.bodies import Bodies, Body, Succession
from stats.codes.files import Row, check_days, read_rows
from stats.codes.rules import Rule, between, read_rules
from stats.errors import LANGUAGES, DataError, PeriodError, UnknownCodeError
from stats.periods import NAMED, Period, kind_of

_WHAT = {
    "actors": ("actor", "chủ thể"), "activities": ("activity", "hoạt động"), "stages": ("stage", "khâu"),
    "subjects": ("subject", "đối tượng"), "subgroups": ("subgroup", "nhóm đối tượng"),
    "penalties": ("penalty", "hình thức kỷ luật"), "violations": ("violation content", "nội dung vi phạm"),
    "units": ("unit", "đơn vị tính"), "flags": ("flag", "mã lưu ý"), "bodies": ("body", "đảng bộ"),
    "approx": ("approximation", "mức ước lượng"), "programmes": ("programme", "chương trình"),
}  # fmt: skip

_DAYS = {
    "bodies": ("valid_from", "valid_to"), "reorganisation": ("effective_from",), "rules": ("from",),
    "terms": ("period_start", "period_end"),
}  # fmt: skip
"""Columns of dates in the lists that place bodies, rules and terms in time."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Every code list, with labels, bodies, terms and rules.

    Attributes
    ----------
    data : Path
        The data folder the lists were read from.
    bodies : Bodies
        All party bodies.
    rules : tuple of Rule
        The rules in force, in the order of their dates.
    """

    data: Path
    bodies: Bodies
    rules: tuple[Rule, ...]
    _files: Mapping[str, tuple[Row, ...]] = field(repr=False)
    _lists: Mapping[str, Mapping[str, Row]] = field(repr=False)
    _terms: Mapping[str, Mapping[str, tuple[dt.date, dt.date]]] = field(repr=False)
    _texts: Mapping[str, Row] = field(repr=False)

    @property
    def lists(self) -> tuple[str, ...]:
        """Names of the code lists (files with a column ``code``)."""
        return tuple(self._lists)

    @property
    def files(self) -> tuple[str, ...]:
        """Names of all files of ``data/codes``, without ending."""
        return tuple(self._files)

    def rows(self, file: str) -> tuple[Row, ...]:
        """Return all rows of one file of ``data/codes``, by its name without ending.

        Raises
        ------
        UnknownCodeError
            When there is no such file.
        """
        if file not in self._files:
            raise UnknownCodeError.from_value(("code file", "tệp danh mục"), file, self._files)
        return self._files[file]

    def order(self, list_name: str) -> list[str]:
        """Return the codes of a list in display order."""
        return list(self._list(list_name))

    def row(self, list_name: str, code: str) -> Row:
        """Return the row of a code.

        Raises
        ------
        UnknownCodeError
            When the list or the code does not exist; the nearest codes are named.
        """
        entries = self._list(list_name)
        if code not in entries:
            raise UnknownCodeError.from_value(_WHAT.get(list_name, (f"code in {list_name}",) * 2), code, entries)
        return entries[code]

    def check(self, list_name: str, code: str) -> str:
        """Return the code when it is in the list, else raise `UnknownCodeError`."""
        self.row(list_name, code)
        return code

    def label(self, list_name: str, code: str, lang: str = "vi", *, short: bool = False) -> str:
        """Return the label of a code.

        Parameters
        ----------
        list_name, code : str
            The list (``penalties``) and the entry (``warning``).
        lang : {'vi', 'en'}
            Language of the label.
        short : bool
            Prefer the short label, where the list has one.
        """
        if lang not in LANGUAGES:
            raise UnknownCodeError.from_value(("language", "ngôn ngữ"), lang, LANGUAGES)
        row = self.row(list_name, code)
        return (row.get(f"short_{lang}") if short else None) or row[f"label_{lang}"]

    def body(self, name_or_id: str, on: dt.date | None = None) -> Body:
        """Return the body with an id or a name; see `Bodies.find`."""
        return self.bodies.find(name_or_id, on)

    def bodies_named(self, name: str) -> tuple[Body, ...]:
        """Return every body with an id or a name, so that a caller can pick the one with data."""
        found = self.bodies.named(name)
        exact = self.bodies.ids.get(name)
        return (exact, *(b for b in found if b is not exact)) if exact else found

    def predecessors(self, body_id: str) -> tuple[Succession, ...]:
        """Return what a body was made of."""
        return self.bodies.predecessors(self.check("bodies", body_id))

    def successors(self, body_id: str) -> tuple[Succession, ...]:
        """Return what became of a body."""
        return self.bodies.successors(self.check("bodies", body_id))

    def terms(self, body_id: str) -> tuple[Period, ...]:
        """Return the half-terms and terms of a body whose dates are known, in order of time."""
        return tuple(sorted(Period.parse(k, dates=d) for k, d in self._terms.get(body_id, {}).items()))

    def period(self, key: str, body_id: str) -> Period:
        """Return the period of a key, with the dates it has for one body.

        Raises
        ------
        PeriodError
            When the key cannot be read, or the body has no such half-term or term; then the ones
            it has are listed.
        """
        if kind_of(key) not in NAMED:
            return Period.parse(key)
        dates = self._terms.get(body_id, {}).get(key)
        if dates is None:
            name = self.bodies.ids[body_id].name_vi if body_id in self.bodies else body_id
            known = ", ".join(self._terms.get(body_id, {}))
            raise PeriodError(
                f"The dates of {key!r} are not known for {name} ({body_id}). "
                + (f"Known: {known}." if known else "It has no half-term or term."),
                f"Chưa có ngày của kỳ {key!r} cho {name} ({body_id}). "
                + (f"Hiện có: {known}." if known else "Chưa có nửa nhiệm kỳ, nhiệm kỳ nào."),
            )
        return Period.parse(key, dates=dates)

    def rules_between(
        self, start: dt.date, end: dt.date, affects: str | Iterable[str] | None = None
    ) -> tuple[Rule, ...]:
        """Return the rules that came into force after `start` and not after `end`, oldest first."""
        return between(self.rules, start, end, affects)

    def text(self, key: str, lang: str = "vi") -> str:
        """Return a text of the catalogue (``texts*.csv``) with its placeholders unfilled.

        Raises
        ------
        UnknownCodeError
            When no file of the catalogue has the key; the nearest ones are named.
        """
        if key not in self._texts:
            raise UnknownCodeError.from_value(("text", "câu chữ"), key, self._texts)
        return self._texts[key][lang]

    def texts(self) -> Mapping[str, Row]:
        """Return the whole catalogue of texts by key."""
        return self._texts

    def basis(self, body_id: str, key: str, lang: str = "vi") -> str:
        """Return what the dates of a half-term or term rest on; empty for other periods."""
        found = (r for r in self.rows("terms") if r["body_id"] == body_id and r["period"] == key)
        return next((r[f"basis_{lang}"] for r in found), "")

    def _list(self, name: str) -> Mapping[str, Row]:
        if name not in self._lists:
            raise UnknownCodeError.from_value(("code list", "danh mục"), name, self._lists)
        return self._lists[name]


def default_data() -> Path:
    """Return the data folder: the checkout's ``data``, else the copy inside the installed wheel."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parents[1] / "data"
    if package.parent.name == "src" and (checkout / "codes").is_dir():
        return checkout
    embedded = package / "_embedded" / "data"
    if embedded.is_dir():
        return embedded
    raise DataError(
        f"No data folder: neither {checkout} nor {embedded} exists. Name one with --data DIR.",
        f"Không có thư mục dữ liệu: cả {checkout} và {embedded} đều không tồn tại. Hãy chỉ rõ bằng --data DIR.",
    )


_CACHE: dict[Path, tuple[object, Codes]] = {}


def load(data: Path | str | None = None) -> Codes:
    """Return the code lists of a data folder, read again only when a file has changed.

    Parameters
    ----------
    data : Path, optional
        The folder that holds ``codes``; by default `default_data`.

    Raises
    ------
    DataError
        When the folder or a list is missing or broken.
    """
    folder = Path(data) if data is not None else default_data()
    paths = sorted((folder / "codes").glob("*.csv"))
    if not paths:
        raise DataError(f"No code lists in {folder / 'codes'}.", f"Không có danh mục nào trong {folder / 'codes'}.")
    state = tuple((p.name, (s := p.stat()).st_mtime_ns, s.st_size) for p in paths)
    key = folder.resolve()
    if key not in _CACHE or _CACHE[key][0] != state:
        _CACHE[key] = (state, _build(folder, {p.stem: read_rows(p) for p in paths}))
    return _CACHE[key][1]


def forget() -> None:
    """Drop every list read so far: the next `load` reads the files, whatever their times say."""
    _CACHE.clear()


def _build(folder: Path, files: dict[str, tuple[Row, ...]]) -> Codes:
    missing = {"bodies", "reorganisation", "rules", "terms"} - set(files)
    if missing:
        names = ", ".join(f"{m}.csv" for m in sorted(missing))
        raise DataError(f"{folder / 'codes'} lacks {names}.", f"{folder / 'codes'} thiếu {names}.")
    for name, columns in _DAYS.items():
        check_days(files[name], columns, folder / "codes" / f"{name}.csv")
    lists: dict[str, Mapping[str, Row]] = {}
    for name, rows in files.items():
        if rows and "code" in rows[0]:
            ordered = sorted(rows, key=lambda r: int(r["order"])) if "order" in rows[0] else rows
            lists[name] = MappingProxyType({r["code"]: r for r in ordered})
    lists["bodies"] = MappingProxyType({r["body_id"]: _as_entry(r) for r in files["bodies"]})
    terms: dict[str, dict[str, tuple[dt.date, dt.date]]] = {}
    for row in files["terms"]:
        first, last = dt.date.fromisoformat(row["period_start"]), dt.date.fromisoformat(row["period_end"])
        terms.setdefault(row["body_id"], {})[row["period"]] = (first, last)
    return Codes(
        data=folder,
        bodies=Bodies(files["bodies"], files["reorganisation"]),
        rules=read_rules(files["rules"]),
        _files=MappingProxyType(files),
        _lists=MappingProxyType(lists),
        _terms=MappingProxyType(terms),
        _texts=MappingProxyType(_texts_of(folder, files)),
    )


def _texts_of(folder: Path, files: Mapping[str, tuple[Row, ...]]) -> dict[str, Row]:
    """Return the texts of a folder; one that it lacks is the project's own.

    A folder that an office copied long ago has the words of that time: what the program has learnt to say since
    must not make its reports fail.
    """
    own = {row["key"]: row for name, rows in files.items() if name.startswith("texts") for row in rows}
    with contextlib.suppress(DataError):  # a program without data of its own has no other words
        if (project := default_data()).resolve() != folder.resolve():
            return {**load(project).texts(), **own}
    return own


def _as_entry(body: Row) -> Row:
    # A body can be checked and labelled like any code.
    return MappingProxyType({**body, "code": body["body_id"], "label_vi": body["name_vi"], "label_en": body["name_en"]})
