import type { IncomingMessage } from 'node:http'
import proxyAddr from 'proxy-addr'
import type { Logger } from '../../telemetry/logger.ts'

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

const isPrivate = proxyAddr.compile(['loopback', 'linklocal', 'uniquelocal'])

/**
 * Logs once that a proxy seems to stand in front of this server and is not trusted: then all who come through it count as one
 * address, and one of them can use up its limits for everyone. Only of private addresses, since anyone else may forge the header.
 */
export function watchedForProxies(addressOf: ClientAddress, log: Pick<Logger, 'warn'>): ClientAddress {
  let isLogged = false
  return (request) => {
    const address = addressOf(request)
    const peer = request.socket.remoteAddress
    if (!isLogged && address === peer && 'x-forwarded-for' in request.headers && isPrivate(peer, 0)) {
      isLogged = true
      log.warn(
        { peer },
        'requests come through a proxy that TRUST_PROXY does not name: all its clients count as one address and share its limits',
      )
    }
    return address
  }
}
