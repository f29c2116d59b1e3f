"""What is done to event types, as the audit log tells it."""

from postroom.audit.model import Action, Deed, View
from postroom.event_types.model import EventType


def event_type_put(before: EventType | None, changed: EventType) -> Deed:
    """``before``: what the tenant's own or the built-in one was."""
    action = Action.EVENT_TYPE_CHANGED if before else Action.EVENT_TYPE_CREATED
    return Deed.change(action, _target(changed), _view(before) if before else {}, _view(changed))


def event_type_deleted(seen: EventType) -> Deed:
    return Deed.change(Action.EVENT_TYPE_DELETED, _target(seen), _view(seen), {})


def _target(event_type: EventType) -> str:
    return f"event_type/{event_type.name}"


def _view(event_type: EventType) -> View:
    return {
        "nature": event_type.nature.value,
        "template": event_type.template,
        "priority": event_type.priority.value,
        "description": event_type.description or None,
        "revision": event_type.revision,
    }
