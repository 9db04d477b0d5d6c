import type { AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import { Server } from 'socket.io'

/** Socket.IO alone, as the gateway sets it up: what an acknowledgement costs before anything is done. */
const http = createServer()
const io = new Server(http, { transports: ['websocket'], serveClient: false, perMessageDeflate: false })
io.on('connection', (socket) => {
  socket.on('echo', (payload: unknown, acknowledge: (payload: unknown) => void) => acknowledge(payload))
})
http.listen(0, '127.0.0.1', () => process.send?.((http.address() as AddressInfo).port))
process.on('disconnect', () => process.exit(0))
