"""Keeps the order book of one instrument complete and prints its best prices. Needs no account.

python3 examples/python/book.py http://localhost:3000 NOVA
"""

import asyncio
import sys
import zlib

import socketio
from socketio.exceptions import ConnectionError as NoConnection

DEPTH = 25


class Book:
    """Both sides as {ticks: lots}."""

    def __init__(self):
        self.bids, self.asks, self.seq = {}, {}, None

    def apply(self, frame):
        """Whether the book is complete after the frame; if not, subscribe again."""
        if frame["type"] == "snapshot":  # may come at any time
            self.bids, self.asks = {}, {}
        elif frame["prevSeq"] != self.seq:
            return False
        for side, levels in ((self.bids, frame["bids"]), (self.asks, frame["asks"])):
            for ticks, lots in levels:
                if lots > 0:
                    side[ticks] = lots
                else:
                    side.pop(ticks, None)
        self.seq = frame["seq"]
        return self.checksum() == frame["checksum"]

    def best(self, count):
        return sorted(self.bids.items(), reverse=True)[:count], sorted(self.asks.items())[:count]

    def checksum(self):
        bids, asks = self.best(10)
        return zlib.crc32(",".join(f"{ticks}:{lots}" for ticks, lots in bids + asks).encode())


async def main(url="http://localhost:3000", symbol="NOVA"):
    sio = socketio.AsyncClient(handle_sigint=False)
    book = Book()
    refused = asyncio.get_running_loop().create_future()

    async def subscribe(*_):
        book.seq = None
        wish = {"channel": "book", "symbols": [symbol], "depth": DEPTH}
        answer = await sio.call("subscribe", wish, timeout=6)
        if answer["ok"]:
            book.apply(answer["data"][0])
        else:
            refused.set_exception(LookupError(answer["error"]["message"]))

    async def on_book(frame):
        if book.seq is None:  # what comes before the snapshot belongs to the subscription before
            return
        if book.apply(frame):
            print(*book.best(1), flush=True)
        else:
            print("the book has a gap", flush=True)
            await subscribe()

    sio.on("welcome", subscribe)  # the first event of each connection, so also after a reconnect
    sio.on("book", on_book)
    await sio.connect(url, transports=["websocket"])
    try:
        await refused  # sio.wait() would also end after a quick reconnect
    finally:
        await sio.disconnect()


try:
    asyncio.run(main(*sys.argv[1:]))
except (NoConnection, LookupError) as error:
    sys.exit(f"book: {error}")
except KeyboardInterrupt:
    pass
