/**
 * A 53-bit hash of a command id, for the set of ids that an account has used. A hit must be looked up, since two ids
 * may share a hash; a miss is certain. It is stored in the database, so it must never change. cyrb53 (public domain,
 * bryc).
 */
export function commandHash(commandId: string): number {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let i = 0; i < commandId.length; i++) {
    const character = commandId.charCodeAt(i)
    high = Math.imul(high ^ character, 2654435761)
    low = Math.imul(low ^ character, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return 4294967296 * (2097151 & low) + (high >>> 0)
}
