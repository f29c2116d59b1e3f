"""What a change of its configuration makes an account into, as far as what was known of it is concerned."""

from postroom.accounts.model import AccountConfig, AccountStatus


def connects_otherwise(before: AccountConfig, after: AccountConfig) -> bool:
    """Whether what its server has said of the connection need not hold any more."""
    return _connection(before) != _connection(after)


def pipelines_otherwise(before: AccountConfig, after: AccountConfig) -> bool:
    """Another server, or another wish."""
    return _pipelining(before) != _pipelining(after)


def is_another_mailbox(before: AccountConfig, after: AccountConfig) -> bool:
    """Whether its provider counts what it sends anew."""
    return _mailbox(before) != _mailbox(after)


def is_switched_on(before: AccountConfig, after: AccountConfig) -> bool:
    return after.status is AccountStatus.ACTIVE and before.status is not AccountStatus.ACTIVE


def is_mended(before: AccountConfig, after: AccountConfig, *, connects_anew: bool) -> bool:
    """Whether the owner changed what the server had refused, and did not say what should become of the account."""
    return connects_anew and before.status is AccountStatus.ERROR and after.status is AccountStatus.ERROR


def _connection(config: AccountConfig) -> tuple[object, ...]:
    return (
        config.smtp_host,
        config.smtp_port,
        config.smtp_use_tls,
        config.smtp_use_ssl,
        config.smtp_username,
        config.email,
    )


def _pipelining(config: AccountConfig) -> tuple[object, ...]:
    return config.smtp_host, config.smtp_port, config.smtp_pipelining


def _mailbox(config: AccountConfig) -> tuple[object, ...]:
    return config.smtp_host, config.smtp_username, config.email
