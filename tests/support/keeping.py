"""A Keeper for tests."""


class Kept(list):
    """Remembers what it was given to keep, and in `begun` what began last."""

    begun = None

    def begin(self, head):
        self.begun = head

    def keep(self, so_far, *, named=None, **more):
        self.append(so_far)

    def hold(self, running):
        return None
