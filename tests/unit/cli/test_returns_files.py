"""Files of returns without a desk: one per strategy, or a wide one."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.returns_files import Said, series_of_files

RETURNS = np.random.default_rng(4).normal(0.0005, 0.01, (60, 3)) * [1.0, 0.01, 1.0]


def wide(tmp_path, head, values, before=""):
    days = (date(2024, 1, 1) + timedelta(days=number) for number in range(len(values)))
    rows = "\n".join(
        f"{day}," + ",".join(repr(float(one)) for one in row) for day, row in zip(days, values, strict=True)
    )
    path = tmp_path / "wide.csv"
    path.write_text(f"{before}{head}\n{rows}\n", encoding="utf-8-sig")
    return [path]


@pytest.mark.parametrize(
    ("head", "before"),
    [("Date,A,B,C", ""), ("Date,A Return,B Return,C Return", ""), (",A,B,C", ""), ("Date,A,B,C", "My desk\n\n")],
    ids=["plain", "returns", "an index without a name", "a title"],
)
def test_each_column_of_a_wide_file_is_a_strategy(tmp_path, head, before):
    found = series_of_files(wide(tmp_path, head, RETURNS, before), Said())

    assert [one.name[0] for one in found] == ["A", "B", "C"]
    for column, one in enumerate(found):
        assert one.values == pytest.approx(RETURNS[:, column], rel=1e-12)


def test_the_unit_of_a_wide_file_is_what_all_its_columns_say_together(tmp_path):
    quiet_beside_wild = series_of_files(wide(tmp_path, "Date,A,B,C", RETURNS * 100), Said())

    for column, one in enumerate(quiet_beside_wild):
        assert one.values == pytest.approx(RETURNS[:, column], rel=1e-12)


def test_a_wide_file_may_be_in_basis_points(tmp_path):
    for column, one in enumerate(series_of_files(wide(tmp_path, "Date,A,B,C", RETURNS * 1e4), Said(units="bps"))):
        assert one.values == pytest.approx(RETURNS[:, column], rel=1e-12)


def test_gross_and_net_are_no_two_strategies(tmp_path):
    with pytest.raises(OperatorFault, match="--return-column"):
        series_of_files(wide(tmp_path, "Date,Gross Return,Net Return", RETURNS[:, :2]), Said())
