"""A venue of its own as a broker: every call of the port over HTTP, events from its stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal

from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.instruments import Quote
from mathematricks.storage.group_commit import GroupCommit

from execution.adapters.remote import wire
from execution.adapters.remote.link import VenueLink, understood
from execution.adapters.simulated_market import SOURCE
from execution.ports import BrokerEvent, BrokerFill, BrokerOrder, BrokerOrderState, BrokerRejected, BrokerUnavailable


class RemoteVenue:
    """
    The paper venue in another process.

    After its stream was broken, an event ``reconnected`` tells of each account that it must be asked
    what happened meanwhile.
    """

    name = "paper"

    def __init__(self, link: VenueLink) -> None:
        self._link = link
        self._cancels: GroupCommit[wire.OrderName, None] = GroupCommit(self._cancel_all, most=100, at_once=4)

    def accounts(self) -> Sequence[str]:
        return sorted(self._link.accounts)

    def base_currency(self, account: str) -> str:
        """Return the base currency of an account; raise ``KeyError`` if there is none of that name."""
        return self._link.accounts[account]

    async def open_account(self, account: str, base_currency: str, cash: Mapping[str, Decimal]) -> None:
        """Open *account* with *cash*; raise ``BrokerRejected`` where it has traded on other balances."""
        wanted = wire.ACCOUNT.dump_json(wire.Account(account, base_currency, dict(cash)))
        opened = understood(wire.ACCOUNT, await self._link.send(wire.ACCOUNTS, wanted))
        self._link.accounts[opened.account] = opened.base_currency

    async def submit(self, order: BrokerOrder) -> None:
        """
        Hand *order* over, to be taken only as long as anybody waits for the answer.

        So an order that is held up on the way cannot arrive after it was seen to be absent.
        """
        until = self._link.clock.now() + self._link.address.answers_within
        headers = {wire.UNTIL: until.isoformat()}
        await self._link.send(wire.ORDERS, wire.ORDER.dump_json(order), headers)
        if order.account not in self._link.accounts:
            with suppress(BrokerUnavailable):  # the order was taken all the same
                await self._learn_accounts()

    async def cancel(self, account: str, client_order_id: str) -> None:
        await self._cancels(wire.OrderName(account, client_order_id))

    async def find(self, account: str, client_order_id: str) -> BrokerOrderState | None:
        found: BrokerOrderState | None = await self._link.ask(
            wire.ORDERS, wire.STATE, account=account, client_order_id=client_order_id
        )
        return found

    async def open_orders(self, account: str) -> Sequence[BrokerOrderState]:
        states: Sequence[BrokerOrderState] = await self._link.ask(wire.OPEN_ORDERS, wire.STATES, account=account)
        return states

    async def executions(self, account: str, since: datetime) -> Sequence[BrokerFill]:
        fills: Sequence[BrokerFill] = await self._link.ask(
            wire.EXECUTIONS, wire.FILLS, account=account, since=since.isoformat()
        )
        return fills

    async def snapshot(self, account: str) -> AccountUpdate:
        update: AccountUpdate = await self._link.ask(wire.SNAPSHOT, wire.UPDATE, account=account)
        return update

    def events(self) -> AsyncIterator[BrokerEvent]:
        """Subscribe at once: what happens after this call is yielded, each event as often as the venue tells it."""
        return self._link.hearing.subscribe()

    async def quote_changed(self, quotes: Iterable[Quote]) -> None:
        """Tell the venue of quotes that are not its own."""
        if posted := tuple(quote for quote in quotes if quote.source != SOURCE):
            await self._link.send(wire.QUOTES, wire.QUOTE_LIST.dump_json(posted))

    async def tick(self) -> None:
        """The venue looks at its own clock."""

    async def _cancel_all(self, orders: list[wire.OrderName]) -> Sequence[BrokerRejected | BrokerUnavailable | None]:
        """Ask for all that is to be cancelled at the same moment, as when everything is flattened, in one call."""
        said = understood(
            wire.CANCELLED, await self._link.send(wire.CANCELS, wire.ORDER_NAMES.dump_json(tuple(orders)))
        )
        return [_refusal(each) for each in said]

    async def _learn_accounts(self) -> None:
        for account in await self._link.ask(wire.ACCOUNTS, wire.ACCOUNT_LIST):
            self._link.accounts[account.account] = account.base_currency


def _refusal(said: wire.Cancelled) -> BrokerRejected | BrokerUnavailable | None:
    if said.rejected:
        return BrokerRejected(said.rejected)
    return BrokerUnavailable(f"the venue did not answer: {said.unknown}") if said.unknown else None
