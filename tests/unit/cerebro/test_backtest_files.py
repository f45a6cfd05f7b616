"""Backtests as developers send them (RULES 12)."""

from __future__ import annotations

import io
import json
import random
from datetime import date, timedelta

import openpyxl
import pytest
from cerebro.adapters.sheets import Unreadable, table_of
from cerebro.domain.backtests.asking import Asked
from cerebro.domain.backtests.reading import Options, read_backtest
from cerebro.domain.backtests.record import measure
from support.returns import real_backtests


def read(text, **said):
    content = text if isinstance(text, bytes) else text.encode()
    return read_backtest(table_of("a.csv", content), Options(**said))


def returns(backtest):
    return [(one.day.isoformat(), one.ret) for one in sorted(backtest.days, key=lambda one: one.day)]


def many(cells, head="Date,Return"):
    days = (date(2024, 1, 1) + timedelta(days=number) for number in range(len(cells)))
    return "\n".join([head, *(f"{day:%Y-%m-%d},{cell}" for day, cell in zip(days, cells, strict=True))])


@pytest.mark.parametrize("name", ["Com1-Met", "Com2-Ag", "Com3-Mkt", "FloridaForex", "SPX_0DE_Opt", "TLT"])
def test_the_real_files_give_the_published_measures(name):
    folder = real_backtests()
    published = json.loads((folder / "published_metrics.json").read_text())[name]
    path = folder / f"{name}.csv"

    backtest = read_backtest(table_of(path.name, path.read_bytes()), Options())
    found = measure(name, backtest)

    assert backtest.refused == ()
    assert found.mean == pytest.approx(published["mean_return_daily"], rel=1e-9)
    assert found.volatility == pytest.approx(published["volatility_daily"], rel=1e-9)
    assert found.sharpe == pytest.approx(published["sharpe_ratio"], rel=1e-9)
    assert found.max_drawdown == pytest.approx(published["max_drawdown"], rel=1e-9)
    assert (str(found.series.days[0]), str(found.series.days[-1])) == (published["start_date"], published["end_date"])
    assert len(backtest.days) == published["total_days"]
    assert any("lags one row" in note for note in found.notes)
    assert found.margin_per_unit > 0


def test_titles_trailing_commas_and_short_years_are_read():
    backtest = read("My strategy,,\n\nTrade Date,P&L,Daily Return %,,\n9/27/25,10,0.85%,,\n9/26/25,-5,-0.4%,,\n")

    assert returns(backtest) == [("2025-09-26", -0.004), ("2025-09-27", 0.0085)]


def test_every_refused_row_is_named_with_its_reason():
    backtest = read(
        "date,return\n2024-01-02,1%\nTotal,5%\n2024-01-03,\n2024-01-04,oops\n2024-01-05,-120%\n2024-01-02,1%\n"
        "2024-01-08,1%\n2024-01-08,2%\n"
    )

    assert [(one.row, one.reason.split(" ")[0]) for one in backtest.refused] == [
        (3, "'Total'"),
        (4, "no"),
        (5, "'oops'"),
        (6, "a"),
        (7, "2024-01-02"),
        (8, "2024-01-08"),
        (9, "2024-01-08"),
    ]
    assert returns(backtest) == [("2024-01-02", 0.01)]


def test_an_ambiguous_unit_is_asked_and_the_option_settles_it():
    text = many(["0.5", "-0.3", "0.2"] * 10)

    assert isinstance(read(text), Asked)
    assert "--units percent" in read(text).question
    assert read(text, units="percent").days[0].ret == 0.005
    assert read(text, units="fraction").days[0].ret == 0.5


def test_a_unit_that_only_one_reading_allows_is_taken_and_said():
    fractions, percents = read(many(["0.0051", "-0.012", "0.004"] * 10)), read(many(["0.5", "-1.2", "0.4"] * 10))

    assert (fractions.days[0].ret, percents.days[0].ret) == (0.0051, 0.005)
    assert "Units:" in fractions.notes[0]


def test_a_heading_that_contradicts_its_numbers_is_asked():
    assert isinstance(read(many(["0.0051", "-0.012", "0.004"] * 10, "Date,Return (%)")), Asked)


def test_a_day_that_could_be_two_is_asked():
    text = "date,return\n3/4/25,1%\n5/6/25,1%\n"

    assert "--dates" in read(text).question
    assert returns(read(text, dates="day-first"))[0][0] == "2025-04-03"
    assert returns(read('date,return\n25.12.2024,"1,5%"\n03.01.2025,1%\n')) == [
        ("2024-12-25", 0.015),
        ("2025-01-03", 0.01),
    ]


