"""Manifests: what is read back is what was written, and nothing that is cut or strange is trusted."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from stats.reports.production import manifest
from stats.reports.production.fingerprint import Fingerprint

FOUND = Fingerprint("a", "b", "c", "d", "e", {"rows": {"discipline/ha-noi": "1"}, "environment": {"pandas": "3.1.1"}})
SHA = hashlib.sha256(b"page").hexdigest()


def example(out: Path, key: str = "period_ha-noi_2018_vi") -> manifest.Manifest:
    (out / "period").mkdir(parents=True, exist_ok=True)
    (out / "period" / f"{key}.html").write_bytes(b"page")
    return manifest.done(key, {"place": "ha-noi"}, FOUND, {f"period/{key}.html": SHA}, timings={"notebook": 1.5})


def test_it_is_read_back_whole(tmp_path: Path) -> None:
    made = example(tmp_path)
    assert manifest.write(tmp_path, made) == tmp_path / "manifests" / f"{made.key}.json"
    found = manifest.read(tmp_path, made.key)
    assert found == made
    assert found.made is not None
    assert found.made.fingerprint() == FOUND
    assert found.made.fingerprint().parts == FOUND.parts
    assert found.versions == {"pandas": "3.1.1"}
    assert manifest.every(tmp_path) == [made]


def test_a_failure_keeps_the_last_good_outputs_and_what_they_were_made_from(tmp_path: Path) -> None:
    good = example(tmp_path)
    now = Fingerprint("a", "b2", "c", "d", "e")
    bad = manifest.failed(good.key, {}, now, "Cell 3 failed", good, attempts=2)
    assert (bad.status, bad.error, bad.attempts, bad.outputs, bad.made) == (
        "failed", "Cell 3 failed", 2, good.outputs, good.made,
    )  # fmt: skip
    assert bad.tried.fingerprint() == now
    assert manifest.failed("new", {}, now, "x", None).made is None


@given(st.data())
def test_a_cut_or_altered_manifest_counts_as_none_or_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    out = tmp_path_factory.mktemp("m")
    made = example(out)
    path = manifest.write(out, made)
    whole = path.read_bytes().rstrip()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    assert manifest.read(out, made.key) is None


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b"{}", b"\xff\xfe", b'{"key": "x"}', b'"done"'])
def test_what_is_no_manifest_counts_as_none(tmp_path: Path, content: bytes) -> None:
    path = manifest.write(tmp_path, example(tmp_path))
    path.write_bytes(content)
    assert manifest.read(tmp_path, path.stem) is None
    assert manifest.every(tmp_path) == []


def test_a_manifest_under_the_name_of_another_report_counts_as_none(tmp_path: Path) -> None:
    path = manifest.write(tmp_path, example(tmp_path))
    path.rename(path.with_name("briefing_ha-noi_2018_vi.json"))
    assert manifest.read(tmp_path, "briefing_ha-noi_2018_vi") is None


def test_a_report_cannot_be_done_without_outputs() -> None:
    with pytest.raises(ValidationError, match="has outputs"):
        manifest.done("k", {}, FOUND, {})


def test_outputs_gone_or_changed_by_hand_are_seen(tmp_path: Path) -> None:
    made = example(tmp_path)
    page = tmp_path / "period" / f"{made.key}.html"
    assert manifest.hashed(tmp_path, [page]) == made.outputs
    assert (manifest.absent(tmp_path, made), manifest.altered(tmp_path, made)) == ((), ())
    page.write_bytes(b"changed")
    assert manifest.altered(tmp_path, made) == tuple(made.outputs)
    page.unlink()
    assert manifest.absent(tmp_path, made) == manifest.altered(tmp_path, made) == tuple(made.outputs)
