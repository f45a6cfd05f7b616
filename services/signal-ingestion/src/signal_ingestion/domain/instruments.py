"""Senders' names for instruments to the desk's contracts: ``ETF`` is a stock, ``BTC`` is ``BTC/USD``."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from mathematricks.contracts.instruments import Contract, InstrumentType, Right
from mathematricks.contracts.signals import decimal_text

from signal_ingestion.domain.reading import Fields

TYPES: dict[str, InstrumentType] = {
    **dict.fromkeys(("STOCK", "STOCKS", "EQUITY", "ETF"), "STOCK"),
    **dict.fromkeys(("FOREX", "FX", "CURRENCY"), "FOREX"),
    **dict.fromkeys(("CRYPTO", "CRYPTOCURRENCY"), "CRYPTO"),
    **dict.fromkeys(("FUTURE", "FUTURES"), "FUTURE"),
    **dict.fromkeys(("OPTION", "OPTIONS"), "OPTION"),
}
RIGHTS: dict[str, Right] = {"C": "C", "CALL": "C", "P": "P", "PUT": "P"}
SYMBOL_FIELDS = ("instrument", "ticker", "symbol")

EXCHANGES = {"GC": "COMEX", "SI": "COMEX", "CL": "NYMEX", "NG": "NYMEX", "ES": "CME", "NQ": "CME"}
"""Where a future trades whose sender does not say; its root leaves no doubt."""
CRYPTOS = frozenset({"BTC", "ETH", "XRP", "DOGE", "USDT", "USDC", "BNB", "SHIB", "AVAX", "MATIC", "TRX", "XLM", "XMR"})
ALSO_STOCKS = frozenset({"SOL", "ADA", "DOT", "LTC", "BCH", "ATOM", "LINK", "UNI"})
"""Cryptocurrencies that share their ticker with a stock: taken for the cryptocurrency, with a warning."""
CURRENCIES = frozenset(
    {"USD", "EUR", "GBP", "JPY", "CHF", "AUD", "NZD", "CAD", "SEK", "NOK", "DKK", "SGD", "HKD"}
    | {"CNH", "MXN", "ZAR", "TRY", "PLN", "CZK", "HUF", "ILS", "INR", "KRW", "THB", "BRL"}
)
_QUOTES = ("USDT", "USDC", "USD", "EUR", "GBP", "BTC", "ETH")
_COIN_QUOTES = ("BTC", "ETH")
_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9._/&-]{0,19}")
_PAIR_MARKS = re.compile(r"[/._-]")
_UNFILLED = re.compile(r"\s|\{\{|\}\}|^\$")


def contract_of(fields: Fields, usual: InstrumentType | None = None) -> Contract:
    """
    Return what identifies the instrument of a leg.

    The leg's ``instrument_type`` decides, else *usual*, else the looks of the symbol.

    Raises:
        Refused: the symbol is missing or an unfilled template placeholder, or the type needs a
            field (expiry, exchange, strike, right) that is missing or wrong.
    """
    kind = fields.choice(TYPES, "instrument_type", "asset_class") or usual
    names = ("underlying", *SYMBOL_FIELDS) if kind == "OPTION" else SYMBOL_FIELDS
    symbol = symbol_of(fields, *names)
    return _BUILDERS[kind or _looks_like(fields, symbol)](fields, symbol)


def symbol_of(fields: Fields, *names: str) -> str:
    """Return the symbol in capitals, without an exchange before it (``NASDAQ:AAPL``)."""
    name, _ = fields.found(*names)
    text = fields.text(*names)
    if text is None:
        raise fields.refused(name, "is missing: name the instrument")
    if _UNFILLED.search(text):
        raise fields.refused(
            name, "is no symbol but looks like a template placeholder that was never filled in; put the ticker there"
        )
    symbol = text.upper().rpartition(":")[2]
    if not _SYMBOL.fullmatch(symbol):
        raise fields.refused(name, "is no symbol: up to 20 letters, digits and . _ / & -")
    return symbol


def _looks_like(fields: Fields, symbol: str) -> InstrumentType:
    letters = _PAIR_MARKS.sub("", symbol)
    if len(letters) == 6 and {letters[:3], letters[3:]} <= CURRENCIES:
        return "FOREX"
    base, _ = _pair(symbol)
    if base in ALSO_STOCKS and base == symbol:
        fields.warn("instrument shares its ticker with a stock; taken for the cryptocurrency (send instrument_type)")
    return "CRYPTO" if base in CRYPTOS | ALSO_STOCKS else "STOCK"


def _stock(_: Fields, symbol: str) -> Contract:
    return Contract(symbol=symbol, type="STOCK")


def _forex(fields: Fields, symbol: str) -> Contract:
    letters = _PAIR_MARKS.sub("", symbol)
    if not re.fullmatch(r"[A-Z]{6}", letters):
        raise fields.refused(fields.found(*SYMBOL_FIELDS)[0], "is no currency pair: six letters, like AUDNZD")
    return Contract(symbol=letters, type="FOREX")


def _crypto(fields: Fields, symbol: str) -> Contract:
    base, quote = _pair(symbol)
    if not (re.fullmatch(r"[A-Z0-9]{1,15}", base) and re.fullmatch(r"[A-Z0-9]{2,10}", quote)):
        raise fields.refused(fields.found(*SYMBOL_FIELDS)[0], "is no cryptocurrency: write it like BTC or BTC/USD")
    return Contract(symbol=f"{base}/{quote}", type="CRYPTO")


def _pair(symbol: str) -> tuple[str, str]:
    for mark in "/-_":
        if mark in symbol:
            base, _, quote = symbol.partition(mark)
            return base, quote
    if symbol in CRYPTOS | ALSO_STOCKS:
        return symbol, "USD"
    for quote in _QUOTES:
        base = symbol.removesuffix(quote)
        if base != symbol and (base in CRYPTOS | ALSO_STOCKS or (quote not in _COIN_QUOTES and len(base) > 1)):
            return base, quote
    return symbol, "USD"


def _future(fields: Fields, symbol: str) -> Contract:
    exchange = fields.text("exchange", most=20)
    if exchange is None and symbol in EXCHANGES:
        exchange = EXCHANGES[symbol]
        fields.warn(f"exchange is missing; taken for {exchange}")
    if exchange is None:
        raise fields.refused("exchange", "is missing: a future needs one")
    return Contract(symbol=symbol, type="FUTURE", expiry=expiry_of(fields), exchange=exchange.upper())


def _option(fields: Fields, symbol: str) -> Contract:
    right = fields.choice(RIGHTS, "right", "option_type")
    if right is None:
        raise fields.refused("right", "is missing: C or P")
    return option_of(fields, symbol, right)


def option_of(fields: Fields, underlying: str, right: Right) -> Contract:
    """Return the option on *underlying* whose strike and expiry *fields* hold."""
    strike = fields.above_zero("strike", "strike_price")
    if strike is None:
        raise fields.refused("strike", "is missing: an option needs one above 0")
    strike = Decimal(decimal_text(strike))
    return Contract(symbol=underlying, type="OPTION", expiry=expiry_of(fields), strike=strike, right=right)


def expiry_of(fields: Fields) -> str:
    """Return the expiry as YYYYMMDD, from that or from an ISO date."""
    name, _ = fields.found("expiry", "expiration")
    text = fields.text("expiry", "expiration")
    if text is None:
        raise fields.refused(name, "is missing: give it as YYYYMMDD")
    digits = re.sub(r"[-/]", "", text.partition("T")[0])
    if re.fullmatch(r"\d{8}", digits, re.ASCII):
        try:
            date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError:
            pass
        else:
            return digits
    raise fields.refused(name, "is no date: give it as YYYYMMDD")


_BUILDERS: dict[InstrumentType, Callable[[Fields, str], Contract]] = {
    "STOCK": _stock,
    "FOREX": _forex,
    "CRYPTO": _crypto,
    "FUTURE": _future,
    "OPTION": _option,
}
