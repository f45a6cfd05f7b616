"""The book as people read it."""

from __future__ import annotations

from mathematricks.contracts.decisions import AccountStanding, BookSummary, Stake

from cerebro.domain.book import Book, StackKey


def summarize(book: Book) -> BookSummary:
    """Return what stands in *book*: accounts with their reservations, stakes, capital in use."""
    return BookSummary(
        portfolio=book.portfolio,
        seq=book.seq,
        book_hash=book.hash,
        accounts=tuple(
            AccountStanding(
                account=name,
                base_currency=account.base_currency,
                equity=account.equity,
                initial_margin=account.initial_margin,
                reserved=book.reserved_for(name),
                as_of=account.as_of,
            )
            for name, account in sorted(book.accounts.items())
        ),
        stakes=tuple(_stake(book, key) for key, stack in sorted(book.stacks.items()) if stack.units),
        in_use=dict(sorted(book.in_use.items())),
        live_orders=len(book.live_orders()),
    )


def _stake(book: Book, key: StackKey) -> Stake:
    strategy, instrument = key
    lots = sum(1 for entry in book.entries_of(strategy, instrument) if not entry.spent)
    return Stake(strategy_id=strategy, instrument=instrument, units=book.stack(strategy, instrument).units, lots=lots)
