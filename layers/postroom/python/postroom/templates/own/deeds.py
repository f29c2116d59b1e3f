"""What is done to templates and branding, as the audit log tells it. Texts are named by version or fingerprint."""

from postroom.audit.model import Action, Deed, View
from postroom.templates.model import Appearance
from postroom.templates.own.model import Template


def template_created(template: Template) -> Deed:
    return Deed.change(Action.TEMPLATE_CREATED, _target(template), {}, _view(template))


def template_changed(action: Action, seen: Template, template: Template) -> Deed:
    return Deed.change(action, _target(template), _view(seen), _view(template))


def template_deleted(seen: Template) -> Deed:
    return Deed.change(Action.TEMPLATE_DELETED, _target(seen), _view(seen), {})


def branding_changed(seen: Appearance, appearance: Appearance) -> Deed:
    return Deed.change(Action.BRANDING_CHANGED, "branding", _view_of_branding(seen), _view_of_branding(appearance))


def _target(template: Template) -> str:
    return f"template/{template.id}"


def _view_of_branding(appearance: Appearance) -> View:
    branding = appearance.branding
    return {
        "name": branding.name,
        "logo_url": branding.logo_url,
        "url": branding.url,
        "colour": branding.colour,
        "footer": branding.footer,
        "default_locale": branding.default_locale,
        "revision": appearance.revision,
    }


def _view(template: Template) -> View:
    variant = template.variant
    return {
        "name": variant.name,
        "locale": variant.locale or None,
        "user_type": variant.user_type or None,
        "draft": template.draft,
        "live_version": variant.live,
        "versions": template.versions,
        "revision": template.revision,
    }
