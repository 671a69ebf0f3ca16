"""What a property management system counted, as Prometheus reads it."""

from __future__ import annotations

from collections import Counter


class PmsCounts:
    """Requests by route and status, and what became of bookings."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        self.booked = 0
        self.taken = 0
        self.repeated = 0
        """Bookings that came again with their key."""
        self.stale = 0
        """Changes to what had been changed since."""
        self.late = 0
        """Requests that came when nobody waited for them any more."""

    def text(self) -> str:
        """All of it."""
        lines = ["# TYPE pms_http_requests_total counter"]
        lines += [
            f'pms_http_requests_total{{route="{route}",status="{status}"}} {count}'
            for (route, status), count in sorted(self.requests.items())
        ]
        for name in ("booked", "taken", "repeated", "stale", "late"):
            lines += [f"# TYPE pms_{name}_total counter", f"pms_{name}_total {getattr(self, name)}"]
        return "\n".join(lines) + "\n"
