"""The one road in. Every change of business data, from whatever door, passes one of these verbs."""

from guanxi.kernel.write.errors import Clash, Conflict, Forbidden, Invalidated, NotFound, Outdated, Refused
from guanxi.kernel.write.forgetting import forget
from guanxi.kernel.write.many import Outcome, create_many, delete_many, update_many
from guanxi.kernel.write.merging import value_as_read
from guanxi.kernel.write.pooling import assign, claim, release, share_out
from guanxi.kernel.write.recycle import recycle
from guanxi.kernel.write.sharing import Grantee, share, succeed, unshare
from guanxi.kernel.write.single import create, decide, delete, restore, update
from guanxi.kernel.write.transferring import transfer, transfer_with
from guanxi.kernel.write.undo import undo
from guanxi.kernel.write.unit import set_request, unit
from guanxi.kernel.write.uniting import may_merge, merge

__all__ = [
    "Clash", "Conflict", "Forbidden", "Grantee", "Invalidated", "NotFound", "Outcome", "Outdated", "Refused", "assign", "claim", "create",
    "create_many", "decide", "delete", "delete_many", "forget", "may_merge", "merge", "recycle", "release", "restore", "set_request", "share",
    "share_out", "succeed", "transfer", "transfer_with", "undo", "unit", "unshare", "update", "update_many", "value_as_read",
]  # fmt: skip
