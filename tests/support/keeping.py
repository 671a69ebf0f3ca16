"""A Keeper for tests."""


class Kept(list):
    """Remembers what it was given to keep, in `begun` what began last, in `amid` what it was given amid a
    look, window or round.
    """

    begun = None

    def __init__(self):
        super().__init__()
        self.amid = []

    def begin(self, head):
        self.begun = head

    def keep(self, so_far, *, named=None, **more):
        (self if getattr(so_far, "unfinished", None) is None else self.amid).append(so_far)

    def hold(self, running):
        return None
