"""What a program needs to trade: a connection that comes back, requests that are safe to repeat, and the account as it
stands. docs/programs.md explains each step.
"""

import asyncio
import time
import uuid

import aiohttp
import socketio
from socketio.exceptions import BadNamespaceError
from socketio.exceptions import TimeoutError as NoAnswer

ANSWER_S = 6  # the exchange answers every request within 5 s
ORDER_VALID_MS = 5_000
REPEATED = {"RATE_LIMITED", "UNAVAILABLE", "TIMEOUT", "INTERNAL"}
CLOSED = {"filled", "canceled", "expired", "rejected"}
GONE = {"KEY_REVOKED", "SIGNED_OUT", "REPLACED"}
UNKNOWN = -1


class Refused(Exception):
    """The request was certainly not executed, and never will be."""

    def __init__(self, error):
        super().__init__(f"{error['code']}: {error['message']}")
        self.code = error["code"]


class Gone(Exception):
    """The exchange has ended the connection for good."""


async def guest_key(url):
    """Opens a guest account with practice money. Returns a key for it, so that cookies are needed only here."""
    url = url.rstrip("/")  # as copied from a browser
    jar = aiohttp.CookieJar(unsafe=True)  # keeps cookies of numeric addresses too
    async with aiohttp.ClientSession(headers={"Origin": url}, cookie_jar=jar, raise_for_status=True) as http:
        await http.post(f"{url}/api/auth/sign-in/anonymous")
        wish = {"name": "bot", "scopes": ["read", "trade"]}
        async with http.post(f"{url}/api/keys", json=wish) as response:
            return (await response.json())["data"]["key"]


class Exchange:
    """One account over one connection. `orders` has the open ones by id, `positions` and `quotes` are by symbol."""

    def __init__(self, url, key):
        self.orders = {}
        self.positions = {}
        self.balance = {}
        self.quotes = {}
        self._url = url
        self._key = key
        self._seq = UNKNOWN  # of the last account frame
        self._ahead_ms = 0  # how far the exchange's clock is ahead of this one
        self._changed = asyncio.Condition()
        self._welcomed = asyncio.Event()
        self._gone = None
        self._watched = []
        # Not socketio.Client: it runs each handler in a thread of its own, so frames may overtake each other.
        self._sio = socketio.AsyncClient(reconnection_delay=0.2, reconnection_delay_max=5, handle_sigint=False)
        self._sio.on("welcome", self._on_welcome)
        self._sio.on("disconnect", self._on_disconnect)
        self._sio.on("connect_error", lambda error: print(f"no connection: {error}", flush=True))
        self._sio.on("goodbye", self._on_goodbye)
        self._sio.on("account", self._on_account)
        self._sio.on("heartbeat", self._on_heartbeat)
        self._sio.on("quotes", self._on_quotes)

    async def __aenter__(self):
        await self._sio.connect(self._url, transports=["websocket"], auth=self._auth)
        await self._until(0)
        return self

    async def __aexit__(self, *_):
        await self._sio.disconnect()

    async def request(self, event, **payload):
        """The data of the answer. Repeats the same request until its outcome is certain."""
        while True:
            await self._welcomed.wait()
            if self._gone:
                raise self._gone
            try:
                answer = await self._sio.call(event, payload, timeout=ANSWER_S)
            except (BadNamespaceError, NoAnswer):  # the connection was lost
                await asyncio.sleep(0.1)
                continue
            if answer["ok"]:
                return answer["data"]
            error = answer["error"]
            if error["code"] not in REPEATED:
                raise Refused(error)
            await asyncio.sleep(error.get("retryAfterMs", 500) / 1000)

    async def place(self, **order):
        """The order as it stood after its commit. It is one order, however often its request was sent."""
        valid_until = self.now() + ORDER_VALID_MS  # so that it never starts late
        return await self._change("order.place", clientOrderId=uuid.uuid4().hex, validUntil=valid_until, **order)

    async def change(self, event, **payload):
        """Any other request that changes something."""
        return await self._change(event, requestId=uuid.uuid4().hex, **payload)

    def now(self):
        """The exchange's wall time in ms, whatever this machine's clock says."""
        return int(time.time() * 1000 + self._ahead_ms)

    async def watch(self, symbol):
        """Keeps `quotes[symbol]`, as [symbol, bid, bid lots, ask, ask lots, last] in ticks and lots."""
        self._watched.append(symbol)
        await self._subscribe()

    async def _change(self, event, **payload):
        data = await self.request(event, **payload)
        await self._until(data.get("seq", 0))  # the account frame may come after the answer
        return data

    async def _until(self, seq):
        async with self._changed:
            await self._changed.wait_for(lambda: self._seq >= seq)

    def _auth(self):
        return {"apiKey": self._key, **({} if self._seq == UNKNOWN else {"resumeFrom": self._seq})}

    async def _on_welcome(self, welcome):
        """The first event of every connection. Where it says `resumed`, the missed account frames follow."""
        self._welcomed.set()
        self._ahead_ms = (await self.request("time"))["time"] - time.time() * 1000
        if not welcome["resumed"]:
            await self._load()
        await self._subscribe()

    def _on_goodbye(self, bye):
        """The server is about to close the connection. Unless that is for good, it comes back by itself."""
        if bye["code"] in GONE:
            self._gone = Gone(f"{bye['code']}: {bye['message']}")
            self._welcomed.set()  # so that nobody waits for the next connection

    def _on_disconnect(self, *_):
        if not self._gone:
            self._welcomed.clear()

    async def _subscribe(self):
        if self._watched:
            self._on_quotes(await self.request("subscribe", channel="quotes", symbols=self._watched))

    def _on_quotes(self, frame):
        self.quotes.update({quote[0]: quote for quote in frame["q"]})

    async def _on_heartbeat(self, beat):
        if self._seq != UNKNOWN and beat.get("accountSeq", 0) > self._seq:
            await self._load()  # the last frame was lost

    async def _on_account(self, frame):
        if self._seq == UNKNOWN or frame["seq"] <= self._seq:
            return
        if frame["seq"] > self._seq + 1:
            await self._load()  # a frame in between was lost
            return
        self.balance = frame["balance"]
        self._show(frame["orders"], frame["positions"])
        await self._reach(frame["seq"])

    async def _load(self):
        self._seq = UNKNOWN
        account = await self.request("account")
        self.orders, self.positions, self.balance = {}, {}, account["account"]
        self._show(account["openOrders"], account["positions"])
        await self._reach(account["seq"])

    def _show(self, orders, positions):
        for order in orders:
            self.orders.pop(order["orderId"], None)
            if order["status"] not in CLOSED:
                self.orders[order["orderId"]] = order
        for position in positions:
            self.positions[position["symbol"]] = position

    async def _reach(self, seq):
        async with self._changed:
            self._seq = seq
            self._changed.notify_all()
