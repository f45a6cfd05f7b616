"""Every generation of body, and what it becomes in the desk's words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
import pytest
from mathematricks.contracts.signals import Leg
from signal_ingestion.domain.json_body import decode
from signal_ingestion.domain.parse import Parsed, parse
from signal_ingestion.domain.providers import PROVIDERS
from signal_ingestion.domain.refused import Refused
from support.raw_lines import raw_lines, samples
from support.signals import a_body, a_body_leg


def read(**but: Any) -> Parsed:
    return parse(decode(orjson.dumps(a_body(**but))).tree)


def read_signal(signal: Any, **but: Any) -> Parsed:
    return read(legs=None, signal=signal, **but)


def only_leg(parsed: Parsed) -> Leg:
    (leg,) = parsed.legs
    return leg


def complaint(**but: Any) -> str:
    with pytest.raises(Refused) as refused:
        read(**but)
    assert refused.value.status == 400
    return refused.value.reason


def test_a_v1_ticker_is_a_stock_at_the_price_the_sender_saw() -> None:
    parsed = read_signal({"ticker": "AAPL", "action": "BUY", "price": 150.25, "volume_24h": 50000000})

    leg = only_leg(parsed)
    assert parsed.provider == "v1"
    assert (leg.instrument, leg.contract.type, leg.action, leg.price) == ("AAPL", "STOCK", "BUY", Decimal("150.25"))
    assert leg.quantity is None
    assert parsed.signal_type is None


@pytest.mark.parametrize(
    ("ticker", "instrument", "kind"),
    [
        ("BTC", "BTC/USD", "CRYPTO"),
        ("BTCUSD", "BTC/USD", "CRYPTO"),
        ("ETH-USD", "ETH/USD", "CRYPTO"),
        ("BINANCE:BTCUSDT", "BTC/USDT", "CRYPTO"),
        ("AUDNZD", "AUDNZD", "FOREX"),
        ("FX:EUR/USD", "EURUSD", "FOREX"),
        ("EUR.USD", "EURUSD", "FOREX"),
        ("NASDAQ:tqqq", "TQQQ", "STOCK"),
        ("BRK.B", "BRK.B", "STOCK"),
    ],
)
def test_a_v1_ticker_says_by_its_looks_what_it_is(ticker: str, instrument: str, kind: str) -> None:
    leg = only_leg(read_signal({"ticker": ticker, "action": "BUY"}))

    assert (leg.instrument, leg.contract.type) == (instrument, kind)


def test_a_cryptocurrency_that_shares_its_ticker_with_a_stock_warns() -> None:
    parsed = read_signal({"ticker": "SOL", "action": "BUY"})

    assert only_leg(parsed).instrument == "SOL/USD"
    assert "shares its ticker with a stock" in parsed.warnings[0]


@pytest.mark.parametrize(
    ("action", "side", "right"),
    [("BUY_CALL", "BUY", "C"), ("BUY_PUT", "BUY", "P"), ("SELL_CALL", "SELL", "C"), ("SELL_PUT", "SELL", "P")],
)
def test_a_v1_option_is_named_by_its_action(action: str, side: str, right: str) -> None:
    option = {"type": "options", "ticker": "GOOGL", "strike": 140.5, "expiry": "2025-01-17", "action": action}

    parsed = read_signal(option)

    leg = only_leg(parsed)
    assert parsed.provider == "v1-options"
    assert (leg.action, leg.instrument) == (side, f"GOOGL-20250117-{right}-140.5")


def test_v1_legs_may_write_qty() -> None:
    parsed = read_signal(
        [{"ticker": "SPY", "action": "BUY", "quantity": 100}, {"ticker": "QQQ", "action": "SELL", "qty": 50}]
    )

    assert parsed.provider == "v1-legs"
    assert [(leg.instrument, leg.action, leg.quantity) for leg in parsed.legs] == [
        ("SPY", "BUY", Decimal(100)),
        ("QQQ", "SELL", Decimal(50)),
    ]


def test_a_v1_stop_closes_the_whole_position_at_its_price() -> None:
    parsed = read_signal({"trigger": "if AAPL < 145", "action": "SELL_ALL", "stop_loss": True})

    leg = only_leg(parsed)
    assert (parsed.provider, parsed.signal_type) == ("v1-stop", "EXIT")
    assert (leg.instrument, leg.action, leg.order_type) == ("AAPL", "SELL", "STOP")
    assert (leg.stop_price, leg.quantity, leg.price) == (Decimal(145), None, None)
    assert parsed.warnings == ()


def test_a_stop_loss_above_the_market_buys_a_short_back_whatever_its_action_says() -> None:
    parsed = read_signal({"trigger": "if AAPL > 160.5", "action": "SELL_ALL", "stop_loss": True})

    leg = only_leg(parsed)
    assert (leg.action, leg.order_type, leg.stop_price) == ("BUY", "STOP", Decimal("160.5"))
    assert "action does not go with trigger" in parsed.warnings[0]


def test_a_trigger_that_is_no_stop_loss_takes_profit_by_a_limit_order() -> None:
    parsed = read_signal({"trigger": "if AAPL > 160", "action": "SELL_ALL"})

    leg = only_leg(parsed)
    assert (parsed.signal_type, leg.action, leg.order_type, leg.price) == ("EXIT", "SELL", "LIMIT", Decimal(160))


def test_a_trigger_may_enter() -> None:
    parsed = read_signal({"trigger": "AAPL >= 160", "action": "BUY", "quantity": 5})

    leg = only_leg(parsed)
    assert (parsed.signal_type, leg.order_type, leg.stop_price, leg.quantity) == (None, "STOP", Decimal(160), 5)


def test_a_v1_stop_may_name_ticker_and_price_instead_of_a_trigger() -> None:
    parsed = read_signal({"ticker": "AAPL", "action": "SELL", "price": 145, "stop_loss": True})

    assert (parsed.signal_type, only_leg(parsed).stop_price) == ("EXIT", Decimal(145))


def test_sell_all_closes_whatever_is_held() -> None:
    parsed = read_signal({"ticker": "AAPL", "action": "SELL_ALL", "quantity": 3})

    assert (parsed.signal_type, only_leg(parsed).quantity) == ("EXIT", None)


@pytest.mark.parametrize(
    "closing",
    [
        {"type": "options", "ticker": "GOOGL", "strike": 140, "expiry": "20270115", "right": "C", "action": "SELL_ALL"},
        {
            "instrument_type": "OPTION",
            "underlying": "SPY",
            "action": "SELL_ALL",
            "legs": [{"strike": 450, "expiry": "20270115", "right": "C"}],
        },
        [{"ticker": "SPY", "action": "SELL_ALL"}, {"trigger": "if QQQ < 300", "action": "SELL", "stop_loss": True}],
    ],
)
def test_what_can_only_close_is_an_exit_in_every_shape(closing: Any) -> None:
    assert read_signal(closing).signal_type == "EXIT"


def test_what_closes_all_does_not_stand_beside_legs_that_may_open() -> None:
    mixed = [{"ticker": "SPY", "action": "BUY"}, {"ticker": "QQQ", "action": "SELL_ALL"}]

    assert complaint(legs=None, signal=mixed).startswith("signal[1].action closes all, but other legs do not")


def test_an_entry_that_can_only_close_is_refused() -> None:
    said = complaint(legs=None, signal={"ticker": "SPY", "action": "SELL_ALL"}, signal_type="ENTRY")

    assert said.startswith("signal_type is ENTRY, but what is sent can only close")


def test_listed_v1_legs_may_be_options() -> None:
    option = {"type": "options", "ticker": "GOOGL", "strike": 140.5, "expiry": "2027-01-15", "action": "BUY_PUT"}
    parsed = read_signal([option, {"ticker": "GOOGL", "action": "BUY", "qty": 100}])

    assert [leg.instrument for leg in parsed.legs] == ["GOOGL-20270115-P-140.5", "GOOGL"]


@pytest.mark.parametrize("trigger", ["if price < 145", "if AAPL < 145", 145])
def test_a_trigger_may_speak_of_the_ticker_beside_it(trigger: Any) -> None:
    leg = only_leg(read_signal({"ticker": "NASDAQ:AAPL", "trigger": trigger, "action": "SELL_ALL", "stop_loss": True}))

    assert (leg.instrument, leg.action, leg.stop_price) == ("AAPL", "SELL", Decimal(145))


def test_a_trigger_on_another_instrument_than_the_ticker_is_refused() -> None:
    said = complaint(legs=None, signal={"ticker": "AAPL", "trigger": "if SPY < 400", "action": "SELL_ALL"})

    assert "names another instrument" in said


def test_a_v2_forex_signal_carries_protection_and_intent() -> None:
    signal = {
        "instrument_type": "FOREX",
        "instrument": "EURUSD",
        "direction": "LONG",
        "action": "BUY",
        "order_type": "LIMIT",
        "price": "1.0850",
        "quantity": 100000,
        "signal_type": "ENTRY",
        "stop_loss": 1.08,
        "take_profit": 0,
        "account": "DU123",
    }

    parsed = read_signal(signal)

    leg = only_leg(parsed)
    assert (parsed.provider, parsed.signal_type) == ("v2", "ENTRY")
    assert (leg.instrument, leg.order_type, leg.price) == ("EURUSD", "LIMIT", Decimal("1.0850"))
    assert (leg.stop_loss, leg.take_profit) == (Decimal("1.08"), None)


def test_a_v2_future_needs_expiry_and_exchange() -> None:
    future = {"instrument_type": "FUTURE", "instrument": "GC", "action": "BUY", "quantity": 1, "expiry": "20261229"}

    parsed = read_signal(future | {"exchange": "COMEX"})

    assert only_leg(parsed).instrument == "GC-20261229"
    assert only_leg(parsed).contract.exchange == "COMEX"
    assert "exchange is missing" in read_signal(future).warnings[0]
    assert complaint(legs=None, signal=future | {"instrument": "ZC"}) == (
        "signal.exchange is missing: a future needs one"
    )
    assert "expiry is missing" in complaint(legs=None, signal=future | {"expiry": None})
    assert "expiry is no date" in complaint(legs=None, signal=future | {"expiry": "20261332"})


def test_v2_option_legs_share_their_underlying() -> None:
    signal = {
        "instrument_type": "OPTION",
        "underlying": "SPY",
        "order_type": "MARKET",
        "price": 2.5,
        "direction": "LONG",
        "action": "BUY",
        "quantity": 2,
        "legs": [
            {"strike": 450, "expiry": "20261218", "right": "C", "action": "BUY", "quantity": 1},
            {"strike": 455, "expiry": "2026-12-18", "right": "CALL", "action": "SELL"},
        ],
    }

    parsed = read_signal(signal)

    assert parsed.provider == "v2-options"
    assert [(leg.instrument, leg.action, leg.quantity, leg.price) for leg in parsed.legs] == [
        ("SPY-20261218-C-450", "BUY", 1, None),
        ("SPY-20261218-C-455", "SELL", 2, None),
    ]


def test_one_option_may_carry_the_price_of_the_signal() -> None:
    leg = {"strike": 450, "expiry": "20261218", "right": "P", "action": "SELL", "quantity": 1}
    signal = {"instrument_type": "OPTION", "underlying": "SPY", "order_type": "LIMIT", "price": 2.5, "legs": [leg]}

    assert only_leg(read_signal(signal)).price == Decimal("2.5")
    assert "must be MARKET for several option legs" in complaint(legs=None, signal=signal | {"legs": [leg, leg]})


def test_a_v3_etf_is_a_stock() -> None:
    leg = only_leg(read(legs=[a_body_leg(instrument="UPRO", instrument_type="ETF", quantity=0.33, price=0)]))

    assert (leg.contract.type, leg.quantity, leg.price) == ("STOCK", Decimal("0.33"), None)


def test_a_v3_document_is_the_same_with_its_legs_twice() -> None:
    legs = [a_body_leg(instrument="AUDNZD", instrument_type="FOREX")]

    assert read(legs=legs, signal=legs).warnings == ()
    assert read(legs=None, signal=legs).legs == read(legs=legs).legs
    assert "signal differs" in read(legs=legs, signal=[a_body_leg()]).warnings[0]


def test_a_v3_exit_names_its_entry() -> None:
    parsed = read(signal_type="exit", entry_signal_id="trend-1", legs=[a_body_leg(action="SELL", direction="SHORT")])

    assert (parsed.signal_type, parsed.entry_ref, parsed.warnings) == ("EXIT", "trend-1", ())
    assert "is a placeholder" in read(entry_signal_id="$ENTRY_1").warnings[0]


def test_a_cancellation_needs_no_action() -> None:
    parsed = read(signal_type="CANCEL", legs=[{"instrument": "AAPL", "instrument_type": "STOCK"}])

    assert (parsed.signal_type, only_leg(parsed).instrument) == ("CANCEL", "AAPL")


@pytest.mark.parametrize(
    "body",
    [
        {"signal": {"instrument": "KO", "instrument_type": "STOCK", "signal_type": "cancel"}},
        {"signal": {"ticker": "KO", "action": "CANCEL"}, "signal_type": "Cancel"},
        {"signal": [{"instrument": "KO", "instrument_type": "STOCK", "action": None}], "signal_type": "CANCEL"},
        {"ticker": "KO", "signal_type": "CANCEL"},
    ],
)
def test_a_cancellation_of_any_generation_needs_no_action(body: dict[str, Any]) -> None:
    parsed = read(legs=None, **body)

    assert (parsed.signal_type, only_leg(parsed).instrument) == ("CANCEL", "KO")
    assert parsed.summary.action in ("UNKNOWN", "CANCEL")


def test_the_action_decides_when_direction_disagrees() -> None:
    parsed = read(legs=[a_body_leg(action="SELL", direction="LONG")])

    assert only_leg(parsed).action == "SELL"
    assert only_leg(parsed).direction == "LONG"
    assert parsed.warnings == ("signal_legs[0].direction does not go with action; the action decides: SELL",)


def test_a_v3_option_leg_names_strike_expiry_and_right() -> None:
    option = a_body_leg(instrument="SPY", instrument_type="OPTION", strike=450, expiry=20261218, right="put")

    assert only_leg(read(legs=[option])).instrument == "SPY-20261218-P-450"


def test_a_forwarded_body_is_unwrapped() -> None:
    wrapped = {"source": "vercel_forwarded", "original_signal": a_body(), "forwarded_at": "2026-11-20T12:00:00Z"}

    assert parse(decode(orjson.dumps(wrapped)).tree) == read()


def test_a_template_may_put_the_signal_beside_the_sender() -> None:
    parsed = read(legs=None, ticker="AAPL", action="BUY", price="150.25")

    assert only_leg(parsed).price == Decimal("150.25")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (1764051878, "2025-11-25T06:24:38+00:00"),
        ("1764051878", "2025-11-25T06:24:38+00:00"),
        (1764051878596, "2025-11-25T06:24:38.596000+00:00"),
        (1764051878.596, "2025-11-25T06:24:38.596000+00:00"),
        ("2025-12-01T16:30:00Z", "2025-12-01T16:30:00+00:00"),
        ("2025-12-01T17:30:00+01:00", "2025-12-01T16:30:00+00:00"),
        (1696270000, "2023-10-02T18:06:40+00:00"),
    ],
)
def test_the_sending_time_is_seconds_milliseconds_or_iso(sent: Any, said: str) -> None:
    assert read(signal_sent_EPOCH=sent).sent_at.isoformat() == said


def test_missing_fields_are_all_named_and_falsy_ones_are_missing() -> None:
    assert complaint(strategy_name="", signal_sent_EPOCH=0, signalID=False) == (
        "Missing required fields: strategy_name, signal_sent_EPOCH, signalID"
    )
    assert complaint(signalID=None) == "Missing required fields: signalID"
    assert complaint(signalID="   ") == "Missing required fields: signalID"


def test_a_number_may_be_a_signal_id() -> None:
    assert read(signalID=1764051878596001).external_id == "1764051878596001"


@pytest.mark.parametrize(
    ("leg", "reason"),
    [
        ({"instrument": "Primary Ticker"}, "signal_legs[0].instrument is no symbol but looks like a template"),
        ({"instrument": "{{ticker}}"}, "looks like a template placeholder"),
        ({"instrument": "$TICKER"}, "looks like a template placeholder"),
        ({"instrument": "GC1!"}, "is no symbol: up to 20 letters"),
        ({"instrument": None}, "signal_legs[0].instrument is missing"),
        ({"instrument_type": "BOND"}, "instrument_type must be one of CRYPTO, FOREX, FUTURE, OPTION, STOCK"),
        ({"instrument_type": "FOREX"}, "is no currency pair: six letters"),
        ({"action": "HOLD"}, "signal_legs[0].action must be one of BUY, SELL"),
        ({"action": None}, "signal_legs[0].action is missing"),
        ({"quantity": 0}, "quantity must be above 0"),
        ({"quantity": -5}, "quantity must be above 0"),
        ({"quantity": True}, "quantity must be a number"),
        ({"quantity": "ten"}, "quantity must be a number"),
        ({"quantity": 1e30}, "quantity is too large"),
        ({"price": -1}, "price must not be negative"),
        ({"price": [1]}, "price must be a number"),
        ({"order_type": "LIMIT", "price": 0}, "price is missing: a LIMIT order needs one"),
        ({"order_type": "STOP", "price": None}, "stop_price is missing"),
        ({"order_type": "TWAP"}, "order_type must be one of LIMIT, MARKET, STOP, STOP_LIMIT"),
        ({"stop_loss": -3}, "stop_loss must not be negative"),
        ({"instrument": "A\u0000B"}, "holds characters that cannot be printed"),
        ({"instrument": "A" * 61}, "is longer than 60 characters"),
    ],
)
def test_a_leg_that_cannot_be_traded_is_refused_with_what_to_put_right(leg: dict[str, Any], reason: str) -> None:
    assert reason in complaint(legs=[a_body_leg(**leg)])


@pytest.mark.parametrize(
    ("but", "reason"),
    [
        ({"legs": []}, "signal_legs must list at least one leg"),
        ({"legs": [a_body_leg()] * 21}, "signal_legs lists more than 20 legs"),
        ({"legs": ["AAPL"]}, "Every leg in signal_legs must be an object"),
        ({"legs": "AAPL"}, "No signal found"),
        ({"legs": None}, "No signal found"),
        ({"legs": None, "signal": "BUY AAPL"}, "No signal found"),
        ({"signal_type": "HEDGE"}, "signal_type must be one of CANCEL, ENTRY, EXIT, SCALE_IN, SCALE_OUT"),
        ({"signal_sent_EPOCH": "soon"}, "signal_sent_EPOCH must be seconds"),
        ({"signal_sent_EPOCH": 5}, "signal_sent_EPOCH must lie between 2000 and 2099"),
        ({"signal_sent_EPOCH": "0001-01-01T00:00:00+14:00"}, "signal_sent_EPOCH must"),
        ({"strategy_name": ["Trend"]}, "strategy_name must be text"),
        ({"strategy_name": "x" * 101}, "strategy_name is longer than 100 characters"),
        ({"legs": None, "signal": {"trigger": "when it rains", "action": "SELL_ALL"}}, "trigger is not understood"),
    ],
)
def test_a_body_that_says_nothing_tradable_is_refused(but: dict[str, Any], reason: str) -> None:
    assert reason in complaint(**but)


def test_a_stop_order_may_give_its_stop_as_its_price() -> None:
    leg = only_leg(read(legs=[a_body_leg(order_type="stop", price=140)]))

    assert (leg.order_type, leg.stop_price) == ("STOP", Decimal(140))


def test_every_real_body_is_read_or_refused_with_a_reason_its_sender_understands() -> None:
    reasons = []
    for line in raw_lines():
        try:
            assert parse(decode(line).tree).legs
        except Refused as refused:
            reasons.append(refused.reason)

    assert ["template placeholder" in reason for reason in reasons] == [True]


def test_every_step_of_the_senders_scripts_is_read() -> None:
    for script in samples():
        for step in orjson.loads(script.read_bytes()):
            filled = {"signal_sent_EPOCH": 1764051878, "signalID": "step"} | step
            parsed = parse(decode(orjson.dumps(filled)).tree)
            assert parsed.provider == "v3"
            assert parsed.signal_type == step["signal_type"]


def test_every_format_has_its_own_name() -> None:
    names = [provider.NAME for provider in PROVIDERS]

    assert len(set(names)) == len(names) == 7
