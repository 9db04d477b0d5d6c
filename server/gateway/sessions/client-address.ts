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
  const trust = trustIn(trustProxy)
  return (request) => {
    // Without a peer the socket is already gone, and nobody reads the answer.
    if (request.socket.remoteAddress === undefined) return 'unknown'
    return proxyAddr(request, trust)
  }
}

type Trust = (address: string, distance: number) => boolean

function trustIn(trustProxy: string): Trust {
  const hops = /^\d+$/.test(trustProxy) ? Number(trustProxy) : undefined
  if (hops !== undefined) return (_, distance) => distance < hops
  const addresses = trustProxy.split(',').map((part) => part.trim())
  return proxyAddr.compile(addresses.filter((part) => part !== ''))
}

const isPrivate = proxyAddr.compile(['loopback', 'linklocal', 'uniquelocal'])

/**
 * Logs, each once, what a proxy in front of this server needs and does not have. Only of proxies at private addresses, since
 * anyone else may invent these headers.
 *
 * - TRUST_PROXY: all who come through it count as one address, and one of them can use up its limits for everyone. 0 says
 *   that this is intended.
 * - PUBLIC_ORIGIN: this server does not see that the browser speaks TLS, so its cookies are not Secure.
 */
export function watchedForProxies(
  addressOf: ClientAddress,
  { trustProxy, publicOrigin }: { readonly trustProxy: string | undefined; readonly publicOrigin: string | undefined },
  log: Pick<Logger, 'warn'>,
): ClientAddress {
  const trust = trustIn(trustProxy ?? '')
  const logged = new Set<string>()
  const warnOnce = (peer: string, message: string) => {
    if (!isPrivate(peer, 0) || logged.has(message)) return
    logged.add(message)
    log.warn({ peer }, message)
  }
  return (request) => {
    const address = addressOf(request)
    const { headers, socket } = request
    const peer = socket.remoteAddress
    if (peer === undefined) return address
    if (trustProxy !== '0' && !trust(peer, 0) && headers['x-forwarded-for'] !== undefined) {
      warnOnce(
        peer,
        'requests come through a proxy that TRUST_PROXY does not name: all its clients count as one address and share its limits',
      )
    }
    if (publicOrigin === undefined && headers['x-forwarded-proto'] === 'https') {
      warnOnce(peer, 'requests come over TLS and PUBLIC_ORIGIN is not set: cookies are not Secure')
    }
    return address
  }
}
