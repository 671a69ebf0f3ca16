"""load_shop.py: load tests for my own service (shop.py).  Run them with: suite run load_shop.py"""
from suite import Command, Threshold, User, Workload, open_loop, operation
from suite.clients import Http

class Shopper(User):
    async def connect(self, system):
        self.http = await Http.connect(system.url)

    @operation(weight=9, tags={"read"})
    async def browse(self):
        await self.http.get("/items", expect=200)

    @operation(weight=1, tags={"write"})
    async def buy(self):
        await self.http.post("/orders", json={"item": 7}, expect=201, rejected=429)

shop = Command("uvicorn shop:app --port {port}", ready="/health")

browse = Workload(
    "shop/browse", shop, Shopper,
    loop=open_loop(rate=200, seconds=30, arrivals="poisson"),
    thresholds=[Threshold("response.p95", target="100ms", warning="500ms", critical="1s"),
                Threshold("failures", target="1%", critical="10%")],
)
