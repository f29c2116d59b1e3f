"""The rows of digests, in the notifications table."""

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model


class DueIndex(GlobalSecondaryIndex["DigestRow"]):
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = NumberAttribute(range_key=True)


class DigestRow(Model):
    """What is said of a digest as a whole. It is in the due index until it has come to its end."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ttl = NumberAttribute()
    user_id = UnicodeAttribute()
    status = UnicodeAttribute()
    detail = UnicodeAttribute(null=True)
    first_due_ms = NumberAttribute()
    due_shard = UnicodeAttribute(null=True)
    due_at = NumberAttribute(null=True)
    holder = UnicodeAttribute(null=True)
    leased_until_ms = NumberAttribute(null=True)
    claims = NumberAttribute()
    faults = NumberAttribute()
    folded = NumberAttribute(null=True)
    due = DueIndex()


class ItemRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ttl = NumberAttribute()


class PlanRow(Model):
    """The first piece of a plan, with its name and how many pieces it has; and, without these, each of the others."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ttl = NumberAttribute()
    name = UnicodeAttribute(null=True)
    pieces = NumberAttribute(null=True)
    blob = BinaryAttribute(legacy_encoding=False)


ROWS = (DigestRow, ItemRow, PlanRow)
