"""What OAuth2 knows of a provider is what its presets say."""

from postroom.accounts.model import ConnectionType, CredentialKind
from postroom.accounts.providers import PRESETS
from postroom.oauth2.model import ProviderName
from postroom.oauth2.providers import PROVIDER_OF, PROVIDERS


def test_whoever_may_log_in_by_consent_has_a_provider_and_nobody_else() -> None:
    by_consent = {preset.connection_type for preset in PRESETS if CredentialKind.OAUTH2 in preset.signs_in_with}

    assert set(PROVIDER_OF) == by_consent
    assert PROVIDER_OF[ConnectionType.GMAIL] is ProviderName.GOOGLE
    assert PROVIDER_OF[ConnectionType.OUTLOOK] is ProviderName.MICROSOFT


def test_a_token_goes_to_the_hosts_of_its_providers_presets_and_to_no_other() -> None:
    hosts = {name: provider.smtp_hosts for name, provider in PROVIDERS.items()}

    assert hosts == {
        ProviderName.GOOGLE: {"smtp.gmail.com"},
        ProviderName.MICROSOFT: {"smtp.office365.com", "smtp-mail.outlook.com"},
    }
