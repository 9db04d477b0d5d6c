/**
 * 53 bits of a command's id, for a set of the ids an account has used: a hit must be looked up (two ids may share one),
 * a miss is certain. Kept in the database, so it never changes. cyrb53 (public domain, bryc).
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
