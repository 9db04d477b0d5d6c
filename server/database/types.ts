import pg from 'pg'

type TypeParsers = NonNullable<pg.ClientConfig['types']>

/** int8 is read as bigint in our own connections, and stays text everywhere else (better-auth's): never a global parser. */
export const ourTypes: TypeParsers = {
  getTypeParser: (oid, format): unknown =>
    oid === pg.types.builtins.INT8 && format !== 'binary' ? BigInt : pg.types.getTypeParser(oid, format),
}
