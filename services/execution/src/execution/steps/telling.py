"""Tell: confirmations of what happened to orders, and alerts where a person must know."""

from __future__ import annotations

from mathematricks.alerting.raise_hell import raise_hell
from mathematricks.contracts.alerts import Severity
from mathematricks.contracts.executions import Execution, ExecutionConfirmation
from mathematricks.contracts.orders import OrderRecord, OrderStatus
from mathematricks.contracts.topics import EXECUTION_CONFIRMATIONS
from mathematricks.runtime.failpoints import failpoint

from execution.ports import Ports, Recorded

SERVICE = "execution"


async def confirm(recorded: Recorded, ports: Ports) -> None:
    """Publish what a recorded change did, unless a newer one of the same order says it too."""
    if recorded.execution is not None:
        await publish(recorded.after, recorded.execution, ports)
    elif recorded.after is not None and recorded.after is not recorded.before and not recorded.superseded:
        await publish(recorded.after, None, ports)


async def publish(order: OrderRecord | None, execution: Execution | None, ports: Ports) -> None:
    """Publish the state of *order* now, with one of its executions; without an order the fill is EXTERNAL."""
    if order is not None:
        await ports.bus.publish(EXECUTION_CONFIRMATIONS, confirmation(order, execution))
        await failpoint("execution.confirmed")
    elif execution is not None:
        await ports.bus.publish(EXECUTION_CONFIRMATIONS, external_confirmation(execution))
        await failpoint("execution.external_confirmed")


def confirmation(order: OrderRecord, execution: Execution | None) -> ExecutionConfirmation:
    """Return the cumulative state of *order*, with *execution* if that is the news."""
    return ExecutionConfirmation.model_construct(
        order_id=order.order_id,
        signal_id=order.signal_id,
        strategy_id=order.strategy_id,
        account=order.account,
        instrument=order.instrument,
        status=order.status,
        version=order.revision,
        quantity=order.working_quantity,
        filled=order.filled,
        average_price=order.average_price,
        reason=order.reason,
        purpose=order.purpose,
        lot=order.lot,
        shares=order.shares,
        execution=execution,
        recorded_at=order.updated_at,
    )


def external_confirmation(execution: Execution) -> ExecutionConfirmation:
    """Return the confirmation of a fill that no order here caused."""
    return ExecutionConfirmation(
        order_id=None,
        signal_id=None,
        strategy_id=execution.strategy_id,
        account=execution.account,
        instrument=execution.instrument,
        status=OrderStatus.FILLED,
        version=1,
        quantity=execution.quantity,
        filled=execution.quantity,
        average_price=execution.price,
        execution=execution,
        recorded_at=execution.recorded_at,
    )


async def alert(ports: Ports, severity: Severity, key: str, title: str, **facts: object) -> None:
    """Raise an alert about an order, an account or a group."""
    await raise_hell(ports.bus, SERVICE, key, severity, title, ports.clock.now(), **facts)
    await failpoint("execution.alerted")


async def alert_of(order: OrderRecord, ports: Ports, severity: Severity, what: str, title: str) -> None:
    """Raise an alert about *order*; *what* names its kind within the key."""
    await alert(
        ports,
        severity,
        f"{what}:{order.order_id}",
        title,
        order_id=order.order_id,
        signal_id=order.signal_id,
        strategy=order.strategy_id,
        account=order.account,
        instrument=order.instrument,
        status=order.status,
        reason=order.reason or "",
    )
