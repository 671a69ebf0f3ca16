"""load_orders.py: a load for orders.py.  What it costs: suite costs load_orders.py"""

from suite import Command, User, Workload, open_loop, operation
from suite.clients import Http


class Clerk(User):
    async def connect(self, system):
        self.http = await Http.connect(system.url)

    @operation(weight=1, tags={"read"})
    async def latest(self):
        await self.http.get("/orders", expect=200)

    @operation(weight=2, tags={"read"})
    async def one(self):
        await self.http.get(f"/orders/{self.random.randrange(500)}", expect=200)


orders = Workload(
    "shop/orders",
    Command("uvicorn orders:app --port {port}", ready="/health"),
    Clerk,
    loop=open_loop(rate=100, seconds=10),
)
