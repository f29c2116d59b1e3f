"""What may be wrong with the deployment, whoever sends by it."""

from collections.abc import Iterator
from datetime import timedelta

from postroom.system.configuration.deployed import Deployment, seconds
from postroom.system.configuration.model import Area, Check, Finding, error, warning

_SKEW_IS_SEEN = timedelta(seconds=30)
_SKEW_IS_REFUSED = timedelta(minutes=5)
"""AWS takes no request that is signed with another time."""


def unreachable(deployment: Deployment) -> Iterator[Finding]:
    parts: dict[str, str | None] = {f"the queue {queue.name}": gauge.fault for queue, gauge in deployment.queues}
    parts |= {f"the {table} table": asked.fault for table, asked in deployment.tables.items()}
    parts |= {f"the {worker} function": asked.fault for worker, asked in deployment.may_run.items()}
    parts |= {f"the client secret of {name}": asked.fault for name, asked in deployment.client_secrets.items()}
    parts |= {
        "the bucket of contents": deployment.bucket.fault,
        "the topic of alarms": deployment.listeners.fault,
        "the sealing secret": deployment.sealing.fault,
        "the time of AWS": deployment.skew.fault,
    }
    for part, fault in parts.items():
        if fault is not None:
            remedy = "If it stays so, deploy again, and look whether AWS reports trouble"
            yield error(part, f"could not be asked ({fault})", remedy)


def bucket_gone(deployment: Deployment) -> Iterator[Finding]:
    if deployment.bucket.value is False:
        yield error("the bucket of contents", "is not there: large messages cannot be taken", "Deploy again")


def rows_stay(deployment: Deployment) -> Iterator[Finding]:
    for table, lets_go in deployment.tables.items():
        if lets_go.value is False:
            found = "keeps rows whose time is over: time to live is off, and what it costs grows"
            yield warning(f"the {table} table", found, "Switch its time to live on, for the attribute ttl")


def expires_after_it_is_gone(deployment: Deployment) -> Iterator[Finding]:
    chosen = deployment.chosen
    if chosen.message_lifetime > chosen.retention:
        lifetime, kept = _hours(chosen.message_lifetime), _hours(chosen.retention)
        found = f"of {lifetime} is longer than messages are kept ({kept}): one that waits ends earlier"
        yield warning("MessageLifetimeHours", found, "Raise RetentionDays, or lower MessageLifetimeHours")


def nobody_is_told(deployment: Deployment) -> Iterator[Finding]:
    told = deployment.listeners.value
    if told is None or told.confirmed or not deployment.on_aws:
        return
    if told.pending:
        found = "Who was to be told of alarms has not confirmed it yet: nobody is"
        yield warning("alarms", found, "Have the link in AWS's mail followed, which may lie in the spam folder")
    else:
        yield warning(
            "alarms", "Nobody is told of alarms", "Deploy with AlarmEmail, or subscribe to the topic of alarms"
        )


def address_of_its_own(deployment: Deployment) -> Iterator[Finding]:
    chosen = deployment.chosen
    if chosen.client_ids and not chosen.public_url:
        yield error(
            "PublicUrl", "is not known: no owner of a mailbox can be asked for consent", "Deploy with PublicUrl"
        )
    elif chosen.public_url.startswith("http://") and not chosen.local:
        yield error("PublicUrl", "is http://: keys and consents travel in clear", "Deploy with an https:// address")


def client_without_secret(deployment: Deployment) -> Iterator[Finding]:
    for provider, there in deployment.client_secrets.items():
        if there.value is False:
            found = f"has a client id, but no secret: mailboxes of {provider.title()} cannot be authorized, nor send"
            yield error(f"OAuth2 for {provider}", found, "Put the client's secret where docs/oauth2.md says")


def nothing_seals(deployment: Deployment) -> Iterator[Finding]:
    if deployment.sealing.value is False:
        found = "is not there: no link with a token can be sent"
        yield error(
            "the sealing secret", found, "Deploy again, or restore it in Secrets Manager within its recovery time"
        )


def clock_is_wrong(deployment: Deployment) -> Iterator[Finding]:
    skew = deployment.skew.value
    if skew is None or abs(skew) < _SKEW_IS_SEEN:
        return
    found = f"is {seconds(abs(skew))} {'ahead of' if skew > timedelta() else 'behind'} AWS's"
    if abs(skew) >= _SKEW_IS_REFUSED:
        yield error("the clock", f"{found}: AWS refuses what is signed with it", _CLOCK)
    else:
        yield warning("the clock", f"{found}: windows of quotas and times of messages are off by it", _CLOCK)


def local_mode_on_aws(deployment: Deployment) -> Iterator[Finding]:
    if deployment.chosen.local and deployment.on_aws:
        found = "is on, on AWS: accounts may use private hosts, and servers without TLS"
        yield error("LocalMode", found, "Deploy without it")


CHECKS: tuple[Check[Deployment], ...] = (
    Check("reachable", Area.DEPLOYMENT, "All that it stands on answers", unreachable),
    Check("bucket", Area.DEPLOYMENT, "The bucket of contents is there", bucket_gone),
    Check("time_to_live", Area.DEPLOYMENT, "All tables let go of rows whose time is over", rows_stay),
    Check("lifetime", Area.DEPLOYMENT, "Messages are kept for as long as they may wait", expires_after_it_is_gone),
    Check("alarms", Area.DEPLOYMENT, "Somebody is told of alarms, or none are needed", nobody_is_told),
    Check("public_url", Area.DEPLOYMENT, "Its address is known and encrypted", address_of_its_own),
    Check("oauth2", Area.DEPLOYMENT, "All OAuth2 clients have a secret", client_without_secret),
    Check("sealing", Area.DEPLOYMENT, "The sealing secret is there", nothing_seals),
    Check("clock", Area.DEPLOYMENT, "Its clock is right", clock_is_wrong),
    Check("local_mode", Area.DEPLOYMENT, "Local mode is off, or this is no AWS", local_mode_on_aws),
)

_CLOCK = "Lambda sets its clock itself: open a case with AWS. Elsewhere, set the clock of the machine"


def _hours(duration: timedelta) -> str:
    return f"{duration.total_seconds() / 3600:g} hours"
