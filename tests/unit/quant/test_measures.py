"""Measures of return series, against published values."""

from __future__ import annotations

import numpy as np
import pytest
from mathematricks.quant import measures
from mathematricks.quant.correlation import correlation, correlation_to
from mathematricks.quant.covariance import ledoit_wolf, sample_covariance
from mathematricks.quant.returns import Series, SeriesError, align, extend, series_of
from support.returns import a_history

MIXED = np.array([np.nan, 1, 10, -4, 2, 3, 2, 1, -10]) / 100
"""The series of empyrical's own tests, with the values it gives."""


def series(name, first, values):
    days = np.datetime64(first, "D") + np.arange(len(values))
    return Series(name, days, np.array(values, dtype=float))


def test_empyricals_values_are_reproduced():
    assert measures.annual_return(MIXED) == pytest.approx(1.9135925373194231, rel=1e-12)
    assert measures.annual_volatility(MIXED) == pytest.approx(0.9136465399704637, rel=1e-12)
    assert measures.sharpe(MIXED) == pytest.approx(1.7238613961706866, rel=1e-12)
    assert measures.max_drawdown(MIXED) == pytest.approx(-0.1, rel=1e-12)
    assert measures.calmar(MIXED) == pytest.approx(19.135925373194233, rel=1e-12)


@pytest.mark.parametrize(
    ("confidence", "var", "cvar"),
    [(0.90, 0.067847, 0.096975), (0.95, 0.090200, 0.115908), (0.99, 0.132128, 0.152977)],
)
def test_rockafellar_and_uryasevs_normal_values_are_reproduced(confidence, var, cvar):
    found = measures.normal_cvar(0.011, np.sqrt(0.00378529), confidence)

    assert found == pytest.approx((var, cvar), abs=1.5e-6)


def test_the_tail_counts_its_last_day_in_part():
    losses = np.array([5.0, 4.0, 3.0, 2.0, 1.0]) / 100

    assert measures.cvar(-losses, 0.7) == pytest.approx((0.05 + 0.5 * 0.04) / 1.5)
    assert measures.value_at_risk(-losses, 0.7) == 0.04


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.987])
def test_cvar_is_at_least_the_value_at_risk(confidence):
    values = a_history()

    assert np.all(measures.cvar(values, confidence) >= measures.value_at_risk(values, confidence))


def test_shrinkage_lies_between_the_sample_and_its_mean_variance():
    values = a_history(30, 60)
    shrunk = ledoit_wolf(values)
    population = sample_covariance(values) * 59 / 60

    assert 0 < shrunk.intensity < 1
    assert np.trace(shrunk.covariance) == pytest.approx(np.trace(population))
    assert np.linalg.cond(shrunk.covariance) < np.linalg.cond(population)


def test_correlation_is_of_each_with_each_and_of_one_with_all():
    values = a_history(4, 300)

    assert np.allclose(correlation(values), np.corrcoef(values.T))
    assert np.allclose(correlation_to(values, values[:, 2]), np.corrcoef(values.T)[2])


def test_series_are_aligned_by_date_and_an_idle_day_counts_as_zero():
    one = series("one", "2024-01-01", [0.01, 0.02, 0.03, 0.04])
    other = series_of("other", np.array(["2024-01-04", "2024-01-02"], dtype="datetime64[D]"), np.array([0.4, 0.2]))

    panel = align([one, other])

    assert panel.days.astype(str).tolist() == ["2024-01-02", "2024-01-03", "2024-01-04"]
    assert panel.values.tolist() == [[0.02, 0.2], [0.03, 0.0], [0.04, 0.4]]
    assert panel.missing == (0, 1)


def test_series_without_a_common_day_are_refused_by_name():
    with pytest.raises(SeriesError, match="late starts on 2025-01-01, early ends on 2024-01-01"):
        align([series("early", "2024-01-01", [0.1]), series("late", "2025-01-01", [0.1])])


def test_on_each_day_the_live_return_holds():
    both = extend(series("a", "2024-01-01", [0.1, 0.2]), series("a", "2024-01-02", [0.9, 0.3]))

    assert both.values.tolist() == [0.1, 0.9, 0.3]
