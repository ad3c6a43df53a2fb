"""Does one coefficient serve every cut? Tests of the proportional-odds assumption."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from stats import guards
from stats.guards import Floats
from stats.results import Note, TestResult
from stats.severity.cumulative import SeverityModel
from stats.severity.links import ends_of

METHODS = ("brant", "score", "lr", "lr_nominal")
"""Tests of proportional odds."""


def proportional_odds(model: SeverityModel, *, method: str = "brant", terms: Sequence[str] = ()) -> TestResult:
    """Test whether the covariates move every cut of the severity scale alike.

    Parameters
    ----------
    model : SeverityModel
        A fitted model with the logit link.
    method : {'brant', 'score', 'lr', 'lr_nominal'}
        ``brant``: Wald test that the separate logits of each cut agree (with one test a term in
        ``extra``); ``score``: score test against coefficients free at every cut (SAS);
        ``lr``: likelihood ratio against the same (R's ``ordinal::nominal_test``);
        ``lr_nominal``: likelihood ratio against the multinomial logit, which ignores order.
    terms : sequence of str
        For ``lr``: the terms whose coefficients are freed, such as all levels of one factor; all terms
        by default.

    Returns
    -------
    TestResult
        Small p: a year is harsher at one cut and not at another (often polarisation): report the
        cuts one by one. Where a cut cannot be fitted (no case on one side) it is ``refused``
        (``check_not_possible``). Where ``lr`` meets coefficients without bound (an empty cell), the caveat is
        ``separated``: the statistic is the limit, its p-value rough.

    Raises
    ------
    InputError
        For a model that was refused, has another link, or no covariates, or for terms it does not have.

    Notes
    -----
    With thousands of members the tests reject for differences that do not matter: read the separate
    odds ratios too (``extra["by_cut"]`` of ``brant``). With two penalties there is nothing to test.

    References
    ----------
    Brant (1990), *Biometrics* 46:1171; Peterson and Harrell (1990), *Applied Statistics* 39:205;
    Pratt (1981), *JASA* 76:103 (the likelihood is concave, so ``lr`` finds its maximum).

    Examples
    --------
    >>> from stats.severity.cumulative import severity_fit
    >>> fit = severity_fit([[40, 30, 30], [60, 5, 35]], [[0], [1]])
    >>> test = proportional_odds(fit)
    >>> test.df, bool(test.p_value < 0.001)
    (1.0, True)
    """
    guards.choice(method, METHODS)
    if not model or model.link != "logit" or not model.terms:
        raise guards.refuse(
            "The check needs a fitted logit model with covariates", "Cần mô hình logit đã ước lượng có biến giải thích",
            remedy=("Fit severity_fit with link='logit'.", "Hãy dùng severity_fit với link='logit'."),
        )  # fmt: skip
    for name in terms:
        guards.choice(name, model.terms, ("term", "biến giải thích"))
    cuts = len(model.thresholds)
    df = float((cuts - 1) * len(model.terms))
    if cuts < 2:
        return _impossible(method, model.n)
    if method == "brant":
        return _brant(model, df)
    if method == "lr":
        return _freed(model, tuple(terms) or model.terms)
    value = _score(model) if method == "score" else _nominal(model)
    if value is None:
        return _impossible(method, model.n)
    return TestResult(
        statistic=max(value, 0.0), p_value=float(special.chdtrc(df, max(value, 0.0))), df=df,
        method=f"proportional_odds_{method}", n=model.n,
    )  # fmt: skip


def _impossible(method: str, n: float) -> TestResult:
    return TestResult.refused(f"proportional_odds_{method}", n, Note("check_not_possible"))


def _binary_logit(yes: Floats, total: Floats, x: Floats) -> tuple[Floats, Floats] | None:
    values = np.zeros(x.shape[1])
    for _ in range(100):
        p = special.expit(x @ values)
        weight = total * p * (1 - p)
        information = (x * weight[:, None]).T @ x
        try:
            move = np.linalg.solve(information, x.T @ (yes - total * p))
        except np.linalg.LinAlgError:
            return None
        move *= min(1.0, 5.0 / max(float(np.abs(move).max()), 1e-300))
        values = values + move
        if float(np.abs(values).max()) > 40:
            return None
        if float(np.abs(move).max()) < 1e-12:
            return values, p
    return None


def _brant(model: SeverityModel, df: float) -> TestResult:
    n, total = model.counts, model.counts.sum(axis=1)
    x = np.column_stack([np.ones(len(n)), model.design])
    cuts, terms = len(model.thresholds), len(model.terms)
    fits = [_binary_logit(n[:, j + 1 :].sum(axis=1), total, x) for j in range(cuts)]
    if any(fit is None for fit in fits):
        return _impossible("brant", model.n)
    slopes = np.concatenate([fit[0][1:] for fit in fits if fit is not None])
    chances = [fit[1] for fit in fits if fit is not None]
    inverse = [np.linalg.inv((x * (total * p * (1 - p))[:, None]).T @ x) for p in chances]
    covariance = np.zeros((cuts * terms, cuts * terms))
    for a in range(cuts):
        for b in range(a, cuts):
            shared = total * (chances[b] - chances[a] * chances[b])
            block = (inverse[a] @ ((x * shared[:, None]).T @ x) @ inverse[b])[1:, 1:]
            covariance[a * terms : (a + 1) * terms, b * terms : (b + 1) * terms] = block
            covariance[b * terms : (b + 1) * terms, a * terms : (a + 1) * terms] = block.T
    contrast = np.kron(np.column_stack([np.ones((cuts - 1, 1)), -np.eye(cuts - 1)]), np.eye(terms))
    value = _wald(contrast @ slopes, contrast @ covariance @ contrast.T)
    each = {}
    for k, name in enumerate(model.terms):
        pick = contrast[k::terms]
        one = _wald(pick @ slopes, pick @ covariance @ pick.T)
        each[name] = {"statistic": one, "df": cuts - 1, "p_value": float(special.chdtrc(cuts - 1, max(one, 0.0)))}
    by_cut = {name: slopes[k::terms].tolist() for k, name in enumerate(model.terms)}
    return TestResult(
        statistic=max(value, 0.0), p_value=float(special.chdtrc(df, max(value, 0.0))), df=df,
        method="proportional_odds_brant", n=model.n, extra={"by_term": each, "by_cut": by_cut},
    )  # fmt: skip


def _wald(gap: Floats, covariance: Floats) -> float:
    return float(gap @ np.linalg.pinv(covariance, rcond=1e-12, hermitian=True) @ gap)


def _score(model: SeverityModel) -> float | None:
    # Coefficients free at every cut; score and expected information at the proportional fit.
    n, x = model.counts, model.design
    total = n.sum(axis=1)
    p = np.maximum(model.probabilities(), np.finfo(float).tiny)
    inner = special.expit(ends_of(model.thresholds, x @ model.estimate)[:, 1:-1])
    density = inner * (1 - inner)
    cuts, width = inner.shape[1], x.shape[1] + 1
    row = np.column_stack([np.ones(len(x)), -x])
    # d p_j / d (cut j): + density, d p_{j+1} / d (cut j): - density.
    change = np.zeros((len(x), cuts + 1, cuts * width))
    for j in range(cuts):
        block = density[:, j, None] * row
        change[:, j, j * width : (j + 1) * width] += block
        change[:, j + 1, j * width : (j + 1) * width] -= block
    score = np.einsum("gj,gjk->k", n / p, change)
    information = np.einsum("g,gj,gjk,gjl->kl", total, 1 / p, change, change)
    return _wald(score, information) if np.isfinite(information).all() else None


def _freed(model: SeverityModel, terms: tuple[str, ...]) -> TestResult:
    # Newton steps on the model whose coefficients of `terms` differ from cut to cut.
    n, x, cuts = model.counts, model.design, len(model.thresholds)
    free = np.isin(model.terms, terms)
    shared, loose = int((~free).sum()), int(free.sum())
    first = cuts + shared
    rows = np.zeros((len(x), cuts, first + cuts * loose))
    for j in range(cuts):
        rows[:, j, j] = 1.0
        rows[:, j, cuts:first] = -x[:, ~free]
        rows[:, j, first + j * loose : first + (j + 1) * loose] = -x[:, free]
    values = np.concatenate([model.thresholds, model.estimate[~free], np.tile(model.estimate[free], cuts)])
    value = _likelihood(n, special.expit(rows @ values))
    for _ in range(200):
        inner = special.expit(rows @ values)
        p = np.maximum(np.diff(inner, axis=1, prepend=0.0, append=1.0), np.finfo(float).tiny)
        density = inner * (1 - inner)
        change = np.diff(density[:, :, None] * rows, axis=1, prepend=0.0, append=0.0)
        score = np.einsum("gj,gjk->k", n / p, change)
        # Expected information is never negative, unlike the observed one far from the maximum.
        information = np.einsum("g,gj,gjk,gjl->kl", n.sum(axis=1), 1 / p, change, change)
        move = np.linalg.lstsq(information, score, rcond=1e-12)[0]
        move *= min(1.0, 2.0 / max(float(np.abs(move).max()), 1e-300))
        new = -np.inf
        while new < value and float(np.abs(move).max()) > 1e-10:
            new = _likelihood(n, special.expit(rows @ (values + move)))
            move, step = move / 2, move
        gain = new - value
        if gain > 0:
            values, value = values + step, new
        if gain < 1e-10:
            break
    statistic = max(2 * (value - model.log_likelihood), 0.0)
    df = float((cuts - 1) * len(terms))
    spread = float(np.abs(x).max(initial=0.0))
    unbounded = float(np.abs(values[first:]).max()) * spread > 12
    return TestResult(
        statistic=statistic, p_value=float(special.chdtrc(df, statistic)), df=df, method="proportional_odds_lr",
        n=model.n, extra={"terms": list(terms), "log_likelihood": value},
        caveats=(Note("separated", {"terms": list(terms)}),) if unbounded else (),
    )  # fmt: skip


def _likelihood(n: Floats, inner: Floats) -> float:
    p = np.diff(inner, axis=1, prepend=0.0, append=1.0)
    if (p[n > 0] <= 0).any():
        return -np.inf
    return float(special.xlogy(n, np.maximum(p, np.finfo(float).tiny)).sum())


def _nominal(model: SeverityModel) -> float | None:
    n, total = model.counts, model.counts.sum(axis=1)
    x = np.column_stack([np.ones(len(n)), model.design])
    others, width = n.shape[1] - 1, x.shape[1]
    values = np.zeros((others, width))
    for _ in range(200):
        p = special.softmax(np.column_stack([np.zeros(len(x)), x @ values.T]), axis=1)
        gradient = ((n - total[:, None] * p)[:, 1:].T @ x).ravel()
        weight = np.einsum("gj,jk->gjk", p[:, 1:], np.eye(others)) - np.einsum("gj,gk->gjk", p[:, 1:], p[:, 1:])
        information = np.einsum("g,gjk,ga,gb->jakb", total, weight, x, x).reshape(others * width, others * width)
        try:
            move = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            return None
        move *= min(1.0, 5.0 / max(float(np.abs(move).max()), 1e-300))
        values = values + move.reshape(others, width)
        if float(np.abs(values).max()) > 40:
            return None
        if float(np.abs(move).max()) < 1e-11:
            p = special.softmax(np.column_stack([np.zeros(len(x)), x @ values.T]), axis=1)
            return model.deviance + 2 * float(special.xlogy(n, np.maximum(p, np.finfo(float).tiny)).sum())
    return None
