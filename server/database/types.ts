import pg from 'pg'

type TypeParsers = NonNullable<pg.ClientConfig['types']>

/** Reads int8 as bigint in our own connections. Not a global parser, because better-auth expects text. */
export const ourTypes: TypeParsers = {
  getTypeParser: (oid, format): unknown =>
    oid === pg.types.builtins.INT8 && format !== 'binary' ? BigInt : pg.types.getTypeParser(oid, format),
}