def test_several_columns_of_returns_are_asked_unless_one_is_daily():
    one = read("Date,Daily Return,Cumulative Return\n2024-01-02,1%,9%\n")
    two = read("Date,Return A,Return B\n2024-01-02,1%,9%\n")

    assert one.days[0].ret == 0.01
    assert "--return-column" in two.question
    assert read("Date,Return A,Return B\n2024-01-02,1%,9%\n", return_column="Return B").days[0].ret == 0.09


def test_gaps_are_reported():
    assert "No day between 2024-01-02 and 2024-03-01." in read("date,return\n2024-01-02,1%\n2024-03-01,1%\n").notes


def test_a_workbook_says_what_a_text_file_says():
    book = openpyxl.Workbook()
    book.active.append(["Date", "Return"])
    for day, value in ((date(2025, 9, 27), 0.0085), (date(2025, 9, 26), -0.004)):
        book.active.append([day, value])
        book.active.cell(book.active.max_row, 2).number_format = "0.00%"
    packed = io.BytesIO()
    book.save(packed)

    assert returns(read(packed.getvalue())) == [("2025-09-26", -0.004), ("2025-09-27", 0.0085)]


def test_the_sheet_with_the_returns_is_read_wherever_it_lies():
    book = openpyxl.Workbook()
    book.active.append(["About this strategy"])
    book.create_sheet("Empty")
    book.create_sheet("Daily")
    for row in (["Date", "Return"], [date(2025, 9, 26), "-0.4%"]):
        book["Daily"].append(row)
    packed = io.BytesIO()
    book.save(packed)

    assert returns(read(packed.getvalue())) == [("2025-09-26", -0.004)]


@pytest.mark.parametrize("day", ["45931", "45931.0", "Wednesday, October 01, 2025", "01/Oct/2025", "20251001"])
def test_days_are_read_as_spreadsheets_write_them(day):
    assert returns(read(f'date,return\n"{day}",1%\n')) == [("2025-10-01", 0.01)]


def test_a_comma_in_a_return_is_a_decimal_one():
    assert returns(read("date;return (%)\n2024-01-02;-0,378\n2024-01-03;1,234\n")) == [
        ("2024-01-02", -0.00378),
        ("2024-01-03", 0.01234),
    ]


def test_basis_points_and_short_headings_are_understood():
    assert returns(read("date,ret (bps)\n2024-01-02,-181\n2024-01-03,25\n")) == [
        ("2024-01-02", -0.0181),
        ("2024-01-03", 0.0025),
    ]
    assert isinstance(read("date,retired\n2024-01-02,1%\n"), Asked)
    assert returns(read("date,return\n2024-01-02,-181\n2024-01-03,2.5%\n", units="bps")) == [
        ("2024-01-02", -0.0181),
        ("2024-01-03", 0.025),
    ]


def test_a_day_in_the_future_is_refused_and_tomorrow_may_be_today_further_east():
    backtest = read(many(["1%", "2%", "3%", "4%"]), today=date(2024, 1, 2))

    assert [day for day, _ in returns(backtest)] == ["2024-01-01", "2024-01-02", "2024-01-03"]
    assert [(one.row, one.reason) for one in backtest.refused] == [(5, "2024-01-04 is in the future")]


@pytest.mark.parametrize("content", [b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0old", b"a\x00b"])
def test_what_is_no_table_is_refused(content):
    with pytest.raises(Unreadable):
        table_of("x.xlsx", content)


def test_equity_is_rebuilt_and_the_lag_of_profits_seen():
    rng, equity, rows, before = random.Random(3), 1_000_000.0, [], 0.0
    for number in range(60):
        ret = round(rng.gauss(0.001, 0.01), 4)
        day = date(2024, 1, 1) + timedelta(days=number)
        rows.append(f"{day:%Y-%m-%d},{before:.2f},{ret:.2%},{equity * 2:.2f},{equity * 0.1:.2f}")
        before, equity = ret * equity, equity * (1 + ret)
    text = "\n".join(["date,P&L,return,notional,margin", *rows])

    found = measure("a", read(text))

    assert any("lags one row" in note for note in found.notes)
    assert found.margin_per_unit == pytest.approx(0.1, rel=1e-6)
    assert found.alpha.value == pytest.approx(found.mean / 2, rel=1e-6)
    assert found.alpha.sample == 60


def test_without_notional_the_expected_alpha_is_unknown():
    assert measure("a", read("date,return\n2024-01-02,1%\n2024-01-03,1%\n")).alpha.value is None
