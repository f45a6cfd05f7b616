"""One afternoon at the venue, every cash figure written out by hand."""

from __future__ import annotations

from decimal import Decimal

from support.paper import CRYPTO, FOREX, FUTURE, LONDON, OPTION, STOCK, Bench, D


def cash(bench: Bench) -> dict[str, Decimal]:
    return dict(bench.book.account.cash)


def test_every_cash_figure_of_an_afternoon_is_as_reckoned_by_hand():
    bench = Bench({"USD": D("100000.00"), "GBP": D("5000.00")})

    # Stock, long: 300 at 150.25 = 45,075.00; 300 x 0.005 = 1.50.
    bench.quote(STOCK, "150.20", "150.25")
    bench.submit(STOCK, "BUY", 300)
    assert cash(bench) == {"USD": D("54923.50"), "GBP": D("5000.00")}

    # Partial exit: 100 at 152.00 = 15,200.00; 100 x 0.005 = 0.50, the minimum is 1.00.
    bench.quote(STOCK, "152.00", "152.05")
    bench.submit(STOCK, "SELL", 100)
    assert cash(bench)["USD"] == D("70122.50")  # 54,923.50 + 15,200.00 - 1.00
    assert bench.book.account.realized["USD"] == D("175.00")  # 100 x (152.00 - 150.25)

    # The other 200 and 150 short: 350 at 151.00 = 52,850.00; 350 x 0.005 = 1.75.
    bench.quote(STOCK, "151.00", "151.05")
    bench.submit(STOCK, "SELL", 350)
    assert cash(bench)["USD"] == D("122970.75")  # 70,122.50 + 52,850.00 - 1.75
    assert bench.book.account.realized["USD"] == D("325.00")  # 175.00 + 200 x (151.00 - 150.25)
    assert bench.book.account.held("AAPL") == -150

    # The short bought back: 150 at 149.10 = 22,365.00; 150 x 0.005 = 0.75, the minimum is 1.00.
    bench.quote(STOCK, "149.05", "149.10")
    bench.submit(STOCK, "BUY", 150)
    assert cash(bench)["USD"] == D("100604.75")  # 122,970.75 - 22,365.00 - 1.00
    assert bench.book.account.realized["USD"] == D("610.00")  # 325.00 + 150 x (151.00 - 149.10)

    # Future, 2 contracts of 100 oz at 2,650.0: no cash but 2 x 2.25 = 4.50.
    bench.quote(FUTURE, "2649.9", "2650.0")
    bench.submit(FUTURE, "BUY", 2)
    assert cash(bench)["USD"] == D("100600.25")
    # Both out at 2,641.5: 2 x 100 x (2,641.5 - 2,650.0) = -1,700.00; again 4.50.
    bench.quote(FUTURE, "2641.5", "2641.6")
    bench.submit(FUTURE, "SELL", 2)
    assert cash(bench)["USD"] == D("98895.75")  # 100,600.25 - 1,700.00 - 4.50

    # Forex in pounds, short 100,000 EUR at 0.84120: no cash but 0.2 bp of 84,120.00 = 1.6824 -> 1.68.
    bench.quote(FOREX, "0.84120", "0.84125")
    bench.submit(FOREX, "SELL", 100_000)
    assert cash(bench)["GBP"] == D("4998.32")
    # 40,000 back at 0.83900: 40,000 x 0.00220 = +88.00; 0.2 bp of 33,560.00 = 0.6712 -> 0.67.
    bench.quote(FOREX, "0.83895", "0.83900")
    bench.submit(FOREX, "BUY", 40_000)
    assert cash(bench)["GBP"] == D("5085.65")  # 4,998.32 + 88.00 - 0.67
    # 60,000 back at 0.84300: 60,000 x -0.00180 = -108.00; 0.2 bp of 50,580.00 = 1.0116 -> 1.01.
    bench.quote(FOREX, "0.84295", "0.84300")
    bench.submit(FOREX, "BUY", 60_000)
    assert cash(bench)["GBP"] == D("4976.64")  # 5,085.65 - 108.00 - 1.01

    # Option, 3 calls at 12.40 of 100 shares: 3,720.00; 3 x 0.65 = 1.95.
    bench.quote(OPTION, "12.30", "12.40")
    bench.submit(OPTION, "BUY", 3)
    assert cash(bench)["USD"] == D("95173.80")  # 98,895.75 - 3,720.00 - 1.95
    # Sold at 15.10: 4,530.00; again 1.95.
    bench.quote(OPTION, "15.10", "15.20")
    bench.submit(OPTION, "SELL", 3)
    assert cash(bench)["USD"] == D("99701.85")  # 95,173.80 + 4,530.00 - 1.95

    # A share in pounds: 1,000 at 0.72 = 720.00; 1,000 x 0.005 = 5.00; sold at 0.75 = 750.00, again 5.00.
    bench.quote(LONDON, "0.71", "0.72")
    bench.submit(LONDON, "BUY", 1000)
    assert cash(bench)["GBP"] == D("4251.64")  # 4,976.64 - 720.00 - 5.00
    bench.quote(LONDON, "0.75", "0.76")
    bench.submit(LONDON, "SELL", 1000)
    assert cash(bench)["GBP"] == D("4996.64")  # 4,251.64 + 750.00 - 5.00

    # Spot crypto: 0.25 at 60,000.40 = 15,000.10; 10 bp = 15.0001 -> 15.00; sold at 61,000.00 = 15,250.00, 15.25.
    bench.quote(CRYPTO, "60000.00", "60000.40")
    bench.submit(CRYPTO, "BUY", "0.25")
    assert cash(bench)["USD"] == D("84686.75")  # 99,701.85 - 15,000.10 - 15.00
    bench.quote(CRYPTO, "61000.00", "61000.40")
    bench.submit(CRYPTO, "SELL", "0.25")
    assert cash(bench)["USD"] == D("99921.50")  # 84,686.75 + 15,250.00 - 15.25

    account = bench.book.account
    assert not account.positions
    # 610.00 stock - 1,700.00 future + 810.00 option + 249.90 crypto
    assert account.realized == {"USD": D("-30.10"), "GBP": D("10.00")}  # 88.00 - 108.00 + 30.00
    assert account.fees == {"USD": D("48.40"), "GBP": D("13.36")}
    assert account.cash["USD"] == D("100000.00") - D("30.10") - D("48.40")
    assert account.cash["GBP"] == D("5000.00") + D("10.00") - D("13.36")
    assert account.realized_base == D("-17.60")  # -30.10 + 10.00 x 1.25
