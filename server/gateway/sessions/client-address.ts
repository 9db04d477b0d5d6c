import type { IncomingMessage } from 'node:http'
import proxyAddr from 'proxy-addr'

/** The address of the client behind the proxies that are trusted: one answer for Express, Socket.IO and better-auth. */
export type ClientAddress = (request: IncomingMessage) => string

/**
 * @param trustProxy a number of hops, or addresses and CIDRs with commas between; empty trusts nothing
 * @throws {TypeError} for what is neither
 */
export function clientAddressOf(trustProxy: string): ClientAddress {
  const hops = /^\d+$/.test(trustProxy) ? Number(trustProxy) : undefined
  const addresses = trustProxy
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const trust = hops === undefined ? proxyAddr.compile(addresses) : (_: string, distance: number) => distance < hops
  return (request) => {
    // Without a peer (the socket is gone already) there is nobody left to answer.
    if (request.socket.remoteAddress === undefined) return 'unknown'
    return proxyAddr(request, trust)
  }
}
