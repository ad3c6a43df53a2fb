"""The synthetic sample: what is planted is found, and no row of it can pass for a published figure."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pandas as pd
import pytest
import synthetic_sample as generator

from stats import codes, indicators, tables
from stats.comparisons.dispersion import TRIMS
from stats.comparisons.funnels import MINIMUM, funnel
from stats.comparisons.multiplicity import adjust_p_values
from stats.comparisons.ranks import rank_intervals, simulated_ranks
from stats.comparisons.shrinkage import shrink_rates, shrink_ratios, shrink_shares
from stats.errors import DataError
from stats.shares import share
from stats.tables.schema import read_schemas
from stats.tables.writing import to_bytes

SAMPLE = tables.synthetic_sample()
FIRST = SAMPLE[SAMPLE["year"] == 1].groupby("body_id")[["members", "inspected", "violations", "disciplined"]].sum()
X, N = FIRST["violations"], FIRST["inspected"]
PLANTED = set(SAMPLE.loc[SAMPLE["planted"].isin(["high", "low"]), "body_id"])
SOURCE = Path(__file__).resolve().parents[2] / "src" / "stats"


def flagged(plot: object, level: str = "998") -> set[str]:
    verdicts = plot.verdict  # type: ignore[attr-defined]
    return {FIRST.index[i] for i, verdict in enumerate(verdicts) if verdict.endswith(level)}


class TestIsMarked:
    def test_in_name_column_and_caption(self) -> None:
        assert generator.PATH.name.startswith("SYNTHETIC")
        assert SAMPLE["synthetic"].eq("SYNTHETIC").all()
        assert SAMPLE["name"].str.contains("SYNTHETIC").all()
        assert SAMPLE["body_id"].str.startswith("synthetic-").all()
        assert SAMPLE.attrs["caption"].startswith("SYNTHETIC")
        assert "SYNTHETIC" in (generator.PATH.parent / "README.md").read_text(encoding="utf-8").splitlines()[0]

    def test_unmarked_rows_are_refused(self, tmp_path: Path) -> None:
        (tmp_path / "samples").mkdir()
        path = tmp_path / "samples" / generator.PATH.name
        with pytest.raises(DataError, match="missing"):
            tables.synthetic_sample(tmp_path)
        path.write_bytes(generator.PATH.read_bytes().replace(b"SYNTHETIC,synthetic-01", b",synthetic-01", 1))
        with pytest.raises(DataError, match="not marked SYNTHETIC"):
            tables.synthetic_sample(tmp_path)


class TestIsMadeTheSameWay:
    def test_the_generator_gives_the_bytes_kept(self) -> None:
        assert generator.to_bytes(generator.rows()) == generator.PATH.read_bytes()

    def test_another_seed_gives_others(self) -> None:
        assert generator.rows(1) != generator.rows()

    def test_counts_are_nested_and_penalties_add_up(self) -> None:
        chain = SAMPLE[["members", "inspected", "violations", "disciplined"]].to_numpy()
        assert (chain[:, :-1] >= chain[:, 1:]).all()
        assert (SAMPLE["inspected_twice"] <= SAMPLE["inspected"]).all()
        assert SAMPLE[["reprimanded", "warned", "removed", "expelled"]].sum(axis=1).equals(SAMPLE["disciplined"])
        assert len(SAMPLE) == 34 * 2 * 3


class TestStaysOutside:
    def test_no_body_of_it_is_real(self) -> None:
        real = codes.load(codes.default_data()).bodies
        assert not set(SAMPLE["body_id"]) & set(real.ids)
        assert not set(SAMPLE["name"]) & {row["name_vi"] for row in codes.load(codes.default_data()).rows("bodies")}

    def test_indicators_never_see_it(self) -> None:
        book = indicators.open_book()
        for frame in (book.tables.observations, book.tables.membership, book.chosen):
            assert not frame["body_id"].astype(str).str.contains("synthetic").any()
        assert not [body for body in book.bodies() if "synthetic" in body]

    def test_its_rows_cannot_enter_the_tables(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        shutil.copytree(codes.default_data(), data, ignore=shutil.ignore_patterns("forms", ".undo"))
        published = tables.read(data).discipline
        smuggled = published.head(1).assign(row_id="D9999", body_id=SAMPLE["body_id"].iloc[0])
        path = data / "tables" / "discipline.csv"
        both = pd.concat([published, smuggled], ignore_index=True)
        path.write_bytes(to_bytes(both, read_schemas(data)["discipline"]))
        with pytest.raises(tables.TableError) as caught:
            tables.read(data)
        assert SAMPLE["body_id"].iloc[0] in {p.value for p in caught.value.problems if p.column == "body_id"}

    def test_nothing_but_the_tables_names_its_reader(self) -> None:
        users = {
            path.relative_to(SOURCE).parts[0]
            for path in SOURCE.rglob("*.py")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, (ast.Name, ast.Attribute, ast.alias))
            and "synthetic_sample" in (getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "name", ""))
        }
        assert users == {"tables"}


class TestMethodsFindWhatIsPlanted:
    @pytest.mark.parametrize("transform", ["raw", "arcsine", "logit"])
    def test_the_funnel_flags_the_planted_bodies_and_no_other(self, transform: str) -> None:
        plot = funnel(X, N, transform=transform)
        assert flagged(plot) == PLANTED
        assert plot.phi > 3
        assert plot.tau2 > 0

    def test_without_over_dispersion_too_many_are_flagged(self) -> None:
        naive = flagged(funnel(X, N, transform="arcsine", adjust="none"))
        assert naive > PLANTED
        assert len(naive) >= 4 * len(PLANTED)

    def test_untrimmed_outliers_hide_themselves(self) -> None:
        spread = {trim: funnel(X, N, transform="arcsine", trim=trim) for trim in TRIMS}
        assert spread["none"].tau2 > 4 * spread["winsorise"].tau2
        assert spread["none"].tau2 > 4 * spread["truncate"].tau2
        assert flagged(spread["none"]) < PLANTED
        assert flagged(spread["truncate"]) == PLANTED

    def test_a_funnel_of_rates_finds_the_planted_high_ones(self) -> None:
        plot = funnel(FIRST["disciplined"], FIRST["members"], kind="rate", transform="log", per=1000)
        assert {"synthetic-21"} <= flagged(plot) | flagged(plot, "95") <= set(FIRST.index)
        assert plot.phi > 3

    def test_multiplicity_keeps_them(self) -> None:
        from scipy.special import ndtr

        p_values = 2 * ndtr(-abs(funnel(X, N, transform="arcsine").z_adjusted))
        assert {FIRST.index[i] for i in adjust_p_values(p_values).reject.nonzero()[0]} == PLANTED
        assert adjust_p_values(p_values, method="bh").reject.sum() < (p_values < 0.05).sum()

    def test_ranks_are_wide_and_shrinkage_draws_the_small_in(self) -> None:
        ranks = rank_intervals(share(X, N, conf_level=1 - 0.05 / len(N)))
        assert sorted(ranks.conf_high - ranks.conf_low)[len(N) // 2] >= 10
        drawn, raw = shrink_shares(X, N), share(X, N)
        pooled = X.sum() / N.sum()
        assert (abs(drawn.estimates.estimate - pooled) <= abs(raw.estimate - pooled) + 1e-12).all()


def test_fewer_than_eight_are_refused_saying_how_many_exist() -> None:
    x, n = X[: MINIMUM - 1], N[: MINIMUM - 1]
    notes = [
        funnel(x, n).reason, shrink_shares(x, n).reason, shrink_rates(x, n).reason, shrink_ratios(x, n).reason,
        rank_intervals(share(x, n)).caveats[0], simulated_ranks(x, n, rng=1).caveats[0],
    ]  # fmt: skip
    for note in notes:
        assert note is not None
        assert (note.code, dict(note.values)) == ("too_few_bodies", {"found": 7, "needed": 8})
    assert "found 7, needed 8" in str(funnel(x, n))
    assert funnel(X[:MINIMUM], N[:MINIMUM])
