"""A small bot: keeps one buy order a little below the market and moves it along. Ctrl-C cancels it.

python3 examples/python/bot.py http://localhost:3000 NOVA

It trades as a guest, or with the key in VALIANT_KEY. If it dies, the exchange cancels its order (`cancelAfter`).
"""

import asyncio
import os
import signal
import sys
from decimal import Decimal

from aiohttp import ClientError
from socketio.exceptions import ConnectionError as NoConnection
from valiant import Exchange, Gone, Refused, guest_key

BELOW_TICKS = 20
SLACK_TICKS = 5
UPDATE_S = 0.5
DEAD_MAN_MS = 10_000


async def quote(exchange, instrument):
    """Places the order, or moves it to its place."""
    symbol = instrument["symbol"]
    _, bid, *_ = exchange.quotes[symbol]
    ticks = bid - BELOW_TICKS
    tick_size = Decimal(instrument["tickSize"])
    price = str(ticks * tick_size)  # prices are decimal strings, never floats
    order = next((one for one in exchange.orders.values() if one["symbol"] == symbol), None)
    if order is None:
        order = {"symbol": symbol, "side": "buy", "type": "limit", "qty": instrument["minQty"], "limitPrice": price}
        await exchange.place(**order, postOnly=True)
        print(f"buy {instrument['minQty']} at {price}", flush=True)
    elif abs(Decimal(order["limitPrice"]) / tick_size - ticks) > SLACK_TICKS:
        await exchange.change("order.amend", orderId=order["orderId"], limitPrice=price)
        print(f"moved to {price}", flush=True)


async def trade(exchange, symbol):
    instruments = await exchange.request("instruments")
    instrument = next((one for one in instruments if one["symbol"] == symbol), None)
    if instrument is None:
        raise LookupError(f"{symbol} is not listed")
    await exchange.watch(symbol)
    while True:
        try:
            await exchange.change("cancelAfter", timeoutMs=DEAD_MAN_MS, symbols=[symbol])
            await quote(exchange, instrument)
        except Refused as refusal:  # such as ORDER_CLOSED, when it was filled while it was moved
            print(refusal, flush=True)
        await asyncio.sleep(UPDATE_S)


async def main(url="http://localhost:3000", symbol="NOVA"):
    try:
        key = os.environ.get("VALIANT_KEY") or await guest_key(url)
        async with Exchange(url, key) as exchange:
            trading = asyncio.ensure_future(trade(exchange, symbol))
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, trading.cancel)
            try:
                await trading
            except asyncio.CancelledError:
                await exchange.change("order.cancelAll", symbol=symbol)
                await exchange.change("cancelAfter", timeoutMs=0)
    except (ClientError, NoConnection, Gone, LookupError) as error:
        sys.exit(f"bot: cannot trade at {url}: {error}")


asyncio.run(main(*sys.argv[1:]))
