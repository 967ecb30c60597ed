"""The time of day: read only for the lock, the lock of a plan and the manifest."""

from __future__ import annotations

import datetime
import os


def now() -> str:
    """Say the present in UTC as ISO 8601, to the second, or ``SOURCE_DATE_EPOCH``."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    utc = datetime.UTC
    moment = (
        datetime.datetime.fromtimestamp(int(epoch), utc)
        if epoch.isdecimal()
        else datetime.datetime.now(utc)
    )
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
