"""What users were told of lately, in the notifications table."""

from typing import Any

from pynamodb.attributes import MapAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from postroom.change import Change, Equals, Set
from postroom.conditional import Applied
from postroom.dynamo import apply, get, insert, plain
from postroom.notices.keys import throttle_key
from postroom.rolling import Counted

_KEPT_SECONDS = 86_400
"""Behind the last one that was counted."""


class ToldLatelyRow(Model):
    """``counted``: milliseconds by the id of an event."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    counted: MapAttribute[str, Any] = MapAttribute()
    ttl = NumberAttribute()


ROWS = (ToldLatelyRow,)


class DynamoToldLately:
    def get(self, tenant_id: str, user_id: str, event_type: str) -> Counted | None:
        row = get(ToldLatelyRow, throttle_key(tenant_id, user_id, event_type))
        return None if row is None else {one: int(at) for one, at in plain(row)["counted"].items()}

    def replace(self, tenant_id: str, user_id: str, event_type: str, seen: Counted | None, counted: Counted) -> bool:
        key, new = throttle_key(tenant_id, user_id, event_type), dict(counted)
        ttl = max(new.values()) // 1000 + _KEPT_SECONDS
        if seen is None:
            return insert(ToldLatelyRow(*key, counted=new, ttl=ttl))
        change = Change((Set(("counted",), new), Set(("ttl",), ttl)), (Equals(("counted",), dict(seen)),))
        return isinstance(apply(ToldLatelyRow, key, change), Applied)
