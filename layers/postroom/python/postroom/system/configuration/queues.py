"""What may be wrong between the queues and the functions that take from them."""

from collections.abc import Iterator

from postroom.system.configuration.deployed import Deployment, seconds
from postroom.system.configuration.model import Area, Check, Finding, error, warning


def hidden_too_shortly(deployment: Deployment) -> Iterator[Finding]:
    for queue, gauge in deployment.queues:
        may_run = deployment.may_run[queue.worker].value
        if gauge.value is None or may_run is None:
            continue
        hidden, wanted = gauge.value.hidden_for, queue.at_least * may_run
        subject, remedy = f"the queue {queue.name}", f"Set its VisibilityTimeout to {seconds(wanted)} at least"
        hides = f"hides a message for {seconds(hidden)}"
        if hidden < may_run:
            found = f"{hides}, but {queue.worker} may take {seconds(may_run)}: two handle the same one"
            yield error(subject, found, remedy)
        elif hidden < wanted:
            found = f"{hides}; AWS advises {queue.at_least} times the {seconds(may_run)} that {queue.worker} may take"
            yield warning(subject, found, remedy)


def lease_does_not_fit(deployment: Deployment) -> Iterator[Finding]:
    """As the settings say: longer than a sender may run, shorter than its queue hides a batch."""
    lease, may_run = deployment.chosen.lease, deployment.may_run["sender"].value
    if may_run is not None and lease <= may_run:
        found = f"of {seconds(lease)} ends while a sender may still send (up to {seconds(may_run)})"
        yield error("the lease", found, "Set LEASE_SECONDS higher than the sender's timeout")
    for queue, gauge in deployment.queues:
        if queue.worker == "sender" and gauge.value is not None and lease >= gauge.value.hidden_for:
            found = (
                f"of {seconds(lease)} outlasts what the queue {queue.name} hides ({seconds(gauge.value.hidden_for)})"
            )
            yield warning("the lease", found, "Set LEASE_SECONDS lower, or that queue's VisibilityTimeout higher")


def nothing_put_aside(deployment: Deployment) -> Iterator[Finding]:
    for queue, gauge in deployment.queues:
        if gauge.value is not None and gauge.value.dead_letters_url is None:
            found = "has no queue of dead letters: what cannot be handled comes back until it is lost"
            yield error(f"the queue {queue.name}", found, "Deploy again; the template gives it one")


CHECKS: tuple[Check[Deployment], ...] = (
    Check("visibility", Area.DEPLOYMENT, "Queues hide messages for as long as they are handled", hidden_too_shortly),
    Check("lease", Area.DEPLOYMENT, "The lease fits the sender and its queues", lease_does_not_fit),
    Check("dead_letters", Area.DEPLOYMENT, "All queues put aside what cannot be handled", nothing_put_aside),
)
