import type { IncomingMessage } from 'node:http'
import proxyAddr from 'proxy-addr'

/** The client's address behind trusted proxies, the same for Express, Socket.IO and better-auth. */
export type ClientAddress = (request: IncomingMessage) => string

/**
 * @param trustProxy a number of hops, or comma-separated addresses and CIDRs; empty trusts nothing
 * @throws {TypeError} for anything else
 */
export function clientAddressOf(trustProxy: string): ClientAddress {
  const hops = /^\d+$/.test(trustProxy) ? Number(trustProxy) : undefined
  const addresses = trustProxy
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const trust = hops === undefined ? proxyAddr.compile(addresses) : (_: string, distance: number) => distance < hops
  return (request) => {
    // Without a peer the socket is already gone, and nobody reads the answer.
    if (request.socket.remoteAddress === undefined) return 'unknown'
    return proxyAddr(request, trust)
  }
}
